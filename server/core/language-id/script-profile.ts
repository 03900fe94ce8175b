/** Which Unicode scripts a text's letters belong to. */
import { rememberTexts } from "../checks/remember-texts.ts";

/** Letters of each script that occurs; digits, marks and signs do not count. */
export interface ScriptProfile {
	readonly letters: number;
	readonly byScript: ReadonlyMap<string, number>;
}

/** Scripts told apart; letters of any other count as `Other`. */
export const knownScripts = [
	"Latin",
	"Arabic",
	"Han",
	"Hiragana",
	"Katakana",
	"Cyrillic",
	"Greek",
	"Hebrew",
	"Devanagari",
	"Bengali",
	"Gurmukhi",
	"Gujarati",
	"Tamil",
	"Telugu",
	"Kannada",
	"Malayalam",
	"Sinhala",
	"Thai",
	"Lao",
	"Myanmar",
	"Khmer",
	"Georgian",
	"Armenian",
	"Ethiopic",
	"Hangul",
	"Tibetan",
] as const;

/** A Han character says about as much as two letters of an alphabet; text-metrics.md 1.5, rule 2. */
const weights: Readonly<Record<string, number>> = { Han: 2, Hiragana: 2, Katakana: 2, Hangul: 2 };

const patterns = knownScripts.map((script) => [script, new RegExp(`\\p{Script=${script}}`, "u")] as const);

/** Counts a text's letters by script. Linear; a letter's script is looked up once and remembered. */
export const scriptProfile = rememberTexts((text): ScriptProfile => {
	const byScript = new Map<string, number>();
	let letters = 0;
	let latin = 0;
	for (let at = 0; at < text.length; at += 1) {
		const unit = text.charCodeAt(at);
		if (unit < 128) {
			if ((unit | 32) >= 97 && (unit | 32) <= 122) latin += 1;
			continue;
		}
		const point = text.codePointAt(at) ?? unit;
		if (point > 0xffff) at += 1;
		const script = scriptOf(point);
		if (script === "") continue;
		const weight = weights[script] ?? 1;
		byScript.set(script, (byScript.get(script) ?? 0) + weight);
		letters += weight;
	}
	if (latin > 0) byScript.set("Latin", (byScript.get("Latin") ?? 0) + latin);
	return { letters: letters + latin, byScript };
});

/** Weighted letters in any of these scripts. */
export function lettersIn(profile: ScriptProfile, scripts: readonly string[]): number {
	return scripts.reduce((sum, script) => sum + (profile.byScript.get(script) ?? 0), 0);
}

/** The script with most letters; undefined without a letter. */
export function mainScript(profile: ScriptProfile): string | undefined {
	return [...profile.byScript].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** The letter's script, `Other` for a letter of a script not listed, "" for what is no letter. */
export function scriptOf(point: number): string {
	const block = point >> 8;
	let names = cache.get(block);
	if (!names) {
		names = new Array<string | undefined>(256);
		cache.set(block, names);
	}
	const known = names[point & 255];
	if (known !== undefined) return known;
	const script = lookUp(point);
	names[point & 255] = script;
	return script;
}

/** By block of 256 code points; a cache of a pure function, so that it never changes an answer. */
const cache = new Map<number, (string | undefined)[]>();

function lookUp(point: number): string {
	const letter = String.fromCodePoint(point);
	if (!/\p{L}/u.test(letter)) return "";
	// The mark that lengthens a Japanese vowel belongs to both kana.
	if (point === 0x30fc) return "Katakana";
	return patterns.find(([, pattern]) => pattern.test(letter))?.[0] ?? "Other";
}
