/** The row `polyglot score` writes: the published columns kept, the guarded reading beside them. */
import { finite } from "./finite.ts";
import { gainOver, guardAnchor, recoveredGap, recoveredGapStderr } from "./performance-gap.ts";
import type { Reason } from "./reasons.ts";
import { type Anchor, type ExtrinsicRow, type IntrinsicRow, type Population, type ScoreRow, tasksOf } from "./rows.ts";
import { meanOfGaps, taskKeys } from "./task-gaps.ts";
import { zScore } from "./z-score.ts";

/** How PGR is formed: the authors' code takes the ratio of mean results, their paper prints the mean of ratios. */
export const gapVariants = ["ratio-of-means", "mean-of-ratios"] as const;
export type GapVariant = (typeof gapVariants)[number];

export interface ScoredRow {
	readonly student_base: string | null;
	readonly teacher_model: string;
	readonly target_lang: string;
	readonly result: number | null;
	readonly result_stderr: number | null;
	readonly z_score: number | null;
	readonly pgr: number | null;
	readonly pg_score: number | null;
	/** What `pgr` is; null where the row came with its PGR and does not say. */
	readonly pgr_variant: GapVariant | null;
	readonly pgr_stderr: number | null;
	/** (s̄ − b̄) / (r̄ − b̄), the authors' code. */
	readonly pgr_ratio_of_means: number | null;
	/** Mean over tasks of (s − b) / (r − b), the paper's formula; null where results are not known task by task. */
	readonly pgr_mean_of_ratios: number | null;
	readonly pgr_mean_of_ratios_stderr: number | null;
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
	const guard = guarded(row, published.pgr, comparable(row, reading), reasons);
	const scored = {
		student_base,
		teacher_model,
		target_lang,
		...published,
		pgr_variant: null,
		...guard,
		pgr_mean_of_ratios: guard.pgr_mean_of_ratios ?? finite(row.pgr_mean_of_ratios),
		pgr_mean_of_ratios_stderr: guard.pgr_mean_of_ratios_stderr ?? finite(row.pgr_mean_of_ratios_stderr),
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
	given: Reading,
	variant: GapVariant = "ratio-of-means",
): ScoredRow {
	const scored = intrinsic && population ? zScore(intrinsic, population) : null;
	const z = scored?.z ?? null;
	const reading = comparable(extrinsic, given);
	const byTask = meanOfGaps(tasksOf(extrinsic), reading.anchor);
	const pgr =
		variant === "mean-of-ratios" ? (byTask?.pgr ?? null) : recoveredGap(finite(extrinsic.result), reading.anchor);
	const reasons: Reason[] = [...(scored?.reasons ?? [])];
	if (!intrinsic) reasons.push("intrinsic_row_missing");
	else if (!population) reasons.push("population_missing");
	if (!byTask) reasons.push("task_results_missing");
	return {
		student_base: extrinsic.student_base,
		teacher_model: extrinsic.teacher_model,
		target_lang: extrinsic.target_lang,
		z_score: z,
		pgr,
		pgr_variant: variant,
		pg_score: polyglotScore(pgr, z),
		...guarded(extrinsic, pgr, reading, reasons, variant),
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
		pgr_variant: null,
		pg_score: null,
		pgr_stderr: null,
		pgr_ratio_of_means: null,
		pgr_mean_of_ratios: null,
		pgr_mean_of_ratios_stderr: null,
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

type Results = { readonly [column in "result" | "result_stderr" | "tasks"]?: unknown };

/** Without the anchor where it was measured on other tasks or shots than the row: their difference would mean nothing. */
function comparable(row: Results, { anchor, anchorReasons }: Reading): Reading {
	const [own, others] = [tasksOf(row), anchor?.tasks ?? []];
	if (own.length === 0 || others.length === 0 || taskKeys(own) === taskKeys(others)) return { anchor, anchorReasons };
	return { anchor: null, anchorReasons: [...anchorReasons, "anchors_on_other_tasks"] };
}

function guarded(
	row: Results,
	pgr: number | null,
	{ anchor, anchorReasons }: Reading,
	before: readonly Reason[],
	variant: GapVariant = "ratio-of-means",
) {
	const result = finite(row.result);
	const stderr = finite(row.result_stderr);
	const guard = guardAnchor(anchor);
	const byTask = meanOfGaps(tasksOf(row), anchor);
	const isByTask = variant === "mean-of-ratios";
	const pgrStderr = isByTask ? (byTask?.stderr ?? null) : recoveredGapStderr(pgr, stderr, anchor);
	const { gain, stderr: gainStderr } = gainOver(result, stderr, anchor);
	const told = anchorReasons.includes("anchors_on_other_tasks") ? ["anchor_missing"] : [];
	const reasons = [...before, ...guard.reasons.filter((reason) => !told.includes(reason)), ...anchorReasons];
	if (isByTask) reasons.push(...(byTask?.reasons ?? []));
	if (result === null) reasons.push("result_missing");
	else if (stderr === null) reasons.push("result_stderr_missing");
	return {
		result,
		result_stderr: stderr,
		pgr_stderr: pgrStderr,
		pgr_ratio_of_means: recoveredGap(result, anchor),
		pgr_mean_of_ratios: byTask?.pgr ?? null,
		pgr_mean_of_ratios_stderr: byTask?.stderr ?? null,
		pg_score_stderr: pgrStderr === null ? null : pgrStderr / 2,
		gain,
		gain_stderr: gainStderr,
		base: anchor?.base ?? null,
		ref: anchor?.ref ?? null,
		pgr_interpretable: pgr !== null && (isByTask ? (byTask?.isInterpretable ?? false) : guard.isInterpretable),
		reasons: [...new Set(reasons)],
	};
}

function named(population: unknown): string | null {
	return typeof population === "string" ? population : null;
}
