import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCodes } from "../../../server/core/checks/codes.ts";
import type { Finding } from "../../../server/core/checks/finding.ts";
import { measuredCodes } from "../../../server/core/checks/measured.ts";
import { thresholdIn } from "../../../server/core/checks/settings.ts";
import { tableThreshold, thresholdNames } from "../../../server/core/checks/thresholds.ts";
import { type CheckSettings, emptyProject } from "../../../server/core/project.ts";
import { annotateAll, defaultOptions } from "./annotations.ts";
import { seedAt, seedsIn } from "./practice-seeds.ts";

const german = seedAt("de", 0);
const sentence = "Die Sonne scheint heute über der Stadt und alle freuen sich darüber sehr.";

/** A list of names is no running text. */
const nouns = [...new Set(seedsIn("de").flatMap(({ response }) => response.match(/\p{Lu}\p{L}{5,}/gu) ?? []))]
	.slice(0, 70)
	.join(", ");

/** Rows that some threshold lets through and another does not, by `code` or `code/name`: the last row is looked at. */
const cases: Readonly<Record<string, { rows: readonly object[]; finds: number; leaves: number }>> = {
	"language-mismatch": { rows: [{ ...german, response: seedAt("en", 0).response }], finds: 0, leaves: 50 },
	"language-mismatch/letters": { rows: [{ ...german, response: seedAt("en", 0).response }], finds: 25, leaves: 9999 },
	"language-mismatch/script-share": {
		rows: [{ ...german, response: `${german.response} ${german.response} ${seedAt("ar", 0).response.slice(0, 40)}` }],
		finds: 0.98,
		leaves: 0.15,
	},
	"language-mismatch/franc-lead": { rows: [{ ...german, response: seedAt("en", 2).response }], finds: 0.05, leaves: 1 },
	"language-mismatch/franc-lead-short": {
		rows: [
			{
				...german,
				response: "The weather was so nice that we walked home along the river and talked about the holidays.",
			},
		],
		finds: 0,
		leaves: 1,
	},
	"language-line-confusion": {
		rows: [{ ...german, response: `${german.response} ${seedAt("en", 3).response}` }],
		finds: 2.5,
		leaves: 1000,
	},
	"language-line-confusion/latin-share": {
		rows: [{ ...seedAt("ar", 0), language: "ar", response: `${seedAt("ar", 0).response} ${seedAt("en", 3).response}` }],
		finds: 0.15,
		leaves: 1,
	},
	"script-mismatch": {
		rows: [{ ...german, response: `${german.response}${seedAt("ar", 0).response}` }],
		finds: 0.8,
		leaves: 0.1,
	},
	"unwanted-cjk": { rows: [{ ...german, response: `${german.response} 東京都庁前` }], finds: 0.001, leaves: 0.5 },
	"source-leakage": {
		rows: [
			{ ...german, strategy: "translate", seed_language: "en", prompt_input: "x", response_input: german.response },
		],
		finds: 0.9,
		leaves: 1.1,
	},
	"number-mismatch": {
		rows: [
			{
				...german,
				strategy: "translate",
				seed_language: "en",
				prompt_input: "1 2",
				response_input: "In 1914, 1923, 1987 and 1999.",
			},
		],
		finds: 0.5,
		leaves: -1,
	},
	"length-ratio": {
		rows: [
			{ ...german, strategy: "translate", seed_language: "en", prompt_input: "x", response_input: sentence.repeat(40) },
		],
		finds: 3,
		leaves: 10_000,
	},
	"alphabet-ratio": { rows: [{ ...german, response: "?!*#".repeat(20) }], finds: 0.25, leaves: 0 },
	"symbol-ratio/digits": { rows: [{ ...german, response: `${"1234567890".repeat(8)} ok.` }], finds: 0.5, leaves: 1 },
	"symbol-ratio/symbols": { rows: [{ ...german, response: "§%&/=~".repeat(20) }], finds: 0.4, leaves: 1 },
	"symbol-ratio/addresses": {
		rows: [{ ...german, response: `Hier: https://example.org/${"a".repeat(80)}` }],
		finds: 0.5,
		leaves: 1,
	},
	"stop-words": { rows: [{ ...german, response: nouns }], finds: 2, leaves: 0 },
	"too-short": { rows: [{ ...german, response: "Ja, gern." }], finds: 16, leaves: 5 },
	"too-long": { rows: [german], finds: 20, leaves: 65_536 },
	"near-duplicate": {
		rows: [german, { ...german, id: "2", response: `${german.response} ${seedAt("de", 5).response.slice(0, 60)}` }],
		finds: 0.45,
		leaves: 1.01,
	},
	"instruction-overlap": {
		rows: [
			{ ...german, prompt: "Erkläre mir bitte in zwei kurzen Sätzen, warum der Himmel am Tag blau ist." },
			{
				...seedAt("de", 4),
				prompt: "Erkläre mir bitte in zwei kurzen Sätzen, warum der Himmel am Abend rot ist.",
			},
		],
		finds: 0.7,
		leaves: 0.95,
	},
	noise: {
		rows: [...seedsIn("de").slice(0, 60), { ...german, id: "n", response: german.response.replace(/[en]/g, "q") }],
		finds: 4,
		leaves: 1000,
	},
	"list-shape": {
		rows: [{ ...german, response: `${sentence}${" ".repeat(60)}${sentence}` }],
		finds: 0.25,
		leaves: 0.9,
	},
	"length-outlier": {
		rows: [
			...seedsIn("de").slice(0, 30),
			{
				...german,
				id: "x",
				response: seedsIn("de")
					.slice(30, 45)
					.map(({ response }) => response)
					.join(" "),
			},
		],
		finds: 2,
		leaves: 50,
	},
	"repetition/lines": {
		rows: [{ ...german, response: ["a b", "c d", "a b", "c d", "e f"].join("\n") }],
		finds: 0.263,
		leaves: 1,
	},
	"repetition/2-grams": { rows: [{ ...german, response: "guten Tag ".repeat(30) }], finds: 0.169, leaves: 1 },
	"repetition/5-grams": {
		rows: [{ ...german, response: [german.response, "–", german.response].join("\n") }],
		finds: 0.141,
		leaves: 1,
	},
	"degenerate-loop/run": { rows: [{ ...german, response: "Ja, genau so. ".repeat(9) }], finds: 0.12, leaves: 1.1 },
	"degenerate-loop/20-grams": { rows: [{ ...german, response: "Ja, genau so. ".repeat(9) }], finds: 0.3, leaves: 1.1 },
	"prompt-echo": { rows: [{ ...german, response: `${german.prompt} Ja.` }], finds: 0.7, leaves: 1.1 },
	"prompt-echo/contained": {
		rows: [{ ...german, response: `${german.prompt} ${german.response}` }],
		finds: 0.9,
		leaves: 1.1,
	},
};

