/** Within one student base and language PGR is one straight line in the result: (result − base) / (reference − base). */
import { type AuditCheck, byAnchors, decimalsOf, type Finding, type Point, pointsOf, short } from "./finding.ts";

/** A line that rows share, with the two anchors it implies. */
export interface GapLine {
	readonly base: number;
	readonly ref: number;
	readonly on: readonly Point[];
	readonly off: readonly Point[];
}

/** Published columns carry ten decimals; PGR is result divided by gaps as small as 0.005. */
const leastTolerance = 1e-6;
/** Lines are sought through these many rows, so that the work grows with the file and not with its cube. */
const mostSought = 60;
/** Two points always make a line; the third is evidence. */
const leastOnLine = 3;

/** The line most rows lie on; null without three rows of different results on one, or where none is ahead of another. */
export function gapLine(points: readonly Point[]): GapLine | null {
	let best: GapLine | null = null;
	const sought = points.slice(0, mostSought);
	const rounding = { pgr: 10 ** -decimalsOf(points, "pgr"), result: 10 ** -decimalsOf(points, "result") };
	for (const [index, first] of sought.entries()) {
		for (const second of sought.slice(index + 1)) {
			const line = lineThrough(first, second, points, rounding);
			if (line && line.on.length > (best?.on.length ?? 0)) best = line;
		}
	}
	const results = new Set(best?.on.map(({ result }) => result));
	return best && best.on.length >= leastOnLine && results.size >= Math.min(leastOnLine, countResults(points))
		? best
		: null;
}

export const offTheLine: AuditCheck = (rows) =>
	[...byAnchors(rows).values()].flatMap((group) => {
		const points = pointsOf(group);
		const line = gapLine(points);
		return line ? line.off.map((point) => offFinding(point, line)) : noLine(points);
	});

export const referenceBelow: AuditCheck = (rows) =>
	[...byAnchors(rows).values()].flatMap((group) => {
		const line = gapLine(pointsOf(group));
		const first = group[0];
		if (!line || !first || line.ref > line.base) return [];
		const gap = short(line.ref - line.base);
		return [
			{
				code: "reference-not-above-base",
				severity: "info",
				message: `${first.row.student_base}, ${first.row.target_lang}: PGR implies base ${short(line.base)} and reference ${short(line.ref)}, a gap of ${gap}. There a higher result gives a lower PGR.`,
				line: first.line,
				related: group.slice(1).map((one) => one.line),
				field: "pgr",
			} satisfies Finding,
		];
	});

/** Four rows and no three on a line: PGR was computed some other way, such as task by task. */
function noLine(points: readonly Point[]): Finding[] {
	const [first, ...others] = points;
	if (!first || countResults(points) < 4) return [];
	const { student_base, target_lang } = first.row;
	const message = `${student_base}, ${target_lang}: no three of ${points.length} rows share a line of pgr in result, so one base and one reference do not explain them.`;
	const related = others.map(({ line }) => line);
	return [{ code: "pgr-off-the-line", severity: "info", message, line: first.line, related, field: "pgr" }];
}

function offFinding(point: Point, { base, ref, on }: GapLine): Finding {
	const expected = (point.result - base) / (ref - base);
	const offset = point.pgr - expected;
	const whole = Math.abs(offset - Math.round(offset)) < 1e-5 ? ", a whole number" : "";
	return {
		code: "pgr-off-the-line",
		severity: "warning",
		message: `pgr is ${short(point.pgr)}; ${on.length} rows of ${point.row.target_lang} lie on (result − ${short(base)}) / ${short(ref - base)}, which gives ${short(expected)} here. Difference ${short(offset)}${whole}.`,
		line: point.line,
		related: on.map(({ line }) => line),
		field: "pgr",
	};
}

function lineThrough(
	first: Point,
	second: Point,
	points: readonly Point[],
	rounding: { pgr: number; result: number },
): GapLine | null {
	const run = second.result - first.result;
	const rise = second.pgr - first.pgr;
	// Equal results or equal PGRs make no line that tells base from reference.
	if (Math.abs(run) < 1e-9 || Math.abs(rise) < 1e-9) return null;
	const slope = rise / run;
	const base = first.result - first.pgr / slope;
	// A unit in the last place of each column, three times: in the row and in the two that make the line.
	const slack = 3 * (rounding.pgr + Math.abs(slope) * rounding.result);
	const fits = ({ result, pgr }: Point) =>
		Math.abs((result - base) * slope - pgr) <= Math.max(slack, leastTolerance * Math.max(1, Math.abs(pgr)));
	return { base, ref: base + 1 / slope, on: points.filter(fits), off: points.filter((point) => !fits(point)) };
}

function countResults(points: readonly Point[]): number {
	return new Set(points.map(({ result }) => result)).size;
}
