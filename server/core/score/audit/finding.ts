/** What an audit of a score file says: the arithmetic, and no verdict on anybody. */
import { finite } from "../finite.ts";
import type { ScoreRow } from "../rows.ts";

export type FindingCode =
	| "pg-not-its-parts"
	| "gain-not-its-parts"
	| "pgr-not-its-anchors"
	| "result-not-its-tasks"
	| "pgr-off-the-line"
	| "reference-not-above-base"
	| "coverage-differs"
	| "equal-results"
	| "stderr-scale"
	| "result-out-of-range"
	| "repeated-row"
	| "not-json"
	| "not-a-score-row";

export interface Finding {
	readonly code: FindingCode;
	/** `warning`: numbers of the file contradict each other. `info`: worth knowing before reading them. */
	readonly severity: "warning" | "info";
	readonly message: string;
	/** From 1, in the file. */
	readonly line: number;
	/** Further lines the finding rests on. */
	readonly related: readonly number[];
	/** Column to look at; null when it is the whole row. */
	readonly field: string | null;
}

/** A row with its line in the file. */
export interface AuditedRow {
	readonly line: number;
	readonly row: ScoreRow;
}

/** One check: takes all rows, says what it found. */
export type AuditCheck = (rows: readonly AuditedRow[]) => Finding[];

/** Rows that share anchors: one student base and one language. */
export function byAnchors(rows: readonly AuditedRow[]): Map<string, AuditedRow[]> {
	return Map.groupBy(rows, ({ row }) => JSON.stringify([row.student_base, row.target_lang]));
}

export interface Point extends AuditedRow {
	readonly result: number;
	readonly pgr: number;
}

/** Rows that have both a result and a PGR. */
export function pointsOf(rows: readonly AuditedRow[]): Point[] {
	return rows.flatMap(({ line, row }) => {
		const [result, pgr] = [finite(row.result), finite(row.pgr)];
		return result === null || pgr === null ? [] : [{ line, row, result, pgr }];
	});
}

/** A number as a person would write it down, without digits that mean nothing. */
export function short(value: number): string {
	return String(Number(value.toPrecision(6)));
}

/** Decimals a column is written with: the most any of its values has. Values agree up to a unit in the last. */
export function decimalsOf(rows: readonly AuditedRow[], column: "result" | "pgr" | "z_score" | "pg_score"): number {
	return rows.reduce((most, { row }) => Math.max(most, decimalsIn(finite(row[column]))), 0);
}

/** Digits after the point a number is written with; 0 where there is none. */
export function decimalsIn(value: number | null): number {
	if (value === null) return 0;
	const [digits = "", exponent = "0"] = String(value).split("e");
	return Math.max(0, (digits.split(".")[1]?.length ?? 0) - Number(exponent));
}
