import assert from "node:assert/strict";
import { test } from "node:test";
import { annotateLine, measureSample } from "../../../server/core/annotate.ts";
import { emptyProject } from "../../../server/core/project.ts";
import { seededRandom } from "../near-duplicates/planted-texts.ts";
import { annotateAll, codesOf, defaultOptions } from "./annotations.ts";
import { type Seed, seedAt, seedsIn, type TestLanguage, testLanguages } from "./practice-seeds.ts";

type Damage = (seed: Seed, language: TestLanguage) => object;

/** In every language: the damaged sample has the code, the sample as it was has none. */
function check(code: string, damage: Damage): void {
	for (const language of testLanguages) {
		test(`${code} finds it in ${language} and leaves the good sample alone`, () => {
			const seed = seedAt(language, 0);
			assert.deepEqual(codesOf(seed), []);
			const codes = codesOf({ ...seed, ...damage(seed, language) });
			assert.ok(codes.includes(code), `${code} not in [${codes}]`);
		});
	}
}

const other = (language: TestLanguage): TestLanguage => (language === "en" ? "de" : "en");
const sentence = (text: string) => /^.{10,}?[.!?。؟]/u.exec(text)?.[0] ?? text;

check("language-mismatch", (_, language) => ({ response: seedAt(other(language), 0).response }));
check("script-mismatch", (_, language) => ({ response: seedAt(language === "ar" ? "ja" : "ar", 0).response }));
check("language-line-confusion", (seed, language) => ({
	response: `${seed.response} ${seedAt(language, 5).response} ${seedAt(other(language), 6).response}`,
}));
check("degenerate-loop", ({ response }) => ({ response: `${sentence(response)} `.repeat(6) }));
check("repetition", ({ response }) => ({ response: [response, "–", response].join("\n") }));
check("prompt-echo", ({ prompt, response }) => ({ response: `${prompt} ${sentence(response)}` }));
check("empty-field", () => ({ response: " \u200b\n" }));
check("schema", () => ({ response: null }));
check("turn-order", ({ prompt, response }) => ({
	prompt: undefined,
	response: undefined,
	messages: [
		{ role: "user", content: prompt },
		{ role: "user", content: response },
	],
}));

/** So much damage would mostly be called another language. */
const withoutLanguageChecks = {
	"*": { "language-mismatch": { enabled: false }, "language-line-confusion": { enabled: false } },
};

function longestPrompt(language: TestLanguage): Seed {
	return seedsIn(language).reduce((best, seed) => (seed.prompt.length > best.prompt.length ? seed : best));
}

for (const language of testLanguages) {
	const file = seedsIn(language).map((seed) => JSON.stringify(seed));
	const codesByLine = (lines: readonly string[]) =>
		annotateAll(lines)
			.map((findings) => findings.map(({ code }) => code).join())
			.flatMap((codes, index) => (codes === "" ? [] : [`${index + 1}:${codes}`]));

	test(`all good practice samples in ${language} pass every check`, () => assert.deepEqual(codesByLine(file), []));

	test(`exact-duplicate names the later of two samples in ${language}`, () => {
		const again = JSON.stringify({
			...seedAt(language, 3),
			id: "again",
			prompt: ` ${seedAt(language, 3).prompt.normalize("NFD")}\n`,
		});
		assert.deepEqual(codesByLine([...file, again]), [`${file.length + 1}:exact-duplicate`]);
	});

	test(`near-duplicate names the earlier of two samples that differ in a few words in ${language}`, () => {
		const seed = seedAt(language, 3);
		const changed = { ...seed, id: "again", response: `${seed.response} ${sentence(seedAt(language, 9).response)}` };
		assert.deepEqual(codesByLine([...file, JSON.stringify(changed)]), [`${file.length + 1}:near-duplicate`]);
	});

	test(`instruction-overlap names the earlier of two prompts that differ in a word or two in ${language}`, () => {
		const seed = longestPrompt(language);
		const reworded = `${seed.prompt.slice(0, -1)} ${seedAt(language, 9).prompt.slice(0, 6)}${seed.prompt.slice(-1)}`;
		const changed = { ...seedAt(language, 9), strategy: "generate", id: "again", prompt: reworded };
		const found = codesByLine([...file, JSON.stringify(changed)]);
		assert.ok(
			found.at(-1)?.startsWith(`${file.length + 1}:`) && found.at(-1)?.includes("instruction-overlap"),
			String(found),
		);
		assert.equal(found.length, 1);
	});

	test(`noise finds damaged spelling among good answers in ${language}, and no good answer`, () => {
		const seed = seedAt(language, 3);
		const random = seededRandom(5);
		// A Japanese text of this length teaches too little of its characters: only a wholly lost encoding stands out.
		const letters = [...seed.response].filter((letter) => /\p{L}/u.test(letter));
		const other = () =>
			language === "ja"
				? String.fromCharCode(0x4e00 + Math.floor(random() * 20_000))
				: letters[Math.floor(random() * letters.length)];
		const share = language === "ja" ? 1 : 0.5;
		const damaged = [...seed.response].map((letter) => (/\p{L}/u.test(letter) && random() < share ? other() : letter));
		const broken = { ...seed, id: "damaged", prompt: seedAt(language, 4).prompt, response: damaged.join("") };
		const off = { ...defaultOptions, project: { ...emptyProject, checks: withoutLanguageChecks } };
		const findings = annotateAll([...file, JSON.stringify(broken)], off);
		assert.deepEqual(
			findings.flatMap((own, at) => (own.some(({ code }) => code === "noise") ? [at] : [])),
			[file.length],
		);
	});

	test(`length-outlier finds answers far longer or shorter than the file's others in ${language}`, () => {
		const long = {
			...seedAt(language, 0),
			response: [0, 1, 2, 3, 4].map((index) => seedAt(language, 40 + index).response).join(" "),
		};
		const short = { ...seedAt(language, 1), response: seedAt(language, 1).response.slice(0, 18) };
		const found = codesByLine([...file, JSON.stringify(long), JSON.stringify(short)]);
		assert.deepEqual(found, [`${file.length + 1}:length-outlier`, `${file.length + 2}:length-outlier`]);
	});
}

