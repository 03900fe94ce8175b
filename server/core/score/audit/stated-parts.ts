/** Rows that carry their own parts, as ours do: gain, PGR and result are recomputed from them. */
import { finite } from "../finite.ts";
import { meanOfTasks } from "../own-score.ts";
import { recoveredGap } from "../performance-gap.ts";
import { tasksOf } from "../rows.ts";
import { type AuditCheck, type AuditedRow, decimalsIn, type Finding, type FindingCode, short } from "./finding.ts";

/** gain = result − base; PGR = (result − base) / (reference − base); result = the mean of the row's tasks. */
export const statedParts: AuditCheck = (rows) => {
	const unit = unitOf(rows);
	return rows.flatMap((row) => [...gainOf(row, unit), ...gapOf(row, unit), ...resultOf(row, unit)]);
};

function gainOf(audited: AuditedRow, unit: number): Finding[] {
	const { row } = audited;
	const [result, base, gain] = [finite(row.result), finite(row.base), finite(row.gain)];
	if (result === null || base === null || gain === null) return [];
	const slack = 1e-9 + 1.5 * unit;
	const terms = `result − base = ${short(result)} − ${short(base)}`;
	return unless(
		Math.abs(gain - (result - base)) <= slack,
		audited,
		"gain-not-its-parts",
		"gain",
		gain,
		result - base,
		terms,
	);
}

function gapOf(audited: AuditedRow, unit: number): Finding[] {
	const { row } = audited;
	const [result, base, ref, pgr] = [finite(row.result), finite(row.base), finite(row.ref), finite(row.pgr)];
	// The mean of ratios is another formula, and needs the tasks.
	if (result === null || base === null || ref === null || pgr === null || row.pgr_variant === "mean-of-ratios")
		return [];
	const expected = recoveredGap(result, { base, ref });
	if (expected === null) return [];
	const gap = Math.abs(ref - base);
	const slack = 1e-6 * Math.max(1, Math.abs(pgr)) + unit + (3 * unit) / gap;
	const terms = `(result − base) / (ref − base) = ${short(result - base)} / ${short(ref - base)}`;
	return unless(Math.abs(pgr - expected) <= slack, audited, "pgr-not-its-anchors", "pgr", pgr, expected, terms);
}

function resultOf(audited: AuditedRow, unit: number): Finding[] {
	const { row } = audited;
	const tasks = tasksOf(row);
	const [result, mean] = [finite(row.result), meanOfTasks(tasks).value];
	if (result === null || mean === null) return [];
	const slack = 1e-9 + unit;
	const terms = `the mean of its ${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}`;
	return unless(Math.abs(result - mean) <= slack, audited, "result-not-its-tasks", "result", result, mean, terms);
}

function unless(
	isSound: boolean,
	{ line }: AuditedRow,
	code: FindingCode,
	field: string,
	stated: number,
	computed: number,
	terms: string,
): Finding[] {
	if (isSound) return [];
	const message = `${field} is ${short(stated)}; ${terms} = ${short(computed)}. Difference ${short(stated - computed)}.`;
	return [{ code, severity: "warning", message, line, related: [], field }];
}

/** A unit in the last place the file writes any of these columns with: files are rounded as a whole. */
function unitOf(rows: readonly AuditedRow[]): number {
	const columns = ["result", "base", "ref", "gain", "pgr"] as const;
	const most = rows.reduce(
		(digits, { row }) => Math.max(digits, ...columns.map((column) => decimalsIn(finite(row[column])))),
		0,
	);
	return 10 ** -most;
}
