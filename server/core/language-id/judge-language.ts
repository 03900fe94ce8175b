/** Is this text in the language its row states? Three answers: it is, it is not, or it cannot be said. */
import { findLanguageByIso3, type Language } from "../languages.ts";
import type { Detect } from "./detector.ts";
import { lettersIn, mainScript, type ScriptProfile, scriptProfile } from "./script-profile.ts";

export type LanguageVerdict =
	| { readonly state: "match"; readonly margin: number | null }
	| { readonly state: "undetermined"; readonly reason: string }
	| {
			readonly state: "mismatch";
			/** What it is instead, for a sentence: a language's name or a script. */
			readonly instead: string;
			/** Share of letters in the expected scripts, or the lead of the other language. */
			readonly value: number;
			readonly threshold: number;
			readonly by: "script" | "detector";
	  };

/** Below this share of letters in the expected scripts the text is in another language; text-metrics.md 1.5, rule 2. */
export const leastScriptShare = 0.15;
/** Letters a script needs to be judged at all; text-metrics.md 1.5, rules 2 and 3. */
export const leastScriptLetters = 25;
/** Letters franc needs; text-metrics.md 1.5, "How to use franc". */
export const leastFrancLetters = 60;

/** Judges a text that was masked by `maskNonLanguage`. */
export function judgeLanguage(masked: string, expected: Language, detect: Detect): LanguageVerdict {
	const profile = scriptProfile(masked);
	if (profile.letters < leastScriptLetters)
		return { state: "undetermined", reason: `under ${leastScriptLetters} letters` };
	const share = lettersIn(profile, expected.scripts) / profile.letters;
	if (share < leastScriptShare) {
		const instead = `${mainScript(profile) ?? "another"} script`;
		return { state: "mismatch", instead, value: share, threshold: leastScriptShare, by: "script" };
	}
	return judgeHan(profile, expected) ?? judgeByDetector(masked, profile, expected, detect);
}

/** Japanese without any kana is Chinese; text-metrics.md 1.5, rule 2. */
function judgeHan(profile: ScriptProfile, expected: Language): LanguageVerdict | undefined {
	if (expected.code !== "ja") return undefined;
	const kana = lettersIn(profile, ["Hiragana", "Katakana"]);
	if (kana > 0 || lettersIn(profile, ["Han"]) < 2 * leastHan) return undefined;
	return { state: "mismatch", instead: "Chinese", value: 0, threshold: leastScriptShare, by: "script" };
}

const leastHan = 10;

function judgeByDetector(masked: string, profile: ScriptProfile, expected: Language, detect: Detect): LanguageVerdict {
	if (profile.letters < leastFrancLetters)
		return { state: "undetermined", reason: `under ${leastFrancLetters} letters` };
	const candidates = detect(masked);
	const accepted = new Set([expected.iso3, ...expected.tolerated]);
	const own = candidates.find((candidate) => accepted.has(candidate.iso3))?.score ?? 0;
	const other = candidates.find((candidate) => !accepted.has(candidate.iso3));
	if (!other) return { state: "match", margin: null };
	const threshold = profile.letters < 120 ? 0.07 : 0;
	const lead = other.score - own;
	if (lead <= threshold) return { state: "match", margin: -lead };
	const instead =
		findLanguageByIso3(other.iso3)?.name ?? new Intl.DisplayNames(["en"], { type: "language" }).of(other.iso3);
	return { state: "mismatch", instead: instead ?? other.iso3, value: lead, threshold, by: "detector" };
}
