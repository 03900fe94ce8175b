/** What a check finds, and what it is given to find it. */

import type { Detectors } from "../language-id/detector.ts";
import type { Language } from "../languages.ts";
import type { Sample, Turn } from "../sample/sample.ts";
import type { CheckCode } from "./codes.ts";
import type { Threshold } from "./thresholds.ts";

/** `error`: the line can't be used. `information`: a person should look. `hint`: a weak sign. */
export type Severity = "error" | "information" | "hint";

/** One thing found in one sample. Offsets are UTF-16 in the decoded field, `end` exclusive. */
export interface Finding {
	readonly code: CheckCode;
	readonly severity: Severity;
	/** A full sentence with the number, the threshold and the language. */
	readonly message: string;
	/** Such as `response` or `messages[1].content`; null for the whole line. */
	readonly field: string | null;
	/** In the line where `field` is null. */
	readonly start: number | null;
	readonly end: number | null;
	readonly value: number | null;
	readonly threshold: number | null;
	/** Where the threshold comes from; null where the rule has none. */
	readonly source: string | null;
}

/** A number a check measures, for the hover, whether or not it is a reason to look. */
export interface Metric {
	readonly name: string;
	readonly value: number;
	readonly unit: "share" | "count" | "score";
	readonly field: string;
	/** The threshold it is held against, with its source; absent where it is only shown. */
	readonly threshold?: Threshold;
}

/** One sample's world: its language, the settings in force for it, the detector. */
export interface CheckContext {
	/** The expected language; undefined where the row states none, or one no table knows. */
	readonly language: Language | undefined;
	/** The project's threshold for this language, else the table's. */
	threshold(code: CheckCode, name?: string): Threshold;
	/** Text with code, formulas, addresses and identifiers blanked, offsets kept. Remembered within one sample. */
	masked(turn: Turn): string;
	/** Text with only code blanked, offsets kept. Remembered within one sample. */
	prose(turn: Turn): string;
	readonly detectors: Detectors;
}

/** A check of one sample by itself. Pure; never throws. */
export interface Check {
	readonly code: CheckCode;
	readonly find: (sample: Sample, context: CheckContext) => Finding[];
	readonly measure?: (sample: Sample, context: CheckContext) => Metric[];
}

/** "response", or "response (turn 3)" in a chat: how a sentence names a turn. */
export function turnName(turn: Pick<Turn, "role" | "field">): string {
	const index = /\[(\d+)\]/.exec(turn.field)?.[1];
	const name = turn.role === "assistant" ? "response" : turn.role === "user" ? "prompt" : `${turn.role} turn`;
	return index === undefined ? name : `${name} in turn ${Number(index) + 1}`;
}

/** A number as a sentence shows it: two digits after the point at most. */
export function shown(value: number): string {
	return String(Math.round(value * 100) / 100);
}

/** A share as a sentence shows it. */
export function percent(share: number): string {
	return `${Math.round(share * 1000) / 10} %`;
}

/** A finding about a turn; over its whole text, without a number and of severity information where not said otherwise. */
export function about(
	turn: Turn,
	code: CheckCode,
	message: string,
	rest: Partial<Pick<Finding, "severity" | "start" | "end" | "value" | "source">> & {
		readonly threshold?: Threshold;
	} = {},
): Finding {
	const { threshold, ...own } = rest;
	return {
		code,
		severity: "information",
		message,
		field: turn.field,
		start: 0,
		end: turn.text.length,
		value: null,
		threshold: threshold?.value ?? null,
		source: threshold?.source ?? null,
		...own,
	};
}

/** A stretch of a text as a sentence quotes it: one line, 40 characters at most. */
export function quoted(text: string): string {
	const line = text.replace(/[\s\p{C}]+/gu, " ").trim();
	return line.length <= 40 ? `"${line}"` : `"${line.slice(0, 39).replace(/[\ud800-\udbff]$/, "")}…"`;
}
