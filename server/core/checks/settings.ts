/** The project's word on a check: is it on for this language, and with which threshold. */
import type { CheckSetting, CheckSettings } from "../project.ts";
import type { CheckCode } from "./codes.ts";
import { type Threshold, tableThreshold } from "./thresholds.ts";

/** The language's own setting before the one for all (`*`). */
function setting(settings: CheckSettings, code: CheckCode, language: string | undefined): CheckSetting {
	const own = language !== undefined && Object.hasOwn(settings, language) ? settings[language]?.[code] : undefined;
	return { ...settings["*"]?.[code], ...own };
}

export function isEnabled(settings: CheckSettings, code: CheckCode, language: string | undefined): boolean {
	return setting(settings, code, language).enabled ?? true;
}

/** A check with several thresholds takes the project's for its main one only: the one without a name, else the first. */
export function thresholdIn(
	settings: CheckSettings,
	code: CheckCode,
	language: string | undefined,
	name?: string,
): Threshold {
	const own = setting(settings, code, language).threshold;
	const isMain = name === undefined || name === mainName[code];
	if (own !== undefined && isMain) return { value: own, source: "polyglot.json" };
	return tableThreshold(code, name, language);
}

const mainName: Partial<Readonly<Record<CheckCode, string>>> = {
	repetition: "5-grams",
	"degenerate-loop": "run",
	"symbol-ratio": "symbols",
};
