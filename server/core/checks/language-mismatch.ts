/** `language-mismatch`: the text is in another language than its row states. Prompt and response apart. */
import { judgeLanguage } from "../language-id/judge-language.ts";
import type { Language } from "../languages.ts";
import type { Turn } from "../sample/sample.ts";
import { prompts, responses } from "../sample/sample.ts";
import { type Check, type CheckContext, type Finding, percent, shown, turnName } from "./finding.ts";

export const languageMismatch: Check = {
	code: "language-mismatch",
	find(sample, context) {
		const { language } = context;
		if (!language) return [];
		return [...responses(sample), ...prompts(sample)].flatMap((turn) => judge(turn, language, context));
	},
};

function judge(turn: Turn, language: Language, context: CheckContext): Finding[] {
	const verdict = judgeLanguage(context.masked(turn), language, context.detect);
	if (verdict.state !== "mismatch") return [];
	const evidence =
		verdict.by === "script"
			? `${percent(verdict.value)} of its letters are in the script of ${language.name}, under ${percent(verdict.threshold)}`
			: `a lead of ${shown(verdict.value)}, over ${shown(verdict.threshold)}`;
	return [
		{
			code: "language-mismatch",
			severity: "information",
			message: `The ${turnName(turn)} is in ${verdict.instead}, not ${language.name} (${evidence}).`,
			field: turn.field,
			start: 0,
			end: turn.text.length,
			value: verdict.value,
			threshold: verdict.threshold,
			source: "text-metrics 1.5, rule of three states",
		},
	];
}
