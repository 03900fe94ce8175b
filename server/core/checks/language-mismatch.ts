/** `language-mismatch`: the text is in another language than its row states. Prompt and response apart. */
import { type Evidence, judgeLanguage, type LanguageLimits } from "../language-id/judge-language.ts";
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

/** The limits of the language rule as the project has them for this language. */
export function languageLimits({ threshold }: CheckContext): LanguageLimits {
	const value = (name?: string) => threshold("language-mismatch", name).value;
	return {
		logOdds: value(),
		scriptShare: value("script-share"),
		francLead: value("franc-lead"),
		francLeadShort: value("franc-lead-short"),
		letters: value("letters"),
	};
}

/** Of shorter texts one in a hundred good ones is flagged, of longer ones one in five hundred. */
const leastSure = 50;

function judge(turn: Turn, language: Language, context: CheckContext): Finding[] {
	const verdict = judgeLanguage(context.masked(turn), language, context.detectors, languageLimits(context));
	if (verdict.state !== "mismatch") return [];
	const { evidence } = verdict;
	return [
		{
			code: "language-mismatch",
			severity: verdict.letters < leastSure ? "hint" : "information",
			message: `The ${turnName(turn)} is in ${verdict.instead}, not ${language.name} (${inWords(evidence, language)}).`,
			field: turn.field,
			start: 0,
			end: turn.text.length,
			value: evidence.value,
			threshold: evidence.threshold,
			source: sourceOf(evidence, context),
		},
	];
}

function inWords({ kind, value, threshold }: Evidence, language: Language): string {
	if (kind === "script-share") {
		return `${percent(value)} of its letters are in the script of ${language.name}, under ${percent(threshold)}`;
	}
	if (kind === "franc-lead") return `franc's lead ${shown(value)}, over ${shown(threshold)}`;
	return `log-odds ${shown(value)}, over ${shown(threshold)}; two detectors agree`;
}

/** Which table the limit is from; franc has one of its own for texts under 120 letters. */
function sourceOf({ kind, threshold }: Evidence, context: CheckContext): string {
	const name = kind === "log-odds" ? undefined : kind;
	const long = context.threshold("language-mismatch", name);
	return long.value === threshold ? long.source : context.threshold("language-mismatch", "franc-lead-short").source;
}
