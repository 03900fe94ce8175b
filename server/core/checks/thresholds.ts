/** Every threshold with where it comes from, for all languages and, where a source tunes it, by language. */
import type { CheckCode } from "./codes.ts";

export interface Threshold {
	readonly value: number;
	readonly source: string;
}

const franc = "ours: franc among expected and confusable languages";

/** FineWeb-2: most duplicate lines, characters in the top 2-gram, characters in repeated 5-grams. checks.md 2. */
const fineWeb2: Readonly<Record<string, readonly [config: string, lines: number, pairs: number, groups: number]>> = {
	ar: ["arb_Arab", 0.304, 0.197, 0.165],
	de: ["deu_Latn", 0.263, 0.169, 0.141],
	es: ["spa_Latn", 0.252, 0.156, 0.145],
	fr: ["fra_Latn", 0.264, 0.161, 0.15],
	hi: ["hin_Deva", 0.206, 0.208, 0.135],
	ja: ["jpn_Jpan", 0.328, 0.239, 0.243],
	ko: ["kor_Hang", 0.374, 0.282, 0.201],
	ru: ["rus_Cyrl", 0.322, 0.184, 0.168],
	sw: ["swh_Latn", 0.302, 0.396, 0.193],
	th: ["tha_Thai", 0.349, 0.221, 0.185],
	tr: ["tur_Latn", 0.272, 0.214, 0.154],
	vi: ["vie_Latn", 0.293, 0.223, 0.178],
	zh: ["cmn_Hani", 0.287, 0.256, 0.198],
};

/** Keys are `code` or `code/name` where a check has several; then `*` or a language code. */
const table: Readonly<Record<string, Readonly<Record<string, Threshold>>>> = {
	"language-mismatch": { "*": { value: 0, source: "our measurement over 16 languages: fastText and CLD3 agree" } },
	"language-mismatch/script-share": { "*": { value: 0.15, source: "our measurement over 16 languages, scripts" } },
	"language-mismatch/franc-lead": { "*": { value: 0.06, source: `${franc}; 120 letters and more` } },
	"language-mismatch/franc-lead-short": { "*": { value: 0.21, source: `${franc}; under 120 letters` } },
	"language-mismatch/letters": { "*": { value: 25, source: "our measurement over 16 languages: too short below" } },
	"language-line-confusion": {
		"*": { value: 2.5, source: "our measurement over 16 languages: windows of 70 letters" },
	},
	"language-line-confusion/latin-share": { "*": { value: 0.15, source: "our measurement over 16 languages, scripts" } },
	"script-mismatch": { "*": { value: 0.8, source: "NeMo Curator HistogramFilter" } },
	"unwanted-cjk": { "*": { value: 0.05, source: "open-instruct" } },
	"source-leakage": { "*": { value: 0.9, source: "OpusFilter LongestCommonSubstring and Similarity" } },
	"number-mismatch": { "*": { value: 0.5, source: "OpusFilter NonZeroNumerals" } },
	"length-ratio": { "*": { value: 3, source: "bicleaner-hardrules" } },
	"alphabet-ratio": { "*": { value: 0.25, source: "Data-Juicer alphanumeric_filter" } },
	"symbol-ratio/digits": {
		"*": { value: 0.5, source: "bicleaner-hardrules" },
		...cjk(0.7, "bicleaner-hardrules, CJK"),
	},
	"symbol-ratio/symbols": {
		"*": { value: 0.4, source: "ROOTS, special characters" },
		...roots({
			ar: 0.3,
			bn: 0.41,
			ca: 0.25,
			es: 0.4,
			fr: 0.34,
			hi: 0.45,
			id: 0.34,
			pt: 0.35,
			ur: 0.25,
			vi: 0.34,
			zh: 0.3,
		}),
	},
	"symbol-ratio/addresses": {
		"*": { value: 0.5, source: "ours; NeMo Curator's .2 is for pages, and a short answer may be a link" },
	},
	"stop-words": { "*": { value: 2, source: "Gopher and FineWeb-2, with a list of our own for the language" } },
	"too-short": { "*": { value: 16, source: "FastChat" }, ...cjk(8, "FastChat's 16, halved for dense scripts") },
	"too-long": {
		"*": { value: 65_536, source: "NeMo Curator's 16,384 tokens at 4 characters" },
		...cjk(24_576, "NeMo Curator's 16,384 tokens at 1.5 characters"),
	},
	"near-duplicate": { "*": { value: 0.45, source: "estimated Jaccard similarity; test/bench/near-duplicates.ts" } },
	"instruction-overlap": { "*": { value: 0.7, source: "ROUGE-L as in Self-Instruct" } },
	noise: { "*": { value: 5, source: "ours, robust z; 3 flags one good answer in 100" } },
	"low-rating": { "*": { value: 2, source: "ours, of 5; the rubric calls 2 weak" } },
	"high-perplexity": { "*": { value: 0.95, source: "ours, share of the measured samples of the language" } },
	"list-shape": { "*": { value: 0.25, source: "NeMo Curator WhiteSpaceFilter" } },
	"length-outlier": { "*": { value: 2, source: "deepchecks, interquartile ranges beyond the quartiles" } },
	"repetition/lines": byLanguage(0.3, 0),
	"repetition/2-grams": byLanguage(0.2, 1),
	"repetition/5-grams": byLanguage(0.15, 2),
	"degenerate-loop/run": { "*": { value: 0.12, source: "our measurement over 8 languages, periodic runs" } },
	"degenerate-loop/20-grams": { "*": { value: 0.3, source: "our measurement over 8 languages, repeated 20-grams" } },
	"prompt-echo": { "*": { value: 0.7, source: "ROUGE-L as in Self-Instruct" } },
	"prompt-echo/contained": { "*": { value: 0.9, source: "OpusFilter LongestCommonSubstring" } },
};

