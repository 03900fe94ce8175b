import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { defaultThreshold, findNearDuplicates } from "../../../server/core/near-duplicates/near-duplicates.ts";
import { partnersKept } from "../../../server/core/near-duplicates/partner-table.ts";
import { collectSignatures, joinSignatures } from "../../../server/core/near-duplicates/signature-columns.ts";
import { editWords, type LanguageCode, piecesOf, plantTexts, practiceTexts, seededRandom } from "./planted-texts.ts";

function signed(texts: readonly string[]) {
	const collector = collectSignatures(0);
	for (const text of texts) collector.add(text);
	return collector.finish();
}

/** Pairs as `later<earlier`, with `=` for copies. */
function check(texts: readonly string[], expected: readonly string[]): void {
	const found = findNearDuplicates(signed(texts));
	const pairs = texts.flatMap((_, row) => found.pairsOf(row));
	assert.deepEqual(
		pairs.map((pair) => `${pair.later}${pair.isExact ? "=" : "<"}${pair.earlier}`),
		expected,
	);
}

/** A sentence of made-up words from `first` on, so that overlaps are chosen to the word. */
const words = (first: number, count: number) =>
	Array.from({ length: count }, (_, at) => ((first + at + 1) * 7919).toString(36)).join(" ");

test("a copy is paired with the first of its kind, whatever its case, white space and Unicode form", () =>
	check(["Käse und Brot", "x", "KÄSE  und\n Brot ", "Ka\u0308se und Brot"], ["2=0", "3=0"]));

test("blank texts are nobody's duplicates", () => check(["", " ", "\n\t", "\u3000", ""], []));

test("one-letter texts are alike only when equal", () => check(["a", "b", "A", "あ", "い", "1"], ["2=0"]));

test("short answers that differ in a word are no duplicates", () =>
	check(["The answer is 12.", "Yes.", "No.", "Paris", "London"], []));

test("like pairs do not chain: the first and the third of three have too little in common", () =>
	check([words(0, 100), words(27, 100), words(54, 100)], ["1<0", "2<1"]));

test("texts longer than any buffer are compared as well", () => {
	const long = words(0, 400_000);
	check([long, words(900_000, 400_000), `${long} ${words(2_000_000, 5)}`], ["2<0"]);
});

test("lone surrogates and control characters are characters like any other", () =>
	check([`\ud800${words(0, 30)}\u0000`, `\ud800${words(0, 30)}\u0000`, "\udfff"], ["1=0"]));

test("an English name does not change how the rest of a Japanese text is cut", () => {
	const text = practiceTexts("ja")[0] ?? "";
	check([text, `${text}Wolfgang Amadeus`], ["1<0"]);
});

/** Practice seeds and an edited copy of each: shares of copies found, and pairs of strangers. */
function foundAmongPractice(language: LanguageCode, share: number) {
	const random = seededRandom(7);
	const texts = practiceTexts(language);
	const pieces = texts.map((text) => piecesOf(text, language));
	const vocabulary = pieces.flat().filter((piece) => /\p{L}/u.test(piece));
	const draw = () => vocabulary[Math.floor(random() * vocabulary.length)] ?? "";
	const edited = pieces.map((piece) => editWords(piece, share, draw, random));
	const found = findNearDuplicates(signed([...texts, ...edited]));
	const pairs = [...texts, ...edited].flatMap((_, row) => found.pairsOf(row));
	const right = pairs.filter((pair) => pair.later === pair.earlier + texts.length).length;
	return { recall: right / texts.length, strangers: pairs.length - right };
}

// Japanese words are one or two characters long, so that 20 % of them spoil nearly half of its shingles.
const leastRecall: readonly [LanguageCode, number, number][] = [
	["de", 0.05, 1],
	["de", 0.1, 0.99],
	["de", 0.2, 0.9],
	["ar", 0.05, 1],
	["ar", 0.1, 0.99],
	["ar", 0.2, 0.9],
	["ja", 0.05, 1],
	["ja", 0.1, 0.97],
	["ja", 0.2, 0.83],
];
for (const [language, share, least] of leastRecall) {
	test(`${language}: ${least * 100} % of copies with ${share * 100} % of their words replaced are found, no stranger`, () => {
		const { recall, strangers } = foundAmongPractice(language, share);
		assert.ok(recall >= least, `recall ${recall}`);
		assert.equal(strangers, 0);
	});
}

test("planted pairs are the nearest of their rows", () => {
	const { texts, plants } = plantTexts(2000, 400, [0, 0.05, 0.1], 3);
	const found = findNearDuplicates(signed(texts));
	for (const plant of plants) {
		assert.equal(found.nearest[plant.later], plant.earlier);
		assert.ok((found.similarity[plant.later] ?? 0) >= defaultThreshold);
	}
	const others = texts.length - plants.length;
	assert.equal(found.nearest.filter((row) => row === -1).length, others);
	assert.equal(found.similarity.filter(Number.isNaN).length, others);
});

test("a crowd from one template costs a bounded number of partners, and says that it was cut short", () => {
	const texts = Array.from({ length: 3000 }, (_, at) => `${words(0, 60)} ${words(1000 + 2 * at, 2)}`);
	const found = findNearDuplicates(signed(texts));
	assert.ok(texts.every((_, row) => found.pairsOf(row).length <= partnersKept));
	assert.equal(found.nearest.filter((row) => row === -1).length, 1);
	assert.ok(found.cutRows > 2000);
});

test("a copy of a crowded row is still found by a row that shares only part of the crowd's text", () => {
	const crowd = Array.from({ length: 500 }, (_, at) => `${words(0, 30)} ${words(1000 + 40 * at, 40)}`);
	const edited = `${crowd[3]} ${words(90_000, 4)}`;
	const found = findNearDuplicates(signed([...crowd, edited]));
	assert.equal(found.nearest[crowd.length], 3);
});

test("parts signed apart and joined are what one pass gives", () => {
	const { texts } = plantTexts(300, 300, [0.1], 5);
	const joined = joinSignatures([signed(texts.slice(0, 120)), signed([]), signed(texts.slice(120))]);
	assert.deepEqual(joined, signed(texts));
});

test("any texts: earlier before later, similarities from the threshold to 1, the same twice", () => {
	const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "aaaaaa", "日本語の文", "日本語の文章"));
	fc.assert(
		fc.property(fc.array(anyText, { maxLength: 40 }), (texts) => {
			const found = findNearDuplicates(signed(texts));
			const pairs = texts.flatMap((_, row) => found.pairsOf(row));
			assert.ok(pairs.every((pair) => pair.earlier < pair.later));
			assert.ok(pairs.every((pair) => pair.similarity >= defaultThreshold && pair.similarity <= 1));
			const again = findNearDuplicates(signed(texts));
			assert.deepEqual(again.nearest, found.nearest);
		}),
	);
});
