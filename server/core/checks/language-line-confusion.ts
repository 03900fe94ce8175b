/** `language-line-confusion`: a stretch of an answer is in another language than the rest. */
import { findMixed } from "../language-id/find-mixed.ts";
import { judgeLanguage } from "../language-id/judge-language.ts";
import type { Language } from "../languages.ts";
import type { Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { type Check, type CheckContext, type Finding, percent, shown, turnName } from "./finding.ts";
import { languageLimits } from "./language-mismatch.ts";

const code = "language-line-confusion";

export const languageLineConfusion: Check = {
	code,
	find(sample, context) {
		const { language } = context;
		if (!language) return [];
		return responses(sample).flatMap((turn) => judge(turn, language, context));
	},
};

function judge(turn: Turn, language: Language, context: CheckContext): Finding[] {
	const masked = context.masked(turn);
	const [logOdds, latinShare] = [context.threshold(code), context.threshold(code, "latin-share")];
	const limits = { logOdds: logOdds.value, latinShare: latinShare.value };
	const span = findMixed(masked, language, context.detectors, limits);
	// A text wholly in another language has its own finding.
	if (!span || judgeLanguage(masked, language, context.detectors, languageLimits(context)).state === "mismatch")
		return [];
	const isScript = span.threshold === latinShare.value;
	const evidence = isScript
		? `${percent(span.value)} of the letters, over ${percent(span.threshold)}`
		: `summed log-odds ${shown(span.value)}, over ${shown(span.threshold)}`;
	return [
		{
			code,
			severity: "information",
			message: `A stretch of the ${turnName(turn)} is in ${span.instead}, not ${language.name} (${evidence}).`,
			field: turn.field,
			start: span.start,
			end: span.end,
			value: span.value,
			threshold: span.threshold,
			source: (isScript ? latinShare : logOdds).source,
		},
	];
}
