/** How a text is written: its direction, the script whose fonts it needs, and the language to tell a screen reader. */
import { mainScript, scriptOf, scriptProfile } from "../../server/core/language-id/script-profile.ts";
import { readLanguage } from "../../server/core/languages.ts";

export type Direction = "ltr" | "rtl";

export interface Writing {
	readonly direction: Direction;
	/** ISO 15924, as the style sheet names its fonts. */
	readonly script: string;
	/** BCP 47; the script alone (`und-Arab`) where the text is not written as the language is. */
	readonly tag: string;
}

/** Longer texts are judged by their beginning. */
const charactersRead = 4000;

/** Below this share of letters, a text in a right-to-left language is not written from right to left. */
const leastOwn = 0.2;

export function writingOf(text: string, language: string | null): Writing {
	const profile = scriptProfile(text.slice(0, charactersRead));
	const known = readLanguage(language);
	const primary = known?.code ?? primaryTag(language);
	const main = mainScript(profile) ?? known?.scripts[0] ?? "Latin";
	const isExpected = known === undefined || profile.letters === 0 || known.scripts.includes(main);
	const script = scriptTag(main, language, profile.byScript);
	return {
		direction: directionOf(text, language),
		script,
		tag: isExpected && primary !== undefined ? primary : `und-${script === "Jpan" ? "Hani" : script}`,
	};
}

/**
 * The language's direction where the text is at all written that way, else that of its first letter: an Arabic answer
 * that begins with "Python" still runs from right to left, an English one filed under Arabic does not.
 */
export function directionOf(text: string, language: string | null): Direction {
	const head = text.slice(0, charactersRead);
	const own = readLanguage(language)?.direction ?? (rightToLeftTags.has(primaryTag(language) ?? "") ? "rtl" : null);
	if (own === null) return firstStrong(head) ?? "ltr";
	const { letters, byScript } = scriptProfile(head);
	if (letters === 0) return own;
	const fromRight = [...byScript].reduce((sum, [script, count]) => sum + (isRightToLeft(script) ? count : 0), 0);
	const share = own === "rtl" ? fromRight / letters : 1 - fromRight / letters;
	return share >= leastOwn ? own : (firstStrong(head) ?? own);
}

/** A paragraph runs as the text does, but where it holds no letter of that direction: a quotation of another script. */
export function paragraphDirection(paragraph: string, text: Direction): Direction {
	const head = paragraph.slice(0, charactersRead);
	const first = firstStrong(head);
	if (first === null || first === text) return text;
	for (const character of head) {
		const script = scriptOf(character.codePointAt(0) ?? 0);
		if (script !== "" && isRightToLeft(script) === (text === "rtl")) return text;
	}
	return first;
}

/** The direction of the first letter, UAX #9 rule P2 without regard to isolates; null without a letter. */
function firstStrong(text: string): Direction | null {
	const letter = /\p{L}/u.exec(text)?.[0];
	return letter === undefined ? null : rightToLeftLetter.test(letter) ? "rtl" : "ltr";
}

const rightToLeftLetter =
	/[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}]/u;

/** By the names of `scriptProfile`, which tells two such scripts apart. */
function isRightToLeft(script: string): boolean {
	return script === "Arabic" || script === "Hebrew";
}

/** Languages written from right to left that the product has no table for. */
const rightToLeftTags = new Set([
	"fa",
	"he",
	"iw",
	"ur",
	"ps",
	"sd",
	"ug",
	"yi",
	"dv",
	"ckb",
	"arz",
	"ary",
	"pes",
	"prs",
]);

function primaryTag(language: string | null): string | undefined {
	const first = language?.trim().toLowerCase().split(/[-_]/u)[0];
	return first !== undefined && /^[a-z]{2,3}$/.test(first) ? first : undefined;
}

function scriptTag(script: string, language: string | null, found: ReadonlyMap<string, number>): string {
	if (script === "Hiragana" || script === "Katakana") return "Jpan";
	if (script !== "Han") return scriptTags[script] ?? "Latn";
	// Han characters alone: the language decides whose forms are drawn.
	const tag = language?.toLowerCase() ?? "";
	if (readLanguage(language)?.code === "ja" || found.has("Hiragana") || found.has("Katakana")) return "Jpan";
	if (found.has("Hangul") || /^ko/.test(tag)) return "Kore";
	return /hant|[-_](?:tw|hk|mo)\b|^yue/.test(tag) ? "Hant" : "Hans";
}

const scriptTags: Readonly<Record<string, string>> = {
	Arabic: "Arab",
	Cyrillic: "Cyrl",
	Greek: "Grek",
	Hebrew: "Hebr",
	Devanagari: "Deva",
	Bengali: "Beng",
	Gurmukhi: "Guru",
	Gujarati: "Gujr",
	Tamil: "Taml",
	Telugu: "Telu",
	Kannada: "Knda",
	Malayalam: "Mlym",
	Sinhala: "Sinh",
	Thai: "Thai",
	Lao: "Laoo",
	Myanmar: "Mymr",
	Khmer: "Khmr",
	Georgian: "Geor",
	Armenian: "Armn",
	Ethiopic: "Ethi",
	Hangul: "Kore",
	Tibetan: "Tibt",
};
