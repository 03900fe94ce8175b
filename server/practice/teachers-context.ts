/** A context that is too small, as some local servers have it: what does not fit is cut off without an error. */
import type { Message } from "../core/sample-row.ts";

/** The messages as the model sees them: the newest `tokens` tokens. */
export function withinContext(messages: readonly Message[], characters: number): Message[] {
	const kept: Message[] = [];
	let left = characters;
	for (const message of [...messages].reverse()) {
		if (left <= 0) break;
		kept.unshift({ ...message, content: message.content.slice(-left) });
		left -= message.content.length;
	}
	return kept;
}

/** The answer to the question of a context probe, where the beginning of the prompt survived. */
export function codeWordAnswer(messages: readonly Message[]): string | undefined {
	const asked = messages.at(-1)?.content ?? "";
	if (!asked.includes("What is the code word?")) return undefined;
	return /The code word is (\w+)/.exec(asked)?.[1] ?? "I was not told a code word.";
}
