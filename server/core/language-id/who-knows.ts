/** Which detectors know a language: one that does not calls its texts something else, and says so confidently. */
import { type Language, languages, languagesBeyond } from "../languages.ts";
import type { Detectors } from "./detector.ts";

/**
 * Without a label in lid.176 (ha, hil, ig, rw, sn, xh, zu), or with one it hardly ever gives: yo and so 7 %, su 68 %
 * right (text-metrics.md 1.3).
 */
const unknownToFastText: ReadonlySet<string> = new Set(
	["ha", "hil", "ig", "rw", "sn", "xh", "zu"].concat(["so", "su", "yo"]),
);
const unknownToCld3: ReadonlySet<string> = new Set(["hil", "ilo", "rw"]);

export function isKnownToFastText({ code }: Language): boolean {
	return !unknownToFastText.has(code);
}

export function isKnownToCld3({ code }: Language): boolean {
	return !unknownToCld3.has(code);
}

/** The detectors whose word on texts of this language counts; franc always does. */
export function detectorsFor(language: Language, { fastText, cld3, franc }: Detectors): Detectors {
	return {
		...(fastText && isKnownToFastText(language) ? { fastText } : {}),
		...(cld3 && isKnownToCld3(language) ? { cld3 } : {}),
		franc,
	};
}

/** The product's own languages and what they are mistaken for: offering franc fewer turns the unlisted into a listed one. */
const always = languages.flatMap(withConfusables);
const everyLanguage = [...new Set([...languages, ...languagesBeyond].flatMap(withConfusables))];

/**
 * Whom franc is asked about for a text expected in `language`: it and its confusables; everybody where franc alone
 * decides, for no other detector would name the language that the text is in instead.
 */
export function francCandidates(language: Language): readonly string[] {
	if (!isKnownToFastText(language) || !isKnownToCld3(language)) return everyLanguage;
	return [...new Set([...always, ...withConfusables(language)])];
}

function withConfusables({ iso3, confusables }: Language): string[] {
	return [iso3, ...confusables];
}

/** 639-3 as franc writes it to the code the other detectors use. */
export const francLabels: ReadonlyMap<string, string> = new Map(
	[...languagesBeyond, ...languages].map(({ iso3, code }) => [iso3, code]),
);