test("a file that is one JSON list says so in its first line", () => {
	const [first, second] = annotateAll(["[", '  {"prompt": "a", "response": "b"},', "]"]);
	assert.match(first?.[0]?.message ?? "", /put each element on a line of its own/);
	assert.doesNotMatch(second?.[0]?.message ?? "", /of its own/);
});

test("not-json points at the character", () => {
	const [findings] = annotateAll(['{"prompt": }']);
	assert.deepEqual(
		findings?.map(({ code, start, end, field }) => [code, start, end, field]),
		[["not-json", 11, 12, null]],
	);
});

test("code, addresses, formulas and names are no reason for a language finding", () => {
	const { prompt, response } = seedAt("ja", 0);
	const extras = [
		"```python\nfor line in open(path):\n    print(line.strip().lower())\n```",
		"https://example.org/a/very/long/path/that/says/nothing/about/language?query=none",
		"$$\\int_a^b f(x)\\,dx = \\lim_{n \\to \\infty} \\sum_{k=1}^{n} f(x_k)\\,\\Delta x$$",
		"NATO UNESCO Microsoft Windows Google Chrome Visual Studio Code",
	];
	for (const extra of extras) {
		const codes = codesOf({ language: "ja", prompt, response: `${response}\n${extra}` });
		assert.deepEqual(
			codes.filter((code) => /language|script/.test(code)),
			[],
			extra,
		);
	}
});

test("the finding carries number, threshold, source and place", () => {
	const row = { language: "de", prompt: "Sag etwas.", response: `Gut. ${"Ja, genau so. ".repeat(9)}Schluss.` };
	const [findings] = annotateAll([JSON.stringify(row)]);
	const loop = findings?.find(({ code }) => code === "degenerate-loop");
	assert.ok(loop && loop.start !== null && loop.end !== null && loop.value !== null && loop.threshold !== null);
	assert.ok(loop.value > loop.threshold);
	assert.equal(loop.field, "response");
	assert.match(row.response.slice(loop.start, loop.end), /^[^S]*Ja, genau so\.[^S]*$/);
	assert.match(loop.source ?? "", /our measurement over 8 languages/);
});

test("a check is switched off, and its threshold moved, by language", () => {
	const seed = seedAt("de", 0);
	const row = { ...seed, response: `${sentence(seed.response)} `.repeat(6) };
	const off = { enabled: false };
	const rest = { "degenerate-loop": off, repetition: off, "language-mismatch": off };
	const withChecks = (checks: Record<string, Record<string, object>>) => ({
		...defaultOptions,
		project: { ...emptyProject, checks },
	});
	assert.deepEqual(codesOf(row, withChecks({ de: rest })), []);
	assert.deepEqual(codesOf(row, withChecks({ es: rest })).length, codesOf(row).length);
	assert.deepEqual(codesOf(row, withChecks({ "*": rest })), []);
	assert.ok(!codesOf(row, withChecks({ "*": { repetition: { threshold: 1 } } })).includes("repetition"));
});

test("several answers to one prompt are no overlap, nor are prompts that a strategy was given", () => {
	const seed = seedAt("de", 0);
	const answers = [0, 1, 2].map((at) =>
		JSON.stringify({ ...seed, id: String(at), response: seedAt("de", at).response }),
	);
	const given = ["respond", "translate"].map((strategy, at) =>
		JSON.stringify({ ...seed, strategy, id: strategy, response: seedAt("de", 20 + at).response }),
	);
	assert.ok(
		annotateAll([...answers, ...given]).every((own) => own.every(({ code }) => code !== "instruction-overlap")),
	);
});

for (const language of testLanguages) {
	test(`code-mixing is shown in ${language}, and never a reason to warn`, () => {
		const share = (response: string) => {
			const { sample } = annotateLine(JSON.stringify({ ...seedAt(language, 0), response }), defaultOptions);
			assert.ok(sample);
			const metrics = measureSample(sample, language, defaultOptions);
			return metrics.find(({ name }) => name === "letters in sentences of another language")?.value ?? null;
		};
		const own = seedAt(language, 5).response;
		const mixed = `${own}\n${seedAt(other(language), 6).response}`;
		assert.ok((share(own) ?? 1) < 0.2);
		assert.ok((share(mixed) ?? 0) > 0.3);
		assert.ok(!codesOf({ ...seedAt(language, 0), response: mixed }).includes("code-mixing"));
	});
}

test("a finding names whose phrases it looked for, and says where none ship", () => {
	const source = (language: string) =>
		annotateAll([JSON.stringify({ language, prompt: "…", response: "I'm sorry, but I can't help with that request." })])
			.flat()
			.find(({ code }) => code === "refusal")?.source;
	assert.equal(source("de"), "our phrase lists of German and English");
	assert.equal(source("en"), "our phrase list of English");
	assert.equal(source("pl"), "our phrase list of English; none ships for Polish");
});

test("a short text in another language is a hint, a longer one more", () => {
	const severity = (response: string) =>
		annotateAll([JSON.stringify({ language: "de", prompt: "…", response })])
			.flat()
			.find(({ code }) => code === "language-mismatch")?.severity;
	assert.equal(severity("Yes, this is all that I can say about it."), "hint");
	assert.equal(severity(seedAt("en", 0).response), "information");
});
