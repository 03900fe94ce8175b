/** A score of one's own: from task results and metrics to a row that carries all it rests on. */
import { finite } from "./finite.ts";
import { recoveredGap } from "./performance-gap.ts";
import type { Anchor, AnchorTask, IntrinsicRow, OwnScoreRow, Population, Task } from "./rows.ts";
import { polyglotScore } from "./scored-row.ts";
import { meanOfGaps, taskKeys } from "./task-gaps.ts";
import { zScore } from "./z-score.ts";

export interface OwnScoreParts {
	readonly studentBase: string;
	readonly teacher: string;
	readonly language: string;
	/** Results of the student, one per benchmark. */
	readonly tasks: readonly Task[];
	/** Benchmarks that were asked for and have no result. */
	readonly missingTasks?: readonly string[];
	/** The same tasks and shots of base and reference; null where they were not evaluated. */
	readonly anchor: Anchor | null;
	/** Why base and reference may not be compared with the student, where both were evaluated. */
	readonly anchorRefusal?: string | null;
	readonly intrinsic: IntrinsicRow | null;
	readonly population: Population | null;
	readonly practice: boolean;
	readonly runId: string | null;
	/** ISO 8601, from the caller's clock. */
	readonly createdAt: string;
	readonly datasetSha256: string | null;
	readonly codeVersion: string | null;
}

export function ownScore(parts: OwnScoreParts): OwnScoreRow {
	const { value, stderr } = meanOfTasks(parts.tasks);
	const pgr = recoveredGap(value, parts.anchor);
	const byTask = meanOfGaps(parts.tasks, parts.anchor);
	const z = parts.intrinsic && parts.population ? zScore(parts.intrinsic, parts.population).z : null;
	return {
		student_base: parts.studentBase,
		teacher_model: parts.teacher,
		target_lang: parts.language,
		result: value,
		result_stderr: stderr,
		pgr,
		z_score: z,
		pg_score: polyglotScore(pgr, z),
		base: parts.anchor?.base ?? null,
		base_stderr: parts.anchor?.base_stderr ?? null,
		ref: parts.anchor?.ref ?? null,
		ref_stderr: parts.anchor?.ref_stderr ?? null,
		tasks: [...parts.tasks],
		...(parts.anchor?.tasks ? { anchor_tasks: parts.anchor.tasks } : {}),
		anchor_refusal: parts.anchorRefusal ?? null,
		pgr_mean_of_ratios: byTask?.pgr ?? null,
		pgr_mean_of_ratios_stderr: byTask?.stderr ?? null,
		missing_tasks: [...(parts.missingTasks ?? [])],
		intrinsic: parts.intrinsic,
		population: parts.population?.name ?? null,
		practice: parts.practice,
		run_id: parts.runId,
		created_at: parts.createdAt,
		dataset_sha256: parts.datasetSha256,
		code_version: parts.codeVersion,
	};
}

/** Unweighted mean of the tasks with the errors in quadrature; null when one has no value, as then it is another mean. */
export function meanOfTasks(tasks: readonly Task[]): { value: number | null; stderr: number | null } {
	const values = tasks.map((task) => finite(task.value));
	const stderrs = tasks.map((task) => finite(task.stderr));
	const sum = sumOfAll(values);
	const squares = sumOfAll(stderrs.map((stderr) => (stderr === null ? null : stderr ** 2)));
	const k = tasks.length;
	if (sum === null) return { value: null, stderr: null };
	return { value: sum / k, stderr: squares === null ? null : Math.sqrt(squares) / k };
}

/**
 * Base and reference as one anchor. Refuses, with the reason, results that are not over the student's own tasks
 * and shots: their difference would measure the benchmarks, not the models.
 */
export function anchorFrom(
	student: readonly Task[],
	base: readonly Task[],
	reference: readonly Task[],
): { anchor: Anchor; refusal: null } | { anchor: null; refusal: string } {
	for (const [name, tasks] of [
		["base", base],
		["reference", reference],
	] as const) {
		if (taskKeys(tasks) !== taskKeys(student))
			return {
				anchor: null,
				refusal: `The ${name} was measured on ${taskKeys(tasks) || "no task"}, the student on ${taskKeys(student) || "no task"}.`,
			};
	}
	const [low, high] = [meanOfTasks(base), meanOfTasks(reference)];
	if (low.value === null || high.value === null)
		return { anchor: null, refusal: "A task of base or reference has no value." };
	return {
		anchor: {
			base: low.value,
			ref: high.value,
			base_stderr: low.stderr,
			ref_stderr: high.stderr,
			tasks: anchorTasks(base, reference),
		},
		refusal: null,
	};
}

function anchorTasks(base: readonly Task[], reference: readonly Task[]): AnchorTask[] {
	return base.flatMap((low) => {
		const high = reference.find((one) => taskKeys([one]) === taskKeys([low]));
		const [lowValue, highValue] = [finite(low.value), finite(high?.value)];
		if (!high || lowValue === null || highValue === null) return [];
		const { task, metric, shots } = low;
		const errors = { base_stderr: finite(low.stderr), ref_stderr: finite(high.stderr) };
		return [{ task, ...(metric === undefined ? {} : { metric }), shots, base: lowValue, ref: highValue, ...errors }];
	});
}

/** The newest row that has all its tasks, else the newest; rows are given oldest first. */
export function newestComplete(rows: readonly OwnScoreRow[]): OwnScoreRow | undefined {
	return rows.findLast((row) => finite(row.result) !== null && row.missing_tasks.length === 0) ?? rows.at(-1);
}

function sumOfAll(values: readonly (number | null)[]): number | null {
	if (values.length === 0) return null;
	let sum = 0;
	for (const value of values) {
		if (value === null) return null;
		sum += value;
	}
	return sum;
}
