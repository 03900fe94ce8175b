/** What the product knows about a language. One row a language; everything else asks here. */
import { beyond, rightToLeft, unspaced } from "./languages-beyond.ts";

export interface Language {
	/** ISO 639-1, as the published data writes it. */
	readonly code: string;
	/** ISO 639-3, as franc writes it. */
	readonly iso3: string;
	readonly name: string;
	/** Unicode `Script` property values its text is written in. */
	readonly scripts: readonly string[];
	readonly direction: "ltr" | "rtl";
	/** False where words are not separated by spaces, so that lengths are counted in characters. */
	readonly isSpaced: boolean;
	/** ISO 639-3 codes a detector easily takes it for; never offer a detector the language without them. */
	readonly confusables: readonly string[];
	/** Codes (639-1 and 639-3) that count as this language: dialects, and neighbours no detector separates. */
	readonly tolerated: readonly string[];
}

const table: readonly Language[] = [
	language("ar", "arb", "Arabic", ["Arabic"], ["pes", "urd", "prs", "uig", "pbu"], {
		direction: "rtl",
		tolerated: ["ara", "arz", "ary", "apc", "acm"],
	}),
	language("cs", "ces", "Czech", ["Latin"], ["slk", "pol", "slv", "hrv"]),
	language("de", "deu", "German", ["Latin"], ["nld", "dan", "swe", "nob", "afr"]),
	language("en", "eng", "English", ["Latin"], ["nld", "fra"], { tolerated: ["sco"] }),
	language("es", "spa", "Spanish", ["Latin"], ["por", "glg", "cat", "ita"]),
	language("id", "ind", "Indonesian", ["Latin"], ["jav", "sun", "tgl"], {
		tolerated: ["ms", "msa", "zlm", "zsm"],
	}),
	language("ja", "jpn", "Japanese", ["Hiragana", "Katakana", "Han"], ["cmn", "kor"], { isSpaced: false }),
	language("tl", "tgl", "Tagalog", ["Latin"], ["ceb", "hil", "ilo", "ind"], { tolerated: ["fil"] }),
];

const byCode = new Map(table.map((entry) => [entry.code, entry]));

/** The languages the product ships with, in code order. */
export const languages: readonly Language[] = table;

/** The language with this ISO 639-1 code, or undefined where the product has no table for it. */
export function findLanguage(code: string | undefined): Language | undefined {
	return code === undefined ? undefined : byCode.get(code);
}

/** Languages without tables of their own, which are recognised all the same. */
export const languagesBeyond: readonly Language[] = beyond.map(([code, iso3, name, scripts, confusables, tolerated]) =>
	language(code, iso3, name, words(scripts), words(confusables), {
		direction: rightToLeft.has(code) ? "rtl" : "ltr",
		isSpaced: !unspaced.has(code),
		tolerated: words(tolerated ?? ""),
	}),
);

/** By every code and name a row may use; a language's own code goes before what another tolerates. */
const byLabel = new Map<string, Language>();
for (const entry of [...table, ...languagesBeyond])
	for (const label of [entry.code, entry.iso3, entry.name.toLowerCase()]) byLabel.set(label, entry);

/** Other codes in use: of macrolanguages, bibliographic ones, and those ISO withdrew. */
const aliases: Readonly<Record<string, string>> = {
	...{ ara: "ar", fil: "tl", filipino: "tl", cze: "cs", ger: "de" },
	...{ aze: "az", est: "et", fas: "fa", per: "fa", fre: "fr", iw: "he", in: "id", kor: "ko", lav: "lv", mon: "mn" },
	...{ msa: "ms", zsm: "ms", nb: "no", nn: "no", nor: "no", nno: "no", nep: "ne", dut: "nl", pus: "ps", rum: "ro" },
	...{ sqi: "sq", swa: "sw", uzb: "uz", zho: "zh", chi: "zh", yue: "zh" },
};

/** The language a row means by `de`, `de-DE`, `deu`, `deu_Latn` or `German`; undefined where no table knows it. */
export function readLanguage(label: string | null | undefined): Language | undefined {
	if (!label) return undefined;
	const first = label.trim().toLowerCase().split(/[-_]/u)[0] ?? "";
	const code = Object.hasOwn(aliases, first) ? (aliases[first] ?? first) : first;
	return byLabel.get(code);
}

function language(
	code: string,
	iso3: string,
	name: string,
	scripts: readonly string[],
	confusables: readonly string[],
	rest: Partial<Pick<Language, "direction" | "isSpaced" | "tolerated">> = {},
): Language {
	return { code, iso3, name, scripts, confusables, direction: "ltr", isSpaced: true, tolerated: [], ...rest };
}

function words(text: string): string[] {
	return text === "" ? [] : text.split(" ");
}
