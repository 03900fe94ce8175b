import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom, shuffled } from "../../../server/core/generate/seeded-random.ts";
import { CharacterModel } from "../../../server/core/measure/character-model.ts";
import { NoiseModels, robustZ } from "../../../server/core/measure/noise-score.ts";

function seeds(language: string): string[] {
	const file = readFileSync(new URL(`../../../media/practice/${language}.jsonl`, import.meta.url), "utf8");
	return file
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line))
		.map(({ prompt, response }) => `${prompt} ${response}`);
}

// One text "a" after four borders: each context is seen once before "a" and, for the empty one, twice in all.
// Empty context: counts a 1, border 1, two types. p0(a) = (1 + 2/65536) / 4; each longer context of "a" has one
// follower: p = (1 + p)/2, four times. The end is the same but for its contexts, which also were seen once each.
test("probabilities are those of Witten and Bell", () => {
	const model = new CharacterModel();
	model.learn("a");
	let probability = (1 + 2 / 65_536) / 4;
	for (let longer = 0; longer < 4; longer += 1) probability = (1 + probability) / 2;
	const bits = model.bitsPerCharacter("a") ?? Number.NaN;
	assert.ok(Math.abs(bits + Math.log2(probability)) < 1e-12, `${bits} ${-Math.log2(probability)}`);
});

test("a model that has learnt nothing, and a blank text, have no bits", () => {
	const model = new CharacterModel();
	assert.equal(model.bitsPerCharacter("a"), null);
	model.learn("abc");
	assert.equal(model.bitsPerCharacter(" \n"), null);
	model.learn("");
	assert.equal(model.characters, 3);
});

test("what was learnt costs less than what was not, and a strange script most", () => {
	const model = new CharacterModel();
	for (const text of seeds("de")) model.learn(text);
	const bits = (text: string) => model.bitsPerCharacter(text) ?? Number.NaN;
	const german = bits("Die Kinder spielen heute im Garten hinter dem Haus.");
	assert.ok(german < bits("Los niños juegan hoy en el jardín de la casa."));
	assert.ok(bits("Los niños juegan hoy en el jardín de la casa.") < bits("今日は子供たちが庭で遊んでいます。"));
});

test("case, digits, white space and Unicode form cost nothing", () => {
	const model = new CharacterModel();
	model.learn("über 12 Dinge");
	assert.equal(model.bitsPerCharacter("U\u0308BER  98\ndinge"), model.bitsPerCharacter("über 12 Dinge"));
});

test("no text breaks the model", () => {
	const model = new CharacterModel();
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			model.learn(text);
			const bits = model.bitsPerCharacter(text);
			assert.ok(bits === null || (Number.isFinite(bits) && bits >= 0));
		}),
	);
});

test("scrambled letters stand out among the file's own texts, in every language that has words", () => {
	for (const language of ["ar", "cs", "de", "en", "es", "id", "tl"]) {
		const random = seededRandom(`scramble ${language}`);
		const texts = seeds(language).map((text, at) =>
			at % 20 === 0
				? text
						.split(" ")
						.map((word) => shuffled([...word], random).join(""))
						.join(" ")
				: text,
		);
		const models = new NoiseModels(0);
		for (const [at, text] of texts.entries()) models.learn(text, at, 1);
		const z = robustZ(texts.map((text, at) => models.bitsPerCharacter(text, at) ?? Number.NaN)) ?? [];
		const found = z.filter((value, at) => at % 20 === 0 && value > 3).length;
		const alarms = z.filter((value, at) => at % 20 !== 0 && value > 3).length;
		assert.ok(found >= 5 && alarms <= 3, `${language}: ${found} of 6 found, ${alarms} false alarms`);
	}
});

test("the draw of what is learnt is by seed, and holds to its share", () => {
	const counts = [0, 1].map((seed) => {
		const models = new NoiseModels(seed);
		let learnt = 0;
		for (let at = 0; at < 2_000; at += 1) {
			const before = models.learntCharacters;
			models.learn("x", at, 0.25);
			learnt += models.learntCharacters - before;
		}
		return learnt;
	});
	for (const count of counts) assert.ok(Math.abs(count - 500) < 100, String(counts));
});

test("robust z of a few values by hand", () => {
	// Median 5.5; absolute deviations 4.5 … 0.5 twice each, whose median is 2.5.
	const z = robustZ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
	assert.ok(Math.abs((z?.[9] ?? 0) - 4.5 / (1.4826 * 2.5)) < 1e-12);
});
test("equal values, or fewer than ten, have no z", () => {
	assert.equal(robustZ(Array.from({ length: 20 }, () => 2)), null);
	assert.equal(robustZ([1, 2, 3]), null);
});
