/** `truncated`: the answer was cut off; by what the server said, else by its form, which is only a hint. */
import type { Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { countLetters } from "./character-kinds.ts";
import { about, type Check, type CheckContext, type Finding, quoted, turnName } from "./finding.ts";

/** What OpenAI and Mistral, Anthropic and Bedrock, and Gemini answer when the tokens run out. */
const cutReasons = new Set(["length", "max_tokens", "max_output_tokens", "model_length"]);
/** Letters an answer needs before a missing end mark says something. */
const leastLetters = 60;

export const truncated: Check = {
	code: "truncated",
	find(sample, context) {
		const last = responses(sample).at(-1);
		if (!last) return [];
		const reason = sample.finishReason;
		if (reason !== null && cutReasons.has(reason.toLowerCase())) {
			const message = `The ${turnName(last)} was cut off: the server stopped for ${quoted(reason)}.`;
			return [about(last, "truncated", message, { ...ending(last.text), source: "finish_reason" })];
		}
		// A server that says why it stopped is believed.
		return reason === null ? byForm(last, context) : [];
	},
};

function byForm(turn: Turn, context: CheckContext): Finding[] {
	const fault = hasOpenFence(turn.text)
		? "a code block is never closed"
		: lacksEnd(context.masked(turn))
			? "it ends inside a sentence"
			: undefined;
	if (!fault) return [];
	const message = `The ${turnName(turn)} may have been cut off: ${fault}.`;
	return [about(turn, "truncated", message, { severity: "hint", ...ending(turn.text), source: "form of the text" })];
}

function hasOpenFence(text: string): boolean {
	return text.includes("```") && ((text.match(/^\s{0,12}```/gmu)?.length ?? 0) & 1) === 1;
}

/** The last line ends in a letter, comma or dash, and is a sentence rather than a heading or a point of a list. */
function lacksEnd(masked: string): boolean {
	const text = masked.slice(-2000).trimEnd();
	if (countLetters(text, leastLetters) < leastLetters) return false;
	const lines = text.split("\n");
	const last = lines.at(-1) ?? "";
	if (/^\s*(?:[-*•+#|>]|\d{1,3}[.)、]|\p{L}[.)])/u.test(last) || last.length < 40) return false;
	return /[\p{L},،、;–—(]$/u.test(last);
}

function ending(text: string): { start: number; end: number } {
	const end = text.trimEnd().length;
	return { start: Math.max(0, end - 20), end };
}
