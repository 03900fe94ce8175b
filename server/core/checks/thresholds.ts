/** Every threshold with where it comes from, for all languages and, where a source tunes it, by language. */
import type { CheckCode } from "./codes.ts";

export interface Threshold {
	readonly value: number;
	readonly source: string;
}

const fineWeb = (language: string) => `FineWeb-2 configs/${language}.yml`;
const gopher = "Gopher, as in datatrove";

/** Keys are `code` or `code/name` where a check has several; then `*` or a language code. */
const table: Readonly<Record<string, Readonly<Record<string, Threshold>>>> = {
	"script-mismatch": { "*": { value: 0.8, source: "NeMo Curator HistogramFilter" } },
	"unwanted-cjk": { "*": { value: 0.05, source: "open-instruct" } },
	"source-leakage": { "*": { value: 0.9, source: "OpusFilter LongestCommonSubstring and Similarity" } },
	"number-mismatch": { "*": { value: 0.5, source: "OpusFilter NonZeroNumerals" } },
	"length-ratio": { "*": { value: 3, source: "bicleaner-hardrules" } },
	"alphabet-ratio": { "*": { value: 0.25, source: "Data-Juicer alphanumeric_filter" } },
	"symbol-ratio/digits": {
		"*": { value: 0.5, source: "bicleaner-hardrules" },
		ja: { value: 0.7, source: "bicleaner-hardrules, CJK" },
	},
	"symbol-ratio/symbols": {
		"*": { value: 0.4, source: "ROOTS, special characters" },
		ar: { value: 0.3, source: "ROOTS ar" },
	},
	"symbol-ratio/addresses": {
		"*": { value: 0.5, source: "ours; NeMo Curator's .2 is for pages, and a short answer may be a link" },
	},
	"stop-words": { "*": { value: 2, source: "Gopher and FineWeb-2, with a list of our own for the language" } },
	"too-short": {
		"*": { value: 16, source: "FastChat" },
		ja: { value: 8, source: "FastChat's 16, halved for kana and Han" },
	},
	"too-long": {
		"*": { value: 65_536, source: "NeMo Curator's 16,384 tokens at 4 characters" },
		ja: { value: 24_576, source: "NeMo Curator's 16,384 tokens at 1.5 characters" },
	},
	"near-duplicate": { "*": { value: 0.45, source: "estimated Jaccard similarity; test/bench/near-duplicates.ts" } },
	"list-shape": { "*": { value: 0.25, source: "NeMo Curator WhiteSpaceFilter" } },
	"length-outlier": { "*": { value: 2, source: "deepchecks, interquartile ranges beyond the quartiles" } },
	"repetition/lines": byLanguage(0.3, { de: 0.263, es: 0.252, ar: 0.304, ja: 0.328 }),
	"repetition/2-grams": byLanguage(0.2, { de: 0.169, es: 0.156, ar: 0.197, ja: 0.239 }),
	"repetition/5-grams": byLanguage(0.15, { de: 0.141, es: 0.145, ar: 0.165, ja: 0.243 }),
	"degenerate-loop/run": { "*": { value: 0.12, source: "text-metrics 6, periodic run share" } },
	"degenerate-loop/20-grams": { "*": { value: 0.3, source: "text-metrics 6, share in repeated 20-grams" } },
	"prompt-echo": { "*": { value: 0.7, source: "ROUGE-L as in Self-Instruct" } },
	"prompt-echo/contained": { "*": { value: 0.9, source: "OpusFilter LongestCommonSubstring" } },
};

/** The table's threshold of a check in a language. Every code the checks ask for is in the table. */
export function tableThreshold(code: CheckCode, name: string | undefined, language: string | undefined): Threshold {
	const rows = table[name === undefined ? code : `${code}/${name}`];
	const found = (language === undefined ? undefined : rows?.[language]) ?? rows?.["*"];
	if (!found) throw new Error(`No threshold for ${code} ${name ?? ""} in the table.`);
	return found;
}

function byLanguage(all: number, tuned: Readonly<Record<string, number>>): Readonly<Record<string, Threshold>> {
	const names: Readonly<Record<string, string>> = { de: "deu_Latn", es: "spa_Latn", ar: "arb_Arab", ja: "jpn_Jpan" };
	const rows = Object.entries(tuned).map(([code, value]) => [code, { value, source: fineWeb(names[code] ?? code) }]);
	return { "*": { value: all, source: gopher }, ...Object.fromEntries(rows) };
}
