/** `prompt-echo`: the answer gives the question back. */
import { type Exchange, exchanges } from "../sample/sample.ts";
import { type Check, type CheckContext, type Finding, type Metric, percent, turnName } from "./finding.ts";
import { longestCommonSubsequence } from "./longest-common-subsequence.ts";
import { wordsOf } from "./words.ts";

/** Shorter prompts come again in good answers ("What is DNA?" - "DNA is …"). */
const leastWords = 6;
/** Words compared at most; beyond it the first ones stand for the rest. */
const mostWords = 1000;

export const promptEcho: Check = {
	code: "prompt-echo",
	find: (sample, context) => exchanges(sample).flatMap((exchange) => judge(exchange, context)),
	measure: (sample, context) =>
		exchanges(sample).flatMap((exchange): Metric[] => {
			const likeness = compare(exchange, context);
			const threshold = context.threshold("prompt-echo");
			return likeness
				? [
						{
							name: "ROUGE-L of prompt and response",
							value: likeness.rouge,
							unit: "score",
							field: exchange.response.field,
							threshold,
						},
					]
				: [];
		}),
};

function judge(exchange: Exchange, context: CheckContext): Finding[] {
	const likeness = compare(exchange, context);
	if (!likeness) return [];
	const rouge = context.threshold("prompt-echo");
	const contained = context.threshold("prompt-echo", "contained");
	const turn = exchange.response;
	const base = { code: "prompt-echo", severity: "information", field: turn.field, start: 0 } as const;
	if (likeness.rouge > rouge.value) {
		const message = `The ${turnName(turn)} says its prompt again: ROUGE-L is ${percent(likeness.rouge)}, over ${percent(rouge.value)}.`;
		return [
			{ ...base, message, end: turn.text.length, value: likeness.rouge, threshold: rouge.value, source: rouge.source },
		];
	}
	if (likeness.opening < contained.value) return [];
	const message = `The ${turnName(turn)} starts by saying ${percent(likeness.opening)} of its prompt again, ${percent(contained.value)} or more.`;
	return [
		{
			...base,
			message,
			end: likeness.openingEnd,
			value: likeness.opening,
			threshold: contained.value,
			source: contained.source,
		},
	];
}

interface Likeness {
	/** F1 of the longest common subsequence of words. */
	readonly rouge: number;
	/** Share of the prompt's words, in a row from its start, that open the response. */
	readonly opening: number;
	/** Offset in the response where that opening ends. */
	readonly openingEnd: number;
}

function compare(exchange: Exchange, context: CheckContext): Likeness | undefined {
	const prompt = exchange.prompts.flatMap((turn) => wordsOf(turn.text, context.language)).slice(0, mostWords);
	const response = wordsOf(exchange.response.text, context.language).slice(0, mostWords);
	if (prompt.length < leastWords || response.length < leastWords) return undefined;
	let same = 0;
	while (same < prompt.length && prompt[same]?.text === response[same]?.text) same += 1;
	const last = response[same - 1];
	return {
		rouge: rougeL(
			prompt.map((word) => word.text),
			response.map((word) => word.text),
		),
		opening: same / prompt.length,
		openingEnd: last ? last.start + last.text.length : 0,
	};
}

function rougeL(prompt: readonly string[], response: readonly string[]): number {
	return (2 * longestCommonSubsequence(prompt, response)) / (prompt.length + response.length);
}
