/** `script-mismatch`: too few of a text's letters belong to the scripts of its language. */

import { leastLetters } from "../language-id/judge-language.ts";
import { lettersIn, mainScript, scriptOf, scriptProfile } from "../language-id/script-profile.ts";
import type { Language } from "../languages.ts";
import type { Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { type Check, type CheckContext, type Finding, type Metric, percent, turnName } from "./finding.ts";

export const scriptMismatch: Check = {
	code: "script-mismatch",
	find(sample, context) {
		const { language } = context;
		if (!language) return [];
		return responses(sample).flatMap((turn) => judge(turn, language, context));
	},
	measure(sample, context) {
		const { language } = context;
		if (!language) return [];
		return responses(sample).flatMap((turn): Metric[] => {
			const share = scriptShare(ordinaryText(context.masked(turn), language), language);
			const threshold = context.threshold("script-mismatch");
			return share === null
				? []
				: [
						{
							name: `letters in the script of ${language.name}`,
							value: share,
							unit: "share",
							field: turn.field,
							threshold,
						},
					];
		});
	},
};

function judge(turn: Turn, language: Language, context: CheckContext): Finding[] {
	const text = ordinaryText(context.masked(turn), language);
	const share = scriptShare(text, language);
	const threshold = context.threshold("script-mismatch");
	if (share === null || share >= threshold.value) return [];
	const span = foreignSpan(text, language);
	const foreign = mainScript(scriptProfile(text.slice(span.start, span.end))) ?? "another";
	return [
		{
			code: "script-mismatch",
			severity: "information",
			message:
				`Only ${percent(share)} of the letters of the ${turnName(turn)} are in the script of ${language.name}, ` +
				`under ${percent(threshold.value)}; the rest is mostly ${foreign}.`,
			field: turn.field,
			...span,
			value: share,
			threshold: threshold.value,
			source: threshold.source,
		},
	];
}

/** Names and abbreviations in Latin letters are part of ordinary text in every other script. */
function ordinaryText(masked: string, language: Language): string {
	if (language.scripts.includes("Latin")) return masked;
	return masked.replace(/[A-Za-z]*[A-Z][A-Za-z]*/g, (name) => " ".repeat(name.length));
}

/** Null where too few letters are left to say. */
function scriptShare(text: string, language: Language): number | null {
	const profile = scriptProfile(text);
	return profile.letters < leastLetters ? null : lettersIn(profile, language.scripts) / profile.letters;
}

/** From the first to the last letter of the longest stretch without a letter of the language. */
function foreignSpan(text: string, language: Language): { start: number; end: number } {
	let best = { start: 0, end: 0 };
	let start = -1;
	let end = 0;
	for (let at = 0; at < text.length; at += 1) {
		const point = text.codePointAt(at) ?? 0;
		const width = point > 0xffff ? 2 : 1;
		const script = scriptOf(point);
		if (script !== "" && language.scripts.includes(script)) start = -1;
		else if (script !== "") {
			if (start < 0) start = at;
			end = at + width;
			if (end - start > best.end - best.start) best = { start, end };
		}
		at += width - 1;
	}
	return best;
}
