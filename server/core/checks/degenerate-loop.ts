/** `degenerate-loop`: a stretch says the same thing over and over, as models do that cannot stop. Linear in the text. */
import type { Turn } from "../sample/sample.ts";
import { responses } from "../sample/sample.ts";
import { type Check, type CheckContext, type Finding, type Metric, percent, turnName } from "./finding.ts";
import { PlaceTable } from "./place-table.ts";
import type { Threshold } from "./thresholds.ts";

/** Longer texts are judged by their first and last part: loops run to the end. */
const read = 100_000;
/** Repeats in a row: dolma's `(.+?)(\s?\1){3,}` is four. */
const leastRepeats = 4;
/** Longest unit looked for; text-metrics.md 6. */
const longestPeriod = 120;
const leastRunLength = 20;
const gramLength = 20;
const leastGramText = 100;

export interface Run {
	readonly start: number;
	readonly end: number;
	/** Characters of the unit that repeats. */
	readonly period: number;
}

interface Loops {
	readonly longest: Run | undefined;
	readonly runShare: number;
	readonly gramShare: number;
}

export const degenerateLoop: Check = {
	code: "degenerate-loop",
	find: (sample, context) => responses(sample).flatMap((turn) => judge(turn, context)),
	measure: (sample, context) =>
		responses(sample).flatMap((turn): Metric[] => {
			const { runShare, gramShare } = loopsIn(context.prose(turn));
			const field = turn.field;
			return [
				{
					name: "characters in loops",
					value: runShare,
					unit: "share",
					field,
					threshold: context.threshold("degenerate-loop", "run"),
				},
				{
					name: "characters in repeated 20-grams",
					value: gramShare,
					unit: "share",
					field,
					threshold: context.threshold("degenerate-loop", "20-grams"),
				},
			];
		}),
};

function judge(turn: Turn, context: CheckContext): Finding[] {
	const loops = loopsIn(context.prose(turn));
	const run = context.threshold("degenerate-loop", "run");
	const grams = context.threshold("degenerate-loop", "20-grams");
	if (loops.longest && loops.runShare > run.value) return [runFinding(turn, loops.longest, loops.runShare, run)];
	return loops.gramShare > grams.value ? [gramFinding(turn, loops.gramShare, grams)] : [];
}

function runFinding(turn: Turn, run: Run, share: number, threshold: Threshold): Finding {
	const times = Math.floor((run.end - run.start) / run.period);
	return {
		code: "degenerate-loop",
		severity: "information",
		message:
			`The ${turnName(turn)} loops: the same ${run.period === 1 ? "character" : `${run.period} characters`} come ` +
			`${times} times in a row; loops make up ${percent(share)} of the text, over ${percent(threshold.value)}.`,
		field: turn.field,
		start: run.start,
		end: run.end,
		value: share,
		threshold: threshold.value,
		source: threshold.source,
	};
}

function gramFinding(turn: Turn, share: number, threshold: Threshold): Finding {
	return {
		code: "degenerate-loop",
		severity: "information",
		message:
			`The ${turnName(turn)} loops: ${percent(share)} of it are stretches of ${gramLength} characters and more ` +
			`that came before, over ${percent(threshold.value)}.`,
		field: turn.field,
		start: 0,
		end: turn.text.length,
		value: share,
		threshold: threshold.value,
		source: threshold.source,
	};
}

/** Measures both kinds of loop in the read part of a text. */
export function loopsIn(text: string): Loops {
	const offset = text.length > 2 * read ? text.length - read : 0;
	const parts =
		offset > 0
			? [
					{ text: text.slice(0, read), at: 0 },
					{ text: text.slice(offset), at: offset },
				]
			: [{ text, at: 0 }];
	const runs = parts.flatMap((part) =>
		periodicRuns(part.text).map((run) => ({ ...run, start: run.start + part.at, end: run.end + part.at })),
	);
	const flat = parts.map((part) => part.text.replace(/\s+/g, " "));
	const length = flat.reduce((sum, part) => sum + part.length, 0);
	const covered = runs.reduce((sum, run) => sum + run.end - run.start, 0);
	return {
		longest: runs.reduce<Run | undefined>(
			(best, run) => (best && length_(best) >= length_(run) ? best : run),
			undefined,
		),
		runShare: length === 0 ? 0 : Math.min(1, covered / length),
		gramShare: Math.max(...flat.map((part) => repeatedGramShare(part.trim()))),
	};
}

function length_(run: Run): number {
	return run.end - run.start;
}

/**
 * Stretches whose unit of up to 120 characters comes four times in a row and holds a letter or digit.
 * While a period holds, each character is compared with the one a period before; when it breaks, the last place of
 * the current 8 characters suggests the next period. So each character is looked at a bounded number of times.
 */
export function periodicRuns(text: string): Run[] {
	const runs: Run[] = [];
	const lastPlaces = new PlaceTable(text, probe);
	let period = 0;
	let start = 0;
	for (let at = 0; at <= text.length; at += 1) {
		if (period > 0 && at < text.length && text.charCodeAt(at) === text.charCodeAt(at - period)) continue;
		if (period > 0) {
			keepRun(runs, text, { start, end: at, period });
			// Places inside the run were passed over; the grams at its end are all a later period can start from.
			for (let back = Math.max(start, at - longestPeriod); back <= at - probe; back += 1) lastPlaces.exchange(back);
			period = 0;
		}
		const gramStart = at - probe + 1;
		if (gramStart < 0 || at >= text.length) continue;
		const before = lastPlaces.exchange(gramStart);
		if (before < 0 || gramStart - before > longestPeriod) continue;
		period = gramStart - before;
		start = backwards(text, before, period, runs.at(-1)?.end ?? 0);
	}
	return runs;
}

/** Characters that must come again before a period is tried. */
const probe = 8;

/** Where the run really begins: as far back as each character equals the one a period later. */
function backwards(text: string, from: number, period: number, limit: number): number {
	let start = from;
	while (
		start > limit &&
		from - start < longestPeriod &&
		text.charCodeAt(start - 1) === text.charCodeAt(start - 1 + period)
	)
		start -= 1;
	return start;
}

function keepRun(runs: Run[], text: string, run: Run): void {
	const length = run.end - run.start;
	if (length < leastRunLength || length < run.period * leastRepeats) return;
	if (/[\p{L}\p{N}]/u.test(text.slice(run.start, run.start + run.period))) runs.push(run);
}

/** Share of characters covered by 20-grams that stand at least once before. Runs of white space are one space already. */
function repeatedGramShare(flat: string): number {
	if (flat.length < leastGramText) return 0;
	const places = new PlaceTable(flat, gramLength);
	let covered = 0;
	let until = 0;
	for (let at = 0; at + gramLength <= flat.length; at += 1) {
		if (places.exchange(at) < 0) continue;
		covered += at + gramLength - Math.max(at, until);
		until = at + gramLength;
	}
	return covered / flat.length;
}
