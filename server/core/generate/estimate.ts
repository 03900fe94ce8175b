/** What a run will take, before anything is sent: ranges, with the assumptions they rest on. */
import * as z from "zod/mini";
import { isBatched, priceShare } from "./batch-price.ts";
import { wantsPair } from "./chat-request.ts";
import type { Cell } from "./plan.ts";
import type { RunTeacher } from "./run-records.ts";
import { costOf } from "./spending.ts";
import { isEndpointTeacher } from "./teacher-kind.ts";

/** The least and the most to expect. */
export const Range = z.readonly(z.tuple([z.number(), z.number()]));
export type Range = readonly [low: number, high: number];

export const EstimateRanges = z.object({
	requests: Range,
	promptTokens: Range,
	completionTokens: Range,
	/** By currency; teachers without a price are in `unpriced`. */
	cost: z.record(z.string(), Range),
	unpriced: z.array(z.string()),
	/** Teachers asked by batch files: what a token costs there against its price, and whether anybody said so. */
	batched: z.optional(z.array(z.object({ teacher: z.string(), priceShare: z.number(), isAssumed: z.boolean() }))),
	seconds: Range,
});
export type Estimate = z.infer<typeof EstimateRanges>;

/** Mean tokens of a cell's first requests and of the answers its seeds suggest, by our own counting. */
export interface CellTokens {
	readonly prompt: number;
	readonly answer: number;
}

/** Assumptions: attempts per accepted sample, error of our token counts, length of answers against the seeds', speed of one answer. */
const attemptsPerSample: Range = [1, 1.5];
const tokenError: Range = [0.6, 1.6];
const answerLength: Range = [0.6, 2.5];
const tokensPerSecond: Range = [15, 100];
const defaultConcurrency = 64;
const batchSeconds: Range = [60, 2 * 86_400];

export function estimateRun(
	cells: readonly Cell[],
	teachers: readonly RunTeacher[],
	tokensOf: (cell: Cell) => CellTokens,
): Estimate {
	const parts = cells.map((cell) =>
		cellEstimate(
			cell,
			teachers.find(({ name }) => name === cell.teacher),
			tokensOf(cell),
		),
	);
	const cost: Record<string, Range> = {};
	for (const { price, money } of parts)
		if (price && money) cost[price.currency] = added(cost[price.currency] ?? [0, 0], money);
	return {
		requests: parts.map(({ requests }) => requests).reduce(added, [0, 0]),
		promptTokens: parts.map(({ promptTokens }) => promptTokens).reduce(added, [0, 0]),
		completionTokens: parts.map(({ completionTokens }) => completionTokens).reduce(added, [0, 0]),
		cost,
		unpriced: teachers.filter(({ price, isPractice }) => !price && !isPractice).map(({ name }) => name),
		seconds: longestTeacher(parts),
		...batchedPart(teachers),
	};
}

function batchedPart(teachers: readonly RunTeacher[]): Pick<Estimate, "batched"> {
	const batched = teachers.filter(isEndpointTeacher).filter(isBatched);
	if (batched.length === 0) return {};
	return {
		batched: batched.map((teacher) => ({
			teacher: teacher.name,
			priceShare: priceShare(teacher),
			isAssumed: teacher.batch?.priceShare === undefined,
		})),
	};
}

interface Part {
	readonly teacher: string;
	readonly requests: Range;
	readonly promptTokens: Range;
	readonly completionTokens: Range;
	readonly price: RunTeacher["price"];
	readonly money: Range | undefined;
	readonly seconds: Range;
}

function cellEstimate(
	{ teacher: name, target, strategy }: Cell,
	teacher: RunTeacher | undefined,
	tokens: CellTokens,
): Part {
	const requests = scaled(attemptsPerSample, target);
	const limit = teacher?.sampling?.maxTokens ?? Number.POSITIVE_INFINITY;
	// A pair repeats its fields' names and quotes.
	const answer = tokens.answer + (wantsPair(strategy) ? 12 : 0);
	const promptTokens: Range = [
		requests[0] * tokens.prompt * tokenError[0],
		requests[1] * tokens.prompt * tokenError[1],
	];
	const perAnswer: Range = [Math.min(limit, answer * answerLength[0]), Math.min(limit, answer * answerLength[1])];
	const completionTokens: Range = [requests[0] * perAnswer[0], requests[1] * perAnswer[1]];
	const price = teacher?.price;
	const share = teacher ? priceShare(teacher) : 1;
	const money: Range | undefined = price && [
		share * costOf(price, promptTokens[0], completionTokens[0]),
		share * costOf(price, promptTokens[1], completionTokens[1]),
	];
	const width = teacher?.concurrency ?? defaultConcurrency;
	// Each round of a batch is answered within a day; a second one makes up for what was rejected.
	const seconds: Range =
		teacher && isBatched(teacher)
			? batchSeconds
			: [
					completionTokens[0] / tokensPerSecond[1] / width,
					completionTokens[1] / tokensPerSecond[0] / Math.min(8, width),
				];
	return { teacher: name, requests, promptTokens, completionTokens, price, money, seconds };
}

/** Teachers work beside each other; the slowest decides. */
function longestTeacher(parts: readonly Part[]): Range {
	const byTeacher = new Map<string, Range>();
	for (const { teacher, seconds } of parts) byTeacher.set(teacher, added(byTeacher.get(teacher) ?? [0, 0], seconds));
	const all = [...byTeacher.values()];
	return [Math.max(0, ...all.map(([low]) => low)), Math.max(0, ...all.map(([, high]) => high))];
}

const added = (left: Range, right: Range): Range => [left[0] + right[0], left[1] + right[1]];
const scaled = ([low, high]: Range, by: number): Range => [low * by, high * by];
