/** What the reading form shows: a sample's turns, and what was found in them. Every panel that shows samples fills this. */
import type { Role } from "../../server/core/sample/sample.ts";

export interface ReadingTurn {
	readonly role: Role;
	/** As decoded; shown with its line breaks, never interpreted. */
	readonly text: string;
	/** As the row states it; null where it states none. */
	readonly language: string | null;
	/** What marks refer to, such as `response` or `messages[1].content`. */
	readonly field: string;
}

/** One finding, in a sentence. Offsets are UTF-16 in the turn's text, `end` exclusive; null where the whole turn is meant. */
export interface ReadingMark {
	readonly field: string;
	readonly start: number | null;
	readonly end: number | null;
	readonly message: string;
}

export interface Reading {
	readonly turns: readonly ReadingTurn[];
	readonly marks: readonly ReadingMark[];
}

/** The reading of a prompt and its answer, for panels that know no more of a sample. */
export function pairReading(prompt: string, response: string, language: string | null): Reading {
	return {
		turns: [
			{ role: "user", text: prompt, language, field: "prompt" },
			{ role: "assistant", text: response, language, field: "response" },
		],
		marks: [],
	};
}
