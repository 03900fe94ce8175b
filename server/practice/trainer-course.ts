/** The course of a practice training: which rows are learnt when, and what is known of them beforehand. */
import type { TrainingSet } from "../core/trainer/run-view.ts";
import type { TrainSpec } from "../core/trainer/spec.ts";
import { type EncodedPair, encodePair, type NgramModel } from "./student.ts";
import { seededRandom } from "./student-benchmark.ts";
import { type DatasetRow, type Job, readRows } from "./trainer-jobs.ts";
import { readSeeds } from "./trainer-seeds.ts";
import type { TrainingPlan } from "./trainer-spec.ts";

/** The version of the student and its benchmark; another number, another ruler. */
export const studentVersion = "1";

export interface Course {
	readonly plan: TrainingPlan;
	readonly rows: readonly DatasetRow[];
	/** Rows in the order they are learnt, epoch after epoch. */
	readonly order: readonly number[];
	readonly heldOut: readonly EncodedPair[];
	readonly model: NgramModel;
}

/** Nats of the step's rows before they are learnt: an honest loss, since the model has not seen them. */
export function learnStep(course: Course, step: number): { nats: number; bytes: number } {
	let nats = 0;
	let bytes = 0;
	for (const { pair } of rowsOf(course, step)) {
		nats -= course.model.logLikelihood(pair.text, pair.from);
		bytes += pair.text.length - pair.from;
		course.model.learn(pair.text, pair.from);
	}
	return { nats, bytes };
}

function rowsOf({ plan, order, rows }: Course, step: number): DatasetRow[] {
	const places = order.slice((step - 1) * plan.rowsPerStep, step * plan.rowsPerStep);
	return places.flatMap((place) => rows[place] ?? []);
}

export const tokensOf = (course: Course, step: number) =>
	rowsOf(course, step).reduce((sum, { pair }) => sum + pair.text.length, 0);

export function sumBytes(course: Course, from: number, to: number): { tokens: number; trainTokens: number } {
	let tokens = 0;
	let trainTokens = 0;
	for (let step = from + 1; step <= to; step += 1) {
		tokens += tokensOf(course, step);
		for (const { pair } of rowsOf(course, step)) trainTokens += pair.text.length - pair.from;
	}
	return { tokens, trainTokens };
}

/** Held-out rows for the evaluation loss: the set named in the spec, else the practice seeds of the rows' language. */
export async function heldOutPairs(job: Job, spec: TrainSpec, rows: readonly DatasetRow[]): Promise<EncodedPair[]> {
	if (spec.data.evalSha256) return (await readRows(job.store, spec.data.evalSha256)).map(({ pair }) => pair);
	const seeds = await readSeeds(job.world.mediaFolder, commonLanguage(rows));
	return seeds ? seeds.heldOut.map((row) => encodePair(row)) : [];
}

export function commonLanguage(rows: readonly DatasetRow[]): string {
	const counts = new Map<string, number>();
	for (const { row } of rows) {
		if (typeof row.language === "string") counts.set(row.language, (counts.get(row.language) ?? 0) + 1);
	}
	return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}

const shownCharacters = 2000;

/** The data of `run.data`. */
export function describe({ rows, plan }: Pick<Course, "rows" | "plan">): TrainingSet {
	const lengths = rows.map(({ pair }) => pair.text.length);
	const tokens = lengths.reduce((sum, length) => sum + length, 0);
	const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
	const [first] = rows;
	const segments = [
		{ text: (first?.prompt ?? "").slice(0, shownCharacters).toWellFormed(), trained: plan.lossOn === "all" },
		{ text: (first?.response ?? "").slice(0, shownCharacters).toWellFormed(), trained: true },
	];
	return {
		rows: rows.length,
		used: rows.length,
		dropped: { tooLong: 0, noTrainedTokens: 0 },
		truncated: 0,
		tokens,
		trainTokens: rows.reduce((sum, { pair }) => sum + pair.text.length - pair.from, 0),
		longestTokens: longest,
		maxLength: longest,
		lossOn: plan.lossOn,
		template: "none",
		packing: false,
		sample: { line: 1, segments },
	};
}

/** Each epoch in its own order (Fisher and Yates), cut where the plan ends. */
export function shuffled(count: number, plan: TrainingPlan): number[] {
	const random = seededRandom(plan.seed);
	const order: number[] = [];
	while (order.length < plan.steps * plan.rowsPerStep && order.length < plan.epochs * count) {
		const epoch = Array.from({ length: count }, (_, place) => place);
		for (let at = count - 1; at > 0; at -= 1) {
			const other = Math.floor(random() * (at + 1));
			[epoch[at], epoch[other]] = [epoch[other] ?? 0, epoch[at] ?? 0];
		}
		order.push(...epoch);
	}
	return order.slice(0, Math.ceil(plan.epochs * count));
}
