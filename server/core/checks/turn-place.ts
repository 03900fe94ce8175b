/** Where something stands, without its text: what the checks of a whole file keep of each sample. */
import { responses, type Sample, type Turn } from "../sample/sample.ts";

export interface TurnPlace {
	readonly role: Turn["role"];
	readonly field: string;
	/** UTF-16 units of its text. */
	readonly length: number;
}

/** The sample's first prompt, else its first turn. */
export function askedPlace(sample: Sample): TurnPlace | null {
	return placeOf(sample.turns.find((turn) => turn.role === "user") ?? sample.turns[0]);
}

/** The sample's last answer; null without one. */
export function answerPlace(sample: Sample): TurnPlace | null {
	return placeOf(responses(sample).at(-1));
}

function placeOf(turn: Turn | undefined): TurnPlace | null {
	return turn ? { role: turn.role, field: turn.field, length: turn.text.length } : null;
}

/** A line of the file at hand, or of another one that is named. */
export interface FilePlace {
	/** From 1. */
	readonly line: number;
	/** Null in the same file. */
	readonly file: string | null;
}

export function inWords({ line, file }: FilePlace): string {
	return file === null ? `line ${line}` : `line ${line} of ${file}`;
}
