/** Finds out whether long prompts reach the model whole: some servers cut them without an error (generation.md 3.2). */
import * as z from "zod/mini";
import { type Ask, isPassing } from "./probe-ask.ts";
import type { Reply, TokenField } from "./reply.ts";
import { estimatedTokens } from "./token-estimate.ts";

export const ContextVerdict = z.object({
	/** Tokens of the prompt that was tried, by our own counting. */
	tokens: z.int(),
	/** Null where the answer does not tell. */
	isKept: z.nullable(z.boolean()),
	/** Tokens of it by the server's counting. */
	promptTokens: z.nullable(z.int()),
});
export type ContextVerdict = z.infer<typeof ContextVerdict>;

/** More is not tried: it would cost more than the warning is worth. */
export const mostContextTokens = 32_768;
/** A server that counts fewer than this share of our own count has cut: our counting is off by up to a half. */
const leastShare = 0.5;
const codeWord = "kleurpoot7";
const answerTokens = 64;

/** Undefined where the endpoint was busy or away. */
export async function probeContext(
	ask: Ask,
	{ tokens, tokenField }: { readonly tokens: number; readonly tokenField: TokenField | undefined },
	notes: string[],
): Promise<ContextVerdict | undefined> {
	const wanted = Math.min(mostContextTokens, Math.ceil(tokens));
	const content = longPrompt(wanted);
	const reply = await ask({ messages: [{ role: "user", content }], maxTokens: answerTokens, tokenField });
	if (isPassing(reply)) return undefined;
	const verdict = verdictOf(reply, estimatedTokens(content));
	if (verdict.isKept === false) notes.push(cutNote(verdict, reply));
	return verdict;
}

/** The code word stands at the very beginning, which is cut first. */
function longPrompt(tokens: number): string {
	const head = `The code word is ${codeWord}. Remember it; what follows is filler.`;
	const tail = "What is the code word? Answer with this one word and nothing else.";
	const lines: string[] = [];
	for (let missing = tokens - estimatedTokens(head + tail); missing > 0; missing -= estimatedTokens(lines.at(-1) ?? ""))
		lines.push(
			`Line ${lines.length + 1}: the weather of this day was neither good nor bad, and nobody wrote about it.`,
		);
	return [head, ...lines, tail].join("\n");
}

function verdictOf(reply: Reply, tokens: number): ContextVerdict {
	if (reply.type === "failure") return { tokens, isKept: false, promptTokens: null };
	const promptTokens = reply.usage?.promptTokens ?? null;
	if (reply.text.toLowerCase().includes(codeWord)) return { tokens, isKept: true, promptTokens };
	const isShort = promptTokens !== null && promptTokens < tokens * leastShare;
	// A model may miss the question; only a count that is far too low proves the cut then.
	return { tokens, isKept: isShort ? false : null, promptTokens };
}

function cutNote({ tokens, promptTokens }: ContextVerdict, reply: Reply): string {
	if (reply.type === "failure") return `A prompt of about ${tokens} tokens is refused (${reply.status}).`;
	return `A prompt of about ${tokens} tokens is cut without an error: the server counted ${promptTokens} and the model did not see its beginning.`;
}
