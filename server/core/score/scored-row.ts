/** The row `polyglot score` writes: the published columns kept, the guarded reading beside them. */
import { finite } from "./finite.ts";
import { gainOver, guardAnchor, recoveredGap, recoveredGapStderr } from "./performance-gap.ts";
import type { Reason } from "./reasons.ts";
import type { Anchor, ExtrinsicRow, IntrinsicRow, Population, ScoreRow } from "./rows.ts";
import { zScore } from "./z-score.ts";

export interface ScoredRow {
	readonly student_base: string | null;
	readonly teacher_model: string;
	readonly target_lang: string;
	readonly result: number | null;
	readonly result_stderr: number | null;
	readonly z_score: number | null;
	readonly pgr: number | null;
	readonly pg_score: number | null;
	readonly pgr_stderr: number | null;
	/** z is taken as exact: the error of the intrinsic metrics is not known. */
	readonly pg_score_stderr: number | null;
	readonly gain: number | null;
	readonly gain_stderr: number | null;
	readonly base: number | null;
	readonly ref: number | null;
	readonly pgr_interpretable: boolean;
	readonly population: string | null;
	readonly reasons: readonly string[];
	/** Columns of the input that are not ours. */
	readonly [other: string]: unknown;
}

/** What a student's numbers are read against. */
export interface Reading {
	readonly anchor: Anchor | null;
	/** Added to the guard's own reasons, such as anchors of another student base. */
	readonly anchorReasons: readonly Reason[];
}

/** PG = (PGR + z) / 2 (authors' code; paper Eq. 3). Null when a part is missing: never the other part alone. */
export function polyglotScore(pgr: number | null, z: number | null): number | null {
	return pgr === null || z === null ? null : (pgr + z) / 2;
}

/** Keeps what the row says and adds the guard; recomputes nothing. */
export function guardScore(row: ScoreRow, reading: Reading): ScoredRow {
	const published = { pgr: finite(row.pgr), z_score: finite(row.z_score), pg_score: finite(row.pg_score) };
	const reasons: Reason[] = [];
	if (published.z_score === null) reasons.push("z_score_missing");
	if (published.pgr === null) reasons.push("pgr_missing");
	if (published.pg_score === null) reasons.push("pg_score_missing");
	const { student_base, teacher_model, target_lang } = row;
	const guard = guarded(row, published.pgr, reading, reasons);
	const scored = {
		student_base,
		teacher_model,
		target_lang,
		...published,
		...guard,
		population: named(row.population),
	};
	const others = Object.entries(row).filter(([column]) => !Object.hasOwn(scored, column));
	return { ...scored, ...Object.fromEntries(others) };
}

/** Computes a row from a teacher's metrics and a student's result; what is missing stays missing, with its reason. */
export function computeScore(
	extrinsic: ExtrinsicRow,
	intrinsic: IntrinsicRow | null,
	population: Population | null,
	reading: Reading,
): ScoredRow {
	const scored = intrinsic && population ? zScore(intrinsic, population) : null;
	const z = scored?.z ?? null;
	const pgr = recoveredGap(finite(extrinsic.result), reading.anchor);
	const reasons: Reason[] = [...(scored?.reasons ?? [])];
	if (!intrinsic) reasons.push("intrinsic_row_missing");
	else if (!population) reasons.push("population_missing");
	return {
		student_base: extrinsic.student_base,
		teacher_model: extrinsic.teacher_model,
		target_lang: extrinsic.target_lang,
		z_score: z,
		pgr,
		pg_score: polyglotScore(pgr, z),
		...guarded(extrinsic, pgr, reading, reasons),
		population: population?.name ?? null,
	};
}

/** A teacher whose data were measured but whose student was not. */
export function unmatchedIntrinsic(intrinsic: IntrinsicRow, population: Population | null): ScoredRow {
	const scored = population ? zScore(intrinsic, population) : null;
	const reasons: Reason[] = ["extrinsic_row_missing", ...(scored?.reasons ?? ["population_missing" as const])];
	return {
		student_base: null,
		teacher_model: intrinsic.teacher_model,
		target_lang: intrinsic.target_lang,
		result: null,
		result_stderr: null,
		z_score: scored?.z ?? null,
		pgr: null,
		pg_score: null,
		pgr_stderr: null,
		pg_score_stderr: null,
		gain: null,
		gain_stderr: null,
		base: null,
		ref: null,
		pgr_interpretable: false,
		population: population?.name ?? null,
		reasons,
	};
}

function guarded(
	row: { result?: number | null | undefined; result_stderr?: number | null | undefined },
	pgr: number | null,
	{ anchor, anchorReasons }: Reading,
	before: readonly Reason[],
) {
	const result = finite(row.result);
	const stderr = finite(row.result_stderr);
	const guard = guardAnchor(anchor);
	const pgrStderr = recoveredGapStderr(pgr, stderr, anchor);
	const { gain, stderr: gainStderr } = gainOver(result, stderr, anchor);
	const reasons = [...before, ...guard.reasons, ...anchorReasons];
	if (result === null) reasons.push("result_missing");
	else if (stderr === null) reasons.push("result_stderr_missing");
	return {
		result,
		result_stderr: stderr,
		pgr_stderr: pgrStderr,
		pg_score_stderr: pgrStderr === null ? null : pgrStderr / 2,
		gain,
		gain_stderr: gainStderr,
		base: anchor?.base ?? null,
		ref: anchor?.ref ?? null,
		pgr_interpretable: guard.isInterpretable && pgr !== null,
		reasons: [...new Set(reasons)],
	};
}

function named(population: unknown): string | null {
	return typeof population === "string" ? population : null;
}
