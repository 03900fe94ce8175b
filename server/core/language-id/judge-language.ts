/**
 * Is this text in the language its row states? Three answers: it is, it is not, or it cannot be said.
 * The rule and its thresholds were measured on 15,800 samples: text-metrics.md 1.5, "Recommended rule".
 */
import type { Language } from "../languages.ts";
import type { Candidate, Detect, Detectors } from "./detector.ts";
import { acceptedLabels, languageName } from "./labels.ts";
import { lettersIn, mainScript, type ScriptProfile, scriptProfile } from "./script-profile.ts";

export type LanguageVerdict =
	| { readonly state: "match" }
	| { readonly state: "undetermined"; readonly reason: string }
	| {
			readonly state: "mismatch";
			/** What it is instead, for a sentence: a language or a script. */
			readonly instead: string;
			readonly evidence: Evidence;
	  };

export interface Evidence {
	/** A number with what it is held against. */
	readonly kind: "script-share" | "log-odds" | "franc-lead";
	readonly value: number;
	readonly threshold: number;
}

/** Below this share of letters in the expected scripts the text is in another language. */
export const leastScriptShare = 0.15;
/** Letters needed to say anything. */
export const leastLetters = 25;
/** Letters franc needs. */
const leastFrancLetters = 60;
/** Han letters without kana that make a text Chinese; each counts twice in a profile. */
const leastHan = 10;
/** Characters judged of longer texts: enough for any detector, and bounded work. */
export const judged = 10_000;

/** Judges a text that was masked by `maskNonLanguage`. */
export function judgeLanguage(masked: string, expected: Language, detectors: Detectors): LanguageVerdict {
	const text = masked.slice(0, judged);
	const profile = scriptProfile(text);
	if (profile.letters < leastLetters) return { state: "undetermined", reason: `under ${leastLetters} letters` };
	return judgeScript(profile, expected) ?? judgeByDetectors(text, profile.letters, expected, detectors);
}

function judgeScript(profile: ScriptProfile, expected: Language): LanguageVerdict | undefined {
	const share = lettersIn(profile, expected.scripts) / profile.letters;
	if (share < leastScriptShare) return scriptMismatch(`${mainScript(profile) ?? "another"} script`, share);
	const isHanOnly = lettersIn(profile, ["Hiragana", "Katakana"]) === 0 && lettersIn(profile, ["Han"]) >= 2 * leastHan;
	return expected.code === "ja" && isHanOnly ? scriptMismatch("Chinese", 0) : undefined;
}

function scriptMismatch(instead: string, value: number): LanguageVerdict {
	return { state: "mismatch", instead, evidence: { kind: "script-share", value, threshold: leastScriptShare } };
}

function judgeByDetectors(text: string, letters: number, expected: Language, detectors: Detectors): LanguageVerdict {
	const accepted = acceptedLabels(expected);
	if (!detectors.fastText || !detectors.cld3) return judgeByFranc(text, letters, accepted, detectors);
	// Asking for one candidate takes a quarter of the time, and mostly settles it.
	if (isAccepted(detectors.fastText(text, 1), accepted)) return { state: "match" };
	const candidates = detectors.fastText(text);
	const value = logOdds(candidates, accepted);
	if (value === null) return { state: "undetermined", reason: "no detector knows it" };
	if (value <= 0 || isAccepted(detectors.cld3(text), accepted)) return { state: "match" };
	return {
		state: "mismatch",
		instead: bestOther(candidates, accepted),
		evidence: { kind: "log-odds", value, threshold: 0 },
	};
}

/** Without fastText: franc by its lead, and CLD3 must not object where it is there. */
function judgeByFranc(
	text: string,
	letters: number,
	accepted: ReadonlySet<string>,
	detectors: Detectors,
): LanguageVerdict {
	if (letters < leastFrancLetters) return { state: "undetermined", reason: `under ${leastFrancLetters} letters` };
	const candidates = detectors.franc(text);
	const own = candidates.find(({ label }) => accepted.has(label))?.score ?? 0;
	const other = candidates.find(({ label }) => !accepted.has(label))?.score ?? 0;
	// Leads that no good practice sample reaches and nearly every wrong one does.
	const threshold = letters < 120 ? 0.21 : 0.06;
	if (other - own <= threshold || (detectors.cld3 && isAccepted(detectors.cld3(text), accepted)))
		return { state: "match" };
	return {
		state: "mismatch",
		instead: bestOther(candidates, accepted),
		evidence: { kind: "franc-lead", value: other - own, threshold },
	};
}

/** How much more likely the best other language is than the expected one, natural logarithm; null without candidates. */
export function logOdds(candidates: readonly Candidate[], accepted: ReadonlySet<string>): number | null {
	if (candidates.length === 0) return null;
	let own = 0;
	let other = 0;
	for (const { label, score } of candidates) {
		if (accepted.has(label)) own += score;
		else other = Math.max(other, score);
	}
	return Math.log(Math.max(other, leastScore)) - Math.log(Math.max(own, leastScore));
}

/** What is not among the candidates is less likely than this. */
const leastScore = 1e-4;

function isAccepted(candidates: ReturnType<Detect>, accepted: ReadonlySet<string>): boolean {
	const [best] = candidates;
	return best !== undefined && accepted.has(best.label);
}

export function bestOther(candidates: readonly Candidate[], accepted: ReadonlySet<string>): string {
	const other = candidates.find(({ label }) => !accepted.has(label));
	return other ? languageName(other.label) : "another language";
}
