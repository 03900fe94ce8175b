import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../../../server/core/generate/canonical-json.ts";
import { chatMessages, sampleMessages } from "../../../server/core/generate/chat-request.ts";
import { drawer, equalShares, requestKey } from "../../../server/core/generate/plan.ts";
import { systemPrompts } from "../../../server/core/generate/system-prompts.ts";
import { taskFamilies } from "../../../server/core/generate/task-families.ts";
import { filled } from "../../../server/core/generate/templates.ts";
import { languages } from "../../../server/core/languages.ts";
import type { SeedRow } from "../../../server/core/sample-row.ts";

const seedRow = (n: number, language = "de"): SeedRow => ({
	id: `${language}-${n}`,
	source: "test",
	source_id: String(n),
	language,
	strategy: ["generate", "respond"],
	prompt: `Frage ${n}?`,
	response: `Antwort ${n}.`,
});
const seeds = Array.from({ length: 12 }, (_, n) => seedRow(n));
const cell = { strategy: "generate", language: "de" } as const;

test("draws repeat for a seed and differ between seeds", () => {
	const draws = (seed: number) => Array.from({ length: 30 }, (_, index) => drawer(seeds, cell, seed)(index));
	assert.deepEqual(draws(1), draws(1));
	assert.notDeepEqual(draws(1), draws(2));
});

test("three different examples, and never the seed itself", () => {
	const draw = drawer(seeds, cell, 7);
	for (let index = 0; index < 500; index++) {
		const { seed, examples } = draw(index);
		assert.equal(new Set([...examples, seed]).size, 4);
	}
});

test("fewer seeds than examples are no obstacle", () => {
	const draw = drawer(seeds.slice(0, 2), cell, 7);
	assert.equal(draw(0).examples.length, 1);
	assert.deepEqual(drawer(seeds.slice(0, 1), cell, 7)(3).examples, []);
});

test("every seed is drawn once before any is drawn again", () => {
	const draw = drawer(seeds, { strategy: "respond", language: "de" }, 3);
	const drawn = Array.from({ length: 24 }, (_, index) => draw(index));
	assert.equal(new Set(drawn.slice(0, 12).map(({ seed }) => seed)).size, 12);
	assert.deepEqual(new Set(drawn.map(({ sample }) => sample)), new Set([0, 1]));
});

test("translate draws from other languages only, respond from its own", () => {
	const mixed = [...seeds, seedRow(1, "en"), seedRow(2, "cs")];
	const drawn = (strategy: "translate" | "respond") =>
		Array.from({ length: 40 }, (_, index) => drawer(mixed, { strategy, language: "de" }, 1)(index).seed.slice(0, 2));
	assert.deepEqual(new Set(drawn("translate")), new Set(["en", "cs"]));
	assert.deepEqual(new Set(drawn("respond")), new Set(["de"]));
});

test("the ten task families are dealt out evenly", () => {
	const draw = drawer(seeds, cell, 5);
	const counts = new Map<string | null, number>();
	for (let index = 0; index < 100; index++) counts.set(draw(index).family, (counts.get(draw(index).family) ?? 0) + 1);
	assert.deepEqual(new Set(counts.values()), new Set([10]));
	assert.equal(counts.size, taskFamilies.length);
});

test("shares are equal thirds, with the remainder first", () => {
	assert.deepEqual(
		equalShares(10, ["generate", "translate", "respond"]).map(({ target }) => target),
		[4, 3, 3],
	);
});

test("a key depends on content, not on the order of fields", () => {
	assert.equal(canonicalJson({ b: 1, a: [{ d: null, c: "ä" }] }), '{"a":[{"c":"ä","d":null}],"b":1}');
	const parts = {
		origin: "http://a",
		model: "m",
		messages: [],
		sampling: undefined,
		strategy: "respond" as const,
		sample: 0,
	};
	const key = (change: object) => requestKey({ ...parts, ...change }, (text) => text);
	assert.equal(key({ sampling: { maxTokens: 5 } }), key({}));
	const changes = [
		{ origin: "http://b" },
		{ model: "n" },
		{ sample: 1 },
		{ sampling: { temperature: 0 } },
		{ strategy: "generate" },
	];
	assert.equal(new Set([key({}), ...changes.map(key)]).size, changes.length + 1);
});

test("every language of the product has a system prompt of its own", () => {
	assert.deepEqual(Object.keys(systemPrompts).sort(), languages.map(({ code }) => code).sort());
});

test("generate shows its examples as JSON and names language and task", () => {
	const [example] = seeds;
	const material = { ...cell, seed: seedRow(20), examples: example ? [example] : [], family: "culture" };
	const [system, user] = chatMessages(material, undefined);
	assert.equal(system?.content, systemPrompts.de);
	assert.match(user?.content ?? "", /in German/);
	assert.match(user?.content ?? "", /\{"prompt":"Frage 0\?","response":"Antwort 0\."\}/);
	assert.doesNotMatch(user?.content ?? "", /Frage 20|\{language\}|\{task\}|\{examples\}/);
});

test("respond sends the prompt as it stands, earlier turns included", () => {
	const messages = [
		{ role: "user", content: "Eins?" },
		{ role: "assistant", content: "Ja." },
		{ role: "user", content: "Und {language}?" },
		{ role: "assistant", content: "Auch." },
	] as const;
	const material = {
		strategy: "respond",
		language: "de",
		seed: { ...seedRow(1), messages },
		examples: [],
		family: null,
	} as const;
	assert.deepEqual(chatMessages(material, undefined).slice(1), messages.slice(0, 3));
	assert.deepEqual(sampleMessages(material, "Und {language}?", "Neu."), [
		...messages.slice(0, 3),
		{ role: "assistant", content: "Neu." },
	]);
});

test("braces inside a seed are not taken for placeholders", () => {
	assert.equal(
		filled("{prompt} in {language}", { prompt: "{language}{prompt}", language: "Czech" }),
		"{language}{prompt} in Czech",
	);
});

test("a project's templates replace ours", () => {
	const templates = { system: { "*": "Write {language}." }, respond: "Q: {prompt}" };
	const material = { strategy: "respond", language: "cs", seed: seedRow(1), examples: [], family: null } as const;
	assert.deepEqual(
		chatMessages(material, templates).map(({ content }) => content),
		["Write Czech.", "Q: Frage 1?"],
	);
});
