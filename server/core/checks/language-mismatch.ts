/** `language-mismatch`: the text is in another language than its row states. Prompt and response apart. */
import { type Evidence, judgeLanguage } from "../language-id/judge-language.ts";
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
	const verdict = judgeLanguage(context.masked(turn), language, context.detectors);
	if (verdict.state !== "mismatch") return [];
	const { evidence } = verdict;
	return [
		{
			code: "language-mismatch",
			severity: "information",
			message: `The ${turnName(turn)} is in ${verdict.instead}, not ${language.name} (${inWords(evidence, language)}).`,
			field: turn.field,
			start: 0,
			end: turn.text.length,
			value: evidence.value,
			threshold: evidence.threshold,
			source: sources[evidence.kind],
		},
	];
}

function inWords({ kind, value, threshold }: Evidence, language: Language): string {
	if (kind === "script-share") {
		return `${percent(value)} of its letters are in the script of ${language.name}, under ${percent(threshold)}`;
	}
	if (kind === "franc-lead") return `a lead of ${shown(value)}, over ${shown(threshold)}`;
	return `log-odds ${shown(value)}, over ${shown(threshold)}; two detectors agree`;
}

const sources: Readonly<Record<Evidence["kind"], string>> = {
	"script-share": "text-metrics 1.5, rule 2",
	"log-odds": "text-metrics 1.5, rule 3: fastText and CLD3",
	"franc-lead": "text-metrics 1.5, franc with expected and confusable languages",
};
