/**
 * Is this text in the language its row states? Three answers: it is, it is not, or it cannot be said.
 * The rule and its thresholds were measured on 15,800 samples: text-metrics.md 1.5, "Recommended rule".
 */
import type { Language } from "../languages.ts";
import type { Candidate, Detect, Detectors } from "./detector.ts";
import { acceptedLabels, languageName } from "./labels.ts";
import { lettersIn, mainScript, type ScriptProfile, scriptProfile } from "./script-profile.ts";
import { detectorsFor, francCandidates } from "./who-knows.ts";

export type LanguageVerdict =
	| { readonly state: "match" }
	| { readonly state: "undetermined"; readonly reason: string }
	| {
			readonly state: "mismatch";
			/** What it is instead, for a sentence: a language or a script. */
			readonly instead: string;
			readonly evidence: Evidence;
			/** Letters judged, Han, kana and Hangul twice: the fewer, the weaker the sign. */
			readonly letters: number;
	  };

export interface Evidence {
	/** A number with what it is held against. */
	readonly kind: "script-share" | "log-odds" | "franc-lead";
	readonly value: number;
	readonly threshold: number;
}

/** What the evidence must reach; a project may move each for a language. */
export interface LanguageLimits {
	/** How much likelier the best other language must be than the expected one, natural logarithm. */
	readonly logOdds: number;
	/** Below this share of letters in the expected scripts the text is in another language. */
	readonly scriptShare: number;
	/** franc's lead of another language over the expected one, from 120 letters on and below. */
	readonly francLead: number;
	readonly francLeadShort: number;
	/** Letters needed to say anything. */
	readonly letters: number;
}

/** Letters needed to say anything, where no project says otherwise. */
export const leastLetters = 25;

/** text-metrics.md 1.5; leads of franc that no good practice sample reaches and nearly every wrong one does. */
export const defaultLimits: LanguageLimits = {
	logOdds: 0,
	scriptShare: 0.15,
	francLead: 0.06,
	francLeadShort: 0.21,
	letters: leastLetters,
};

/** Letters from which on franc is believed more. */
const francIsSurer = 120;
/** Letters franc needs. */
const leastFrancLetters = 60;
/** Han letters without kana that make a text Chinese; each counts twice in a profile. */
const leastHan = 10;
/** Characters judged of longer texts: enough for any detector, and bounded work. */
export const judged = 10_000;

/** Judges a text that was masked by `maskNonLanguage`. */
export function judgeLanguage(
	masked: string,
	expected: Language,
	detectors: Detectors,
	limits: LanguageLimits = defaultLimits,
): LanguageVerdict {
	const text = masked.slice(0, judged);
	const profile = scriptProfile(text);
	if (profile.letters < limits.letters) return { state: "undetermined", reason: `under ${limits.letters} letters` };
	return (
		judgeScript(profile, expected, limits) ?? judgeByDetectors(text, profile.letters, expected, { detectors, limits })
	);
}

function judgeScript(
	profile: ScriptProfile,
	expected: Language,
	{ scriptShare }: LanguageLimits,
): LanguageVerdict | undefined {
	const share = lettersIn(profile, expected.scripts) / profile.letters;
	const { letters } = profile;
	if (share < scriptShare)
		return scriptMismatch(`${mainScript(profile) ?? "another"} script`, letters, {
			value: share,
			threshold: scriptShare,
		});
	const isHanOnly = lettersIn(profile, ["Hiragana", "Katakana"]) === 0 && lettersIn(profile, ["Han"]) >= 2 * leastHan;
	return expected.code === "ja" && isHanOnly
		? scriptMismatch("Chinese", letters, { value: 0, threshold: scriptShare })
		: undefined;
}

function scriptMismatch(instead: string, letters: number, evidence: Omit<Evidence, "kind">): LanguageVerdict {
	return { state: "mismatch", instead, letters, evidence: { kind: "script-share", ...evidence } };
}

interface Judge {
	readonly detectors: Detectors;
	readonly limits: LanguageLimits;
}

function judgeByDetectors(text: string, letters: number, expected: Language, judge: Judge): LanguageVerdict {
	const accepted = acceptedLabels(expected);
	const { fastText, cld3 } = detectorsFor(expected, judge.detectors);
	if (!fastText || !cld3) return judgeByFranc(text, letters, expected, judge);
	// Asking for one candidate takes a quarter of the time, and mostly settles it.
	if (isAccepted(fastText(text, 1), accepted)) return { state: "match" };
	const candidates = fastText(text);
	const value = logOdds(candidates, accepted);
	if (value === null) return { state: "undetermined", reason: "no detector knows it" };
	if (value <= judge.limits.logOdds || isAccepted(cld3(text), accepted)) return { state: "match" };
	return {
		state: "mismatch",
		instead: bestOther(candidates, accepted),
		letters,
		evidence: { kind: "log-odds", value, threshold: judge.limits.logOdds },
	};
}

/** Where not both others know the language: franc by its lead, and whoever does know it must not object. */
function judgeByFranc(text: string, letters: number, expected: Language, judge: Judge): LanguageVerdict {
	if (letters < leastFrancLetters) return { state: "undetermined", reason: `under ${leastFrancLetters} letters` };
	const accepted = acceptedLabels(expected);
	const { fastText, cld3, franc } = detectorsFor(expected, judge.detectors);
	const candidates = franc(text, francCandidates(expected));
	const own = candidates.find(({ label }) => accepted.has(label))?.score ?? 0;
	const other = candidates.find(({ label }) => !accepted.has(label))?.score ?? 0;
	const threshold = letters < francIsSurer ? judge.limits.francLeadShort : judge.limits.francLead;
	const objects = [fastText, cld3].some((detect) => detect && isAccepted(detect(text, 1), accepted));
	if (other - own <= threshold || objects) return { state: "match" };
	return {
		state: "mismatch",
		instead: bestOther(candidates, accepted),
		letters,
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
