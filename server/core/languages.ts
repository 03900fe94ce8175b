/** What the product knows about a language. One row a language; everything else asks here. */
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

const byIso3 = new Map(table.map((entry) => [entry.iso3, entry]));

/** Other codes in use for a language of the table. */
const aliases: Readonly<Record<string, string>> = { ara: "ar", fil: "tl", cze: "cs", ger: "de" };

/** The language a row means by `de`, `de-DE`, `deu`, `deu_Latn` or `German`; undefined where no table knows it. */
export function readLanguage(label: string | null | undefined): Language | undefined {
	if (!label) return undefined;
	const first = label.trim().toLowerCase().split(/[-_]/u)[0] ?? "";
	const code = Object.hasOwn(aliases, first) ? (aliases[first] ?? first) : first;
	return byCode.get(code) ?? byIso3.get(code) ?? table.find((entry) => entry.name.toLowerCase() === first);
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