/** Others of the same check that would speak first are moved out of the way. */
const quietened: Readonly<Record<string, object>> = {
	"repetition/lines": { "2-grams": 2, "5-grams": 2 },
	"repetition/2-grams": { lines: 2, "5-grams": 2 },
	"repetition/5-grams": { lines: 2, "2-grams": 2 },
	"degenerate-loop/run": { "20-grams": 2 },
	"degenerate-loop/20-grams": { run: 2 },
	"prompt-echo": { contained: 2 },
	"prompt-echo/contained": { main: 2 },
	"language-line-confusion/latin-share": { main: 1000 },
	"symbol-ratio/digits": { symbols: 2, addresses: 2 },
	"symbol-ratio/symbols": { digits: 2, addresses: 2 },
	"symbol-ratio/addresses": { digits: 2, symbols: 2 },
};

function findingsWith(key: string, value: number): readonly Finding[] {
	const [code = "", name] = key.split("/");
	const { main, ...others } = { main: undefined, ...quietened[key] };
	const setting =
		name === undefined
			? { threshold: value, thresholds: others }
			: { ...(main === undefined ? {} : { threshold: main }), thresholds: { ...others, [name]: value } };
	const rows = cases[key]?.rows ?? [];
	const language = String((rows[0] as { language: string }).language);
	const project = {
		...emptyProject,
		checks: { [language]: { [code]: setting } } as CheckSettings,
		languageDetection: name?.startsWith("franc") ? ("franc-cld3" as const) : ("fasttext-cld3" as const),
	};
	const all = annotateAll(
		rows.map((row) => JSON.stringify(row)),
		{ ...defaultOptions, project },
	);
	return (all.at(-1) ?? []).filter((finding) => finding.code === code);
}

// Those of a measurement have tests of their own.
const keys = checkCodes
	.filter((code) => !measuredCodes.some((one) => one === code))
	.flatMap((code) => thresholdNames(code).map((name) => (name === undefined ? code : `${code}/${name}`)));

for (const key of keys) {
	test(`the threshold ${key} is set by polyglot.json for one language`, () => {
		const { finds, leaves } = cases[key] ?? {};
		assert.ok(finds !== undefined && leaves !== undefined, `no case for ${key}`);
		assert.ok(findingsWith(key, finds).length > 0, `not found at ${finds}`);
		assert.deepEqual(findingsWith(key, leaves), [], `found at ${leaves}`);
	});
}

test("a finding names the table of its threshold, the language's own before that for all, the project's before both", () => {
	const source = (settings: CheckSettings, language: string) =>
		thresholdIn(settings, "repetition", language, "5-grams").source;
	assert.match(source({}, "de"), /FineWeb-2 configs\/deu_Latn/);
	assert.match(source({}, "cs"), /Gopher/);
	assert.equal(source({ "*": { repetition: { threshold: 0.5 } } }, "de"), "polyglot.json");
	assert.match(source({ es: { repetition: { threshold: 0.5 } } }, "de"), /FineWeb-2/);
	assert.match(tableThreshold("symbol-ratio", "symbols", "id").source, /ROOTS id/);
});

test("a language's setting adds to the one for all", () => {
	const settings: CheckSettings = {
		"*": { "language-mismatch": { threshold: 3, thresholds: { letters: 40 } } },
		de: { "language-mismatch": { thresholds: { "script-share": 0.5 } } },
	};
	const values = [undefined, "letters", "script-share"].map(
		(name) => thresholdIn(settings, "language-mismatch", "de", name).value,
	);
	assert.deepEqual(values, [3, 40, 0.5]);
});