/** The named thresholds of a check, `undefined` for one without a name; none where its rule has no number. */
export function thresholdNames(code: CheckCode): (string | undefined)[] {
	return Object.keys(table).flatMap((key) => {
		const [owner, name] = key.split("/");
		return owner === code ? [name] : [];
	});
}

/** A check's rows of the table, those for all languages (`*`) first. */
export function thresholdRows(code: CheckCode): { name: string | undefined; language: string; threshold: Threshold }[] {
	return thresholdNames(code).flatMap((name) => {
		const rows = Object.entries(table[name === undefined ? code : `${code}/${name}`] ?? {});
		return rows.map(([language, threshold]) => ({ name, language, threshold }));
	});
}

/** The table's threshold of a check in a language. Every code the checks ask for is in the table. */
export function tableThreshold(code: CheckCode, name: string | undefined, language: string | undefined): Threshold {
	const rows = table[name === undefined ? code : `${code}/${name}`];
	const found = (language === undefined ? undefined : rows?.[language]) ?? rows?.["*"];
	if (!found) throw new Error(`No threshold for ${code} ${name ?? ""} in the table.`);
	return found;
}

type Thresholds = Readonly<Record<string, Threshold>>;

function byLanguage(all: number, column: 0 | 1 | 2): Thresholds {
	const rows = Object.entries(fineWeb2).map(([code, [config, ...values]]) => [
		code,
		{ value: values[column], source: `FineWeb-2 configs/${config}.yml` },
	]);
	return { "*": { value: all, source: "Gopher, as in datatrove" }, ...Object.fromEntries(rows) };
}

function roots(values: Readonly<Record<string, number>>): Thresholds {
	return Object.fromEntries(
		Object.entries(values).map(([code, value]) => [code, { value, source: `ROOTS ${code}, special characters` }]),
	);
}

function cjk(value: number, source: string): Thresholds {
	return { ja: { value, source }, zh: { value, source } };
}
