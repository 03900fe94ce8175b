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
const mostSought = 24;
/** Two points always make a line; the third is evidence. */
const leastOnLine = 3;

/** The line most rows lie on; null without three rows of different results on one, or where none is ahead of another. */
export function gapLine(points: readonly Point[]): GapLine | null {
	const rounding = { pgr: 10 ** -decimalsOf(points, "pgr"), result: 10 ** -decimalsOf(points, "result") };
	let best: { line: Line; count: number } | null = null;
	for (const line of linesThrough(points.slice(0, mostSought))) {
		let count = 0;
		for (const point of points) if (isOn(line, point, rounding)) count += 1;
		if (count > (best?.count ?? 0)) best = { line, count };
	}
	if (!best || best.count < leastOnLine) return null;
	const { base, slope } = best.line;
	const [on, off]: [Point[], Point[]] = [[], []];
	for (const point of points) (isOn(best.line, point, rounding) ? on : off).push(point);
	const enough = Math.min(leastOnLine, countResults(points));
	return countResults(on) >= enough ? { base, ref: base + 1 / slope, on, off } : null;
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

interface Line {
	readonly base: number;
	readonly slope: number;
}

function* linesThrough(points: readonly Point[]): Generator<Line> {
	for (const [index, first] of points.entries()) {
		for (const second of points.slice(index + 1)) {
			const run = second.result - first.result;
			const rise = second.pgr - first.pgr;
			// Equal results or equal PGRs make no line that tells base from reference.
			if (Math.abs(run) < 1e-9 || Math.abs(rise) < 1e-9) continue;
			const slope = rise / run;
			yield { base: first.result - first.pgr / slope, slope };
		}
	}
}

/** Allows a unit in the last place of each column three times: in the row and in the two that make the line. */
function isOn({ base, slope }: Line, { result, pgr }: Point, rounding: { pgr: number; result: number }): boolean {
	const slack = 3 * (rounding.pgr + Math.abs(slope) * rounding.result);
	return Math.abs((result - base) * slope - pgr) <= Math.max(slack, leastTolerance * Math.max(1, Math.abs(pgr)));
}

function countResults(points: readonly Point[]): number {
	return new Set(points.map(({ result }) => result)).size;
}
