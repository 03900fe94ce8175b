/** PGR task by task, as the paper prints it: the mean of one ratio a task, beside the ratio of means its code computes. */
import { finite } from "./finite.ts";
import { guardAnchor, recoveredGap, recoveredGapStderr } from "./performance-gap.ts";
import type { Reason } from "./reasons.ts";
import type { Anchor, AnchorTask, Task } from "./rows.ts";

/** One task's ratio with what it is made of. */
export interface TaskGap {
	readonly task: string;
	readonly shots: number | null;
	readonly student: number | null;
	readonly base: number;
	readonly ref: number;
	readonly pgr: number | null;
	readonly stderr: number | null;
	readonly isInterpretable: boolean;
}

export interface MeanGap {
	/** Null as soon as one task has no ratio: a mean of the others would be another quantity. */
	readonly pgr: number | null;
	/** Delta method task by task, errors of the tasks in quadrature; null where one is unknown. */
	readonly stderr: number | null;
	/** Only where every task's reference is above its base. */
	readonly isInterpretable: boolean;
	readonly gaps: readonly TaskGap[];
	readonly reasons: readonly Reason[];
}

/** Tasks with metric and shots, in one order, such as `mgsm/acc (5 shots)`: equal for results that may be compared. */
export function taskKeys(tasks: readonly Pick<Task, "task" | "metric" | "shots">[]): string {
	return tasks.map(taskKey).sort().join(", ");
}

const taskKey = ({ task, metric, shots }: Pick<Task, "task" | "metric" | "shots">) =>
	`${task}${metric ? `/${metric}` : ""} (${shots ?? "unknown"} shots)`;

/** Null where the results of student or anchor are not known task by task. */
export function meanOfGaps(tasks: readonly Task[], anchor: Anchor | null): MeanGap | null {
	const known = anchor?.tasks ?? [];
	if (tasks.length === 0 || known.length === 0 || taskKeys(tasks) !== taskKeys(known)) return null;
	const gaps = tasks.flatMap((task) => {
		const own = known.find((one) => taskKey(one) === taskKey(task));
		return own ? [gapOf(task, own)] : [];
	});
	const isInterpretable = gaps.every((gap) => gap.isInterpretable);
	return {
		pgr: meanOfAll(gaps.map(({ pgr }) => pgr)),
		stderr: stderrOfMean(gaps.map(({ stderr }) => stderr)),
		isInterpretable,
		gaps,
		reasons: isInterpretable ? [] : ["task_reference_not_above_base"],
	};
}

function gapOf(task: Task, anchor: AnchorTask): TaskGap {
	const student = finite(task.value);
	const pgr = recoveredGap(student, anchor);
	return {
		task: task.task,
		shots: task.shots ?? null,
		student,
		base: anchor.base,
		ref: anchor.ref,
		pgr,
		stderr: recoveredGapStderr(pgr, task.stderr, anchor),
		isInterpretable: pgr !== null && guardAnchor(anchor).isInterpretable,
	};
}

function meanOfAll(values: readonly (number | null)[]): number | null {
	const known = values.flatMap((value) => value ?? []);
	return known.length < values.length ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Tasks ask different questions, so their errors are independent. */
function stderrOfMean(stderrs: readonly (number | null)[]): number | null {
	const known = stderrs.flatMap((stderr) => stderr ?? []);
	return known.length < stderrs.length ? null : Math.hypot(...known) / known.length;
}
