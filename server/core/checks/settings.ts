/** The project's word on a check: is it on for this language, and with which threshold. */
import type { CheckSetting, CheckSettings } from "../project.ts";
import type { CheckCode } from "./codes.ts";
import { type Threshold, tableThreshold } from "./thresholds.ts";

/** The language's own setting before the one for all (`*`). */
function setting(settings: CheckSettings, code: CheckCode, language: string | undefined): CheckSetting {
	const own = language !== undefined && Object.hasOwn(settings, language) ? settings[language]?.[code] : undefined;
	const all = settings["*"]?.[code];
	if (!own || !all) return own ?? all ?? {};
	return { ...all, ...own, thresholds: { ...all.thresholds, ...own.thresholds } };
}

export function isEnabled(settings: CheckSettings, code: CheckCode, language: string | undefined): boolean {
	return setting(settings, code, language).enabled ?? true;
}

/** `threshold` is the check's main one: the one without a name, else the first; the others are in `thresholds`, by name. */
export function thresholdIn(
	settings: CheckSettings,
	code: CheckCode,
	language: string | undefined,
	name?: string,
): Threshold {
	const { threshold, thresholds } = setting(settings, code, language);
	const main = mainName[code];
	const key = name ?? main;
	const named = key !== undefined && thresholds && Object.hasOwn(thresholds, key) ? thresholds[key] : undefined;
	const own = named ?? (name === undefined || name === main ? threshold : undefined);
	return own === undefined ? tableThreshold(code, name, language) : { value: own, source: "polyglot.json" };
}

/** The least of all languages' thresholds, so that one search serves all of them. */
export function leastThreshold(settings: CheckSettings, code: CheckCode): number {
	const languages = [undefined, ...Object.keys(settings).filter((language) => language !== "*")];
	return Math.min(...languages.map((language) => thresholdIn(settings, code, language).value));
}

const mainName: Partial<Readonly<Record<CheckCode, string>>> = {
	repetition: "5-grams",
	"degenerate-loop": "run",
	"symbol-ratio": "symbols",
};
