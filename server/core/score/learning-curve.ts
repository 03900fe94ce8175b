/** Students of one teacher on nested samples of one dataset: what more rows bring. */
import * as z from "zod/mini";
import { seededRandom, shuffled } from "../generate/seeded-random.ts";
import { finite } from "./finite.ts";
import { newestComplete } from "./own-score.ts";
import type { OwnScoreRow } from "./rows.ts";

/** A line of `.polyglot/curves.jsonl`: one dataset and its nested samples, each a part of the next. */
export const NestedSamples = z.looseObject({
	source: z.string(),
	source_sha256: z.string(),
	seed: z.int(),
	steps: z.array(z.object({ rows: z.int().check(z.gte(1)), path: z.string(), sha256: z.string() })),
});
export type NestedSamples = z.infer<typeof NestedSamples>;

export const LearningCurve = z.object({
	teacher: z.string(),
	language: z.string(),
	studentBase: z.string(),
	isPractice: z.boolean(),
	/** Name of the dataset the samples were drawn from. */
	dataset: z.string(),
	points: z.array(
		z.object({
			rows: z.int(),
			result: z.number(),
			stderr: z.nullable(z.number()),
			runId: z.nullable(z.string()),
		}),
	),
});
export type LearningCurve = z.infer<typeof LearningCurve>;

/**
 * One order of the rows whose every beginning is a sample: strategies take turns, and the rows of each come in an order
 * drawn from the seed. So the first 300 are among the first 1,000, in equal shares as long as every strategy has rows.
 */
export function nestedOrder(strategies: readonly string[], seed: number): number[] {
	const places = Map.groupBy(
		strategies.map((_, place) => place),
		(place) => strategies[place] ?? "",
	);
	const queues = [...places].map(([strategy, own]) => shuffled(own, seededRandom(`nested ${seed} ${strategy}`)));
	const longest = Math.max(0, ...queues.map(({ length }) => length));
	return Array.from({ length: longest }, (_, turn) => queues.flatMap((queue) => queue[turn] ?? [])).flat();
}

/** Curves of at least two sizes, each size by its newest complete evaluation. */
export function learningCurves(rows: readonly OwnScoreRow[], datasets: readonly NestedSamples[]): LearningCurve[] {
	const students = Map.groupBy(rows, (row) =>
		JSON.stringify([row.practice, row.student_base, row.teacher_model, row.target_lang]),
	);
	return [...students.values()].flatMap((own) => merged(datasets).flatMap((dataset) => curveOf(own, dataset)));
}

/** Draws of the same dataset with the same seed are beginnings of one order, so all of them make one curve. */
function merged(datasets: readonly NestedSamples[]): NestedSamples[] {
	const draws = Map.groupBy(datasets, ({ source_sha256, seed }) => JSON.stringify([source_sha256, seed]));
	return [...draws.values()].flatMap((own) => {
		const [first] = own;
		const steps = new Map(own.flatMap((draw) => draw.steps.map((step) => [step.sha256, step] as const)));
		return first ? [{ ...first, steps: [...steps.values()] }] : [];
	});
}

function curveOf(rows: readonly OwnScoreRow[], { source, steps }: NestedSamples): LearningCurve[] {
	const first = rows[0];
	const points = steps
		.toSorted((a, b) => a.rows - b.rows)
		.flatMap((step) => {
			const row = newestComplete(rows.filter(({ dataset_sha256 }) => dataset_sha256 === step.sha256));
			const result = finite(row?.result);
			if (!row || result === null) return [];
			return [{ rows: step.rows, result, stderr: finite(row.result_stderr), runId: row.run_id ?? null }];
		});
	if (!first || points.length < 2) return [];
	const { teacher_model: teacher, target_lang: language, student_base: studentBase, practice: isPractice } = first;
	return [{ teacher, language, studentBase, isPractice, dataset: source, points }];
}

/** Rows trained on a smaller nested sample are points of a curve, not a teacher's score, once a larger one is scored. */
export function withoutSmallerSamples(
	rows: readonly OwnScoreRow[],
	datasets: readonly NestedSamples[],
): readonly OwnScoreRow[] {
	const larger = new Map(
		merged(datasets).flatMap(({ steps }) =>
			steps.map(({ sha256, rows: size }) => [sha256, steps.filter((step) => step.rows > size)] as const),
		),
	);
	const isScored = (row: OwnScoreRow, sha256: string) =>
		rows.some(
			(other) =>
				other.dataset_sha256 === sha256 &&
				other.practice === row.practice &&
				other.student_base === row.student_base &&
				other.teacher_model === row.teacher_model &&
				other.target_lang === row.target_lang,
		);
	return rows.filter((row) => !larger.get(row.dataset_sha256 ?? "")?.some(({ sha256 }) => isScored(row, sha256)));
}
