/** A sweep: teachers by languages, one student each, in one group; and its grid of states. */
import * as z from "zod/mini";
import { extrinsicOf } from "./extrinsic.ts";
import type { Run } from "./objects.ts";
import type { RunView } from "./run-view.ts";
import { TrainSpec } from "./spec.ts";

/** The rows of one teacher in one language, over the chosen datasets. */
export const SweepCell = z.object({ teacher: z.string(), language: z.string(), rows: z.int() });
export type SweepCell = z.infer<typeof SweepCell>;

export const cellKey = ({ teacher, language }: Pick<SweepCell, "teacher" | "language">) =>
	JSON.stringify([teacher, language]);

/** What a sweep was asked for, on disk before its first run is launched, so that the rest can follow after a crash. */
export const SweepPlan = z.object({
	/** The protocol's `group`: letters, digits and dashes. */
	group: z.string().check(z.regex(/^[\w-]{1,64}$/)),
	title: z.string(),
	createdAt: z.string(),
	/** A training spec without its dataset. */
	wish: z.record(z.string(), z.unknown()),
	evaluates: z.boolean(),
	cells: z.array(z.extend(SweepCell, { file: z.string() })),
});
export type SweepPlan = z.infer<typeof SweepPlan>;

const Wish = z.extend(z.omit(TrainSpec, { data: true }), {
	data: z.optional(z.record(z.string(), z.unknown())),
});

/** The spec of every cell but for its dataset. Throws where the plan was edited into something else. */
export const readWish = (plan: SweepPlan) => Wish.parse(plan.wish);

/** A student as far as the grid looks at it. */
export interface SweepStudent {
	readonly view: Pick<
		RunView,
		"runId" | "state" | "reason" | "isFinal" | "progress" | "metrics" | "results" | "summary" | "isPractice"
	>;
	readonly run: Pick<Run, "group" | "kind" | "createdAt" | "state">;
	readonly about: Readonly<Record<string, unknown>>;
}

export const SweepGridCell = z.extend(SweepCell, {
	/** Null until it is launched. */
	runId: z.nullable(z.string()),
	/** Of the run; `planned` before there is one, `refused` where the trainer does not take it. */
	state: z.string(),
	reason: z.nullable(z.string()),
	isFinal: z.boolean(),
	step: z.int(),
	totalSteps: z.nullable(z.int()),
	/** Newest held-out loss, else the newest loss, in nats per token. */
	loss: z.nullable(z.number()),
	evaluation: z.nullable(z.object({ runId: z.string(), state: z.string(), result: z.nullable(z.number()) })),
});
export type SweepGridCell = z.infer<typeof SweepGridCell>;

/** The student of each cell: the newest, where one was launched again. */
export function gridOf(
	plan: SweepPlan,
	students: readonly SweepStudent[],
	refusals: ReadonlyMap<string, string>,
): SweepGridCell[] {
	const newest = new Map<string, SweepStudent>();
	const own = students.filter(({ run }) => run.group === plan.group && run.kind === "train");
	for (const student of own.toSorted((a, b) => a.run.createdAt.localeCompare(b.run.createdAt))) {
		const { teacher, language } = student.about;
		if (typeof teacher === "string" && typeof language === "string")
			newest.set(cellKey({ teacher, language }), student);
	}
	const evaluations = evaluationsOf(students);
	return plan.cells.map(({ file, ...cell }) => {
		const student = newest.get(cellKey(cell));
		if (!student) return { ...cell, ...unlaunched(refusals.get(cellKey(cell))) };
		const { view } = student;
		const evaluation = evaluations.get(view.runId) ?? null;
		return {
			...cell,
			runId: view.runId,
			state: view.state ?? student.run.state,
			reason: view.reason,
			isFinal: view.isFinal,
			step: Math.max(view.progress?.step ?? 0, view.metrics.at(-1)?.step ?? 0),
			totalSteps: view.progress?.totalSteps ?? null,
			loss: lossOf(view),
			evaluation: evaluation && {
				runId: evaluation.view.runId,
				state: evaluation.view.state ?? evaluation.run.state,
				result: extrinsicOf(evaluation.view, cell.language).result,
			},
		};
	});
}

function unlaunched(refusal: string | undefined): Omit<SweepGridCell, keyof SweepCell> {
	const state = refusal === undefined ? "planned" : "refused";
	const nothing = { runId: null, isFinal: false, step: 0, totalSteps: null, loss: null, evaluation: null };
	return { ...nothing, state, reason: refusal ?? null };
}

function lossOf({ metrics }: SweepStudent["view"]): number | null {
	const held = metrics.findLast(({ evalLoss }) => typeof evalLoss === "number");
	return held?.evalLoss ?? metrics.at(-1)?.loss ?? null;
}

const Evaluates = z.object({ student: z.object({ runId: z.string() }) });

/** The newest evaluation of each student. */
function evaluationsOf(students: readonly SweepStudent[]): ReadonlyMap<string, SweepStudent> {
	const newest = new Map<string, SweepStudent>();
	for (const one of students.filter(({ run }) => run.kind === "eval")) {
		const runId = Evaluates.safeParse(one.about).data?.student.runId;
		const known = runId === undefined ? undefined : newest.get(runId);
		if (runId !== undefined && !(known && known.run.createdAt > one.run.createdAt)) newest.set(runId, one);
	}
	return newest;
}
