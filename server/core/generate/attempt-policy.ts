/** From a reply to its outcome, and from a request's outcomes so far to what happens next. */
import * as z from "zod/mini";
import { isBlankLoop, type Pair, type Read, readPair, readText } from "./answer.ts";
import type { Answer, Reply } from "./reply.ts";

export const Outcome = z.enum([
	"answered",
	"busy",
	"transient",
	"unreachable",
	"invalid",
	"degenerate",
	"truncated",
	"refused",
	"empty",
	"rejected",
	"fatal",
]);
export type Outcome = z.infer<typeof Outcome>;

export interface Judged {
	readonly outcome: Outcome;
	/** Why it is not an answer, in a few words. */
	readonly reason: string | null;
	readonly pair: Pair | null;
}

/** Reads a reply. `prompt` is the seed's, where the answer shall be plain text; null where it must be a pair. */
export function judge(reply: Reply, prompt: string | null): Judged {
	if (reply.type === "failure") return { outcome: reply.kind, reason: reply.message, pair: null };
	const fault = faultOf(reply);
	if (fault) return { ...fault, pair: null };
	const read: Read<Pair> = prompt === null ? readPair(reply.text) : asPair(readText(reply.text), prompt);
	if (read.ok) return { outcome: "answered", reason: null, pair: read.value };
	return { outcome: "invalid", reason: read.reason, pair: null };
}

function faultOf(answer: Answer): { outcome: Outcome; reason: string } | undefined {
	const { text, finishReason } = answer;
	if (answer.isRefusal) return { outcome: "refused", reason: "the server or model declined to answer" };
	if (text.trim() === "") return { outcome: "empty", reason: emptyReason(answer) };
	if (isBlankLoop(text) && finishReason === "length")
		return { outcome: "degenerate", reason: "over 200 blanks in a row" };
	if (finishReason === "length") return { outcome: "truncated", reason: "cut off at the token limit" };
	return undefined;
}

const emptyReason = ({ hasReasoning, finishReason }: Answer): string =>
	hasReasoning && finishReason === "length"
		? "thinking used up the token limit; raise maxTokens"
		: "the answer has no text";

const asPair = (read: Read<string>, prompt: string): Read<Pair> =>
	read.ok ? { ok: true, value: { prompt, response: read.value } } : read;

/** What to do about a request after an attempt. `stop` ends the whole run with the reason. */
export type Step = "keep" | "again" | "drop" | "stop";

/** How often each outcome may be followed by another attempt. */
const retries: Readonly<Record<Outcome, number>> = {
	answered: 0,
	// These say nothing about the request: it waits its turn, and the endpoint's pace is changed instead.
	busy: Number.POSITIVE_INFINITY,
	unreachable: Number.POSITIVE_INFINITY,
	transient: 5,
	// One turn with the checker's message, then one fresh try.
	invalid: 2,
	degenerate: 1,
	empty: 1,
	truncated: 0,
	refused: 0,
	rejected: 0,
	fatal: 0,
};

/**
 * `earlier` holds the outcomes of the request's attempts before this one. A cut-off answer is asked again once, with
 * twice the token limit, where `mayDouble` allows it.
 */
export function nextStep(outcome: Outcome, earlier: readonly Outcome[], mayDouble = false): Step {
	if (outcome === "truncated" && mayDouble && !earlier.includes("truncated")) return "again";
	if (outcome === "answered") return "keep";
	if (outcome === "fatal") return "stop";
	const before = earlier.filter((one) => one === outcome).length;
	return before < retries[outcome] ? "again" : "drop";
}

/** No limit is doubled beyond this; an assumption. */
const longestAnswerTokens = 32_768;

/** Without a limit of its own a request has nothing to double: the server's own limit or context was reached. */
export const canDouble = (maxTokens: number | undefined): boolean =>
	maxTokens !== undefined && maxTokens < longestAnswerTokens;

/** The token limit of the next attempt. */
export function tokenLimit(maxTokens: number | undefined, earlier: readonly Outcome[]): number | undefined {
	if (maxTokens === undefined || !canDouble(maxTokens) || !earlier.includes("truncated")) return maxTokens;
	return Math.min(2 * maxTokens, longestAnswerTokens);
}

/** Milliseconds before a request that stumbled is sent again: full jitter, doubling from 1 s to 60 s. */
export function retryDelayMs(outcome: Outcome, earlier: readonly Outcome[], random: () => number): number {
	if (outcome !== "transient") return 0;
	const before = earlier.filter((one) => one === outcome).length;
	return random() * Math.min(60_000, 1_000 * 2 ** before);
}
