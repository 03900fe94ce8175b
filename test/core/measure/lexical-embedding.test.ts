import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DiversitySum } from "../../../server/core/measure/diversity-sum.ts";
import {
	DocumentFrequency,
	lexicalDimensions,
	NgramCounter,
	weighed,
} from "../../../server/core/measure/lexical-embedding.ts";

const counter = new NgramCounter();

function embeddings(texts: readonly string[], isSpaced: boolean) {
	const frequency = new DocumentFrequency();
	for (const text of texts) frequency.add(counter.count(text, isSpaced).places);
	const weights = frequency.weights();
	return texts.map((text) => {
		const { places, counts } = counter.count(text, isSpaced);
		return weighed(places.slice(), counts, weights);
	});
}

function diversity(texts: readonly string[], isSpaced = true): number | null {
	const sum = new DiversitySum(lexicalDimensions);
	for (const embedding of embeddings(texts, isSpaced)) sum.add(embedding);
	return sum.distinctRi();
}

const total = (counts: Uint32Array) => counts.reduce((sum, count) => sum + count, 0);

test("a word of three letters, with its borders, has three trigrams, two 4-grams and one 5-gram", () => {
	const { places, counts } = counter.count("abc", true);
	assert.deepEqual([places.length, total(counts)], [6, 6]);
});

test("unspaced scripts are read by one to three characters", () => {
	const { counts } = counter.count("日本", false);
	assert.equal(total(counts), 4 + 3 + 2);
});

test("case, Unicode form and runs of white space do not matter", () => {
	const one = counter.count("Über  den\n\tFluss ", true);
	const places = one.places.slice().sort();
	const other = counter.count("u\u0308ber den fluss", true);
	assert.deepEqual(places, other.places.slice().sort());
});

test("a text of nothing but white space has no direction", () => {
	assert.equal(counter.count(" \n\u3000", true).places.length, 0);
	assert.equal(diversity(["", "  "]), null);
});

test("equal texts come out as not diverse, not as unknown", () => {
	const value = diversity(["gleich und gleich", "gleich und gleich", "gleich und gleich"]);
	assert.ok(value !== null && value < 1e-12, String(value));
});

test("texts that share no letter are as diverse as can be", () => {
	const value = diversity(["aaaa bbbb", "cccc dddd", "eeee ffff"]) ?? 0;
	assert.ok(value > 0.99 && value <= 1 + 1e-12, String(value));
});

test("a template that every text shares is hardly seen", () => {
	const texts = ["Zebras laufen", "Quallen schwimmen", "Moos wächst", "Wolken ziehen", "Glas bricht"];
	const template = "Bitte beantworte die folgende Frage kurz und freundlich: ";
	const plain = diversity(texts) ?? 0;
	const templated = diversity(texts.map((text) => template + text)) ?? 0;
	assert.ok(Math.abs(plain - templated) < 0.05, `${plain} ${templated}`);
});

test("no text, however odd, breaks the counter or leaves something behind for the next", () => {
	const before = diversity(["eins zwei drei", "vier fünf sechs"]);
	fc.assert(
		fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.boolean(), (text, isSpaced) => {
			const { places, counts } = counter.count(text, isSpaced);
			assert.equal(new Set(places).size, places.length);
			assert.ok(counts.every((count) => count > 0));
		}),
	);
	assert.equal(diversity(["eins zwei drei", "vier fünf sechs"]), before);
});

test("the sparse identity is the mean over all pairs", () => {
	const texts = ["der Hund bellt", "die Katze schläft", "der Hund schläft", "ein Vogel singt laut"];
	const units = embeddings(texts, true).map(({ places, values }) => {
		const norm = Math.hypot(...values);
		return new Map(Array.from(places, (place, at) => [place, (values[at] ?? 0) / norm]));
	});
	let distances = 0;
	for (const left of units)
		for (const right of units)
			if (left !== right)
				distances += 1 - [...left].reduce((sum, [place, value]) => sum + value * (right.get(place) ?? 0), 0);
	assert.ok(Math.abs(distances / 12 - (diversity(texts) ?? 0)) < 1e-12);
});
