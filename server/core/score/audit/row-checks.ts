/** Checks that need one row only, or rows that should not repeat. */
import { implausibleItems, impliedItems } from "../binomial.ts";
import { finite } from "../finite.ts";
import { rowKey } from "../join.ts";
import { type AuditCheck, byAnchors, decimalsOf, type Finding, short } from "./finding.ts";

/** PG = (PGR + z) / 2. */
export const partsAddUp: AuditCheck = (rows) => {
	const unit = (column: "pg_score" | "pgr" | "z_score") => 10 ** -decimalsOf(rows, column);
	// Half a unit in the last place of each column, and a hair for binary fractions.
	const slack = 1e-9 + unit("pg_score") / 2 + (unit("pgr") + unit("z_score")) / 4;
	return rows.flatMap(({ line, row }): Finding[] => {
		const [pg, pgr, z] = [finite(row.pg_score), finite(row.pgr), finite(row.z_score)];
		if (pg === null || pgr === null || z === null) return [];
		const sum = (pgr + z) / 2;
		if (Math.abs(pg - sum) <= slack) return [];
		const message = `pg_score is ${short(pg)}; (pgr + z_score) / 2 = (${short(pgr)} + ${short(z)}) / 2 = ${short(sum)}. Difference ${short(pg - sum)}.`;
		return [{ code: "pg-not-its-parts", severity: "warning", message, line, related: [], field: "pg_score" }];
	});
};

export const resultInRange: AuditCheck = (rows) =>
	rows.flatMap(({ line, row }): Finding[] => {
		const result = finite(row.result);
		if (result === null || (result >= 0 && result <= 1)) return [];
		const hint = result > 1 && result <= 100 ? ` As a fraction it would be ${short(result / 100)}.` : "";
		const message = `result is ${short(result)}; an accuracy lies between 0 and 1.${hint}`;
		return [{ code: "result-out-of-range", severity: "warning", message, line, related: [], field: "result" }];
	});

/** A binomial error says how many items it rests on: n = p(1−p)/SE² + 1. */
export const stderrScale: AuditCheck = (rows) =>
	rows.flatMap(({ line, row }): Finding[] => {
		const [p, stderr] = [finite(row.result), finite(row.result_stderr)];
		if (p === null || stderr === null || p <= 0 || p >= 1) return [];
		const found = { severity: "warning", line, related: [], field: "result_stderr", code: "stderr-scale" } as const;
		if (stderr > 0.5)
			return [
				{ ...found, message: `result_stderr is ${short(stderr)}; the error of an accuracy is at most 0.5. Percent?` },
			];
		if (stderr === 0) return [{ ...found, message: `result_stderr is 0 at a result of ${short(p)}.` }];
		const items = impliedItems(p, stderr);
		if (items < implausibleItems) return [];
		const count = Math.round(items).toLocaleString("en");
		return [
			{
				...found,
				message: `result_stderr is ${short(stderr)}; at a result of ${short(p)} that is the error of ${count} items.`,
			},
		];
	});

/** The same result to many digits in three rows or more of one language: different students seldom agree so far. */
export const equalResults: AuditCheck = (rows) =>
	[...byAnchors(rows).values()].flatMap((group) => {
		const byResult = Map.groupBy(group, ({ row }) => finite(row.result));
		return [...byResult].flatMap(([result, equal]): Finding[] => {
			const first = equal[0];
			if (result === null || !first || equal.length < 3 || short(result).length < 7) return [];
			const message = `${equal.length} of ${group.length} rows of ${first.row.target_lang} on ${first.row.student_base} have the same result, ${result}.`;
			const related = equal.slice(1).map(({ line }) => line);
			return [{ code: "equal-results", severity: "info", message, line: first.line, related, field: "result" }];
		});
	});

export const repeatedRows: AuditCheck = (rows) =>
	[...Map.groupBy(rows, ({ row }) => rowKey(row)).values()].flatMap((group): Finding[] => {
		const [first, ...later] = group;
		if (!first || later.length === 0) return [];
		const { student_base, teacher_model, target_lang } = first.row;
		const message = `${teacher_model} in ${target_lang} on ${student_base} stands ${group.length} times in the file; the last row counts.`;
		return [
			{
				code: "repeated-row",
				severity: "info",
				message,
				line: first.line,
				related: later.map(({ line }) => line),
				field: null,
			},
		];
	});
