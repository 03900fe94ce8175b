/** `turn-order`: a chat must go user, assistant, user, assistant, after a system turn at most, and end answered. */
import type { Turn } from "../sample/sample.ts";
import type { Check, Finding } from "./finding.ts";

export const turnOrder: Check = {
	code: "turn-order",
	find(sample) {
		if (sample.shape !== "messages" && sample.shape !== "conversations") return [];
		const fault = firstFault(mergeParts(sample.turns));
		if (!fault) return [];
		const field = fault.turn?.field ?? null;
		return [
			{
				...base,
				message: fault.message,
				field,
				start: field === null ? null : 0,
				end: fault.turn?.text.length ?? null,
			},
		];
	},
};

const base = {
	code: "turn-order",
	severity: "error",
	value: null,
	threshold: null,
	source: null,
} as const satisfies Partial<Finding>;

interface Fault {
	readonly turn: Turn | undefined;
	readonly message: string;
}

function firstFault(turns: readonly Turn[]): Fault | undefined {
	let before: Turn | undefined;
	for (const [index, turn] of turns.entries()) {
		const message = complaint(before, turn, index);
		if (message) return { turn, message };
		before = turn;
	}
	if (before?.role === "assistant") return undefined;
	return { turn: before, message: `The chat ends with a ${before?.role ?? "missing"} turn; nothing answers it.` };
}

function complaint(before: Turn | undefined, turn: Turn, index: number): string | undefined {
	if (turn.role === "system")
		return index === 0 ? undefined : `Turn ${index + 1} is a system turn; only the first may be.`;
	if (turn.role === "tool") return undefined;
	if (turn.role === "user") {
		return before?.role === "user" ? `Turns ${index} and ${index + 1} are both by the user.` : undefined;
	}
	if (before === undefined || before.role === "system")
		return "The chat starts with an answer; no user turn comes before it.";
	return before.role === "assistant" ? `Turns ${index} and ${index + 1} are both by the assistant.` : undefined;
}

/** Parts of one turn's content count as one turn. */
function mergeParts(turns: readonly Turn[]): Turn[] {
	return turns.filter((turn, index) => {
		const owner = turn.field.replace(/\[\d+\]\.text$/, "");
		return owner === turn.field || turns[index - 1]?.field.replace(/\[\d+\]\.text$/, "") !== owner;
	});
}
