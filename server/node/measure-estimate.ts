/** What a measurement will take, before anything is asked: one pass over the files, and a look into the caches. */
import { costOf } from "../core/generate/spending.ts";
import type { BackendEstimate, MeasureEstimate } from "../core/measure/measure-progress.ts";
import { type Role, roles } from "../core/measure/sample-table.ts";
import type { Price } from "../core/project.ts";
import { completeSample } from "./measure-asking.ts";
import { addedNeed, type BackendNeed, noNeed } from "./measure-backend.ts";
import type { MeasureRequest } from "./measure-dataset.ts";
import { datasetBytes, lineBlocks, parsedBlock } from "./measure-rows.ts";
import { drawRows } from "./measure-sample.ts";

/** A backend that can say what it would be asked. */
interface Estimated {
	readonly backend: string;
	readonly kind: BackendEstimate["kind"];
	/** Undefined where nobody knows; null where it costs nothing. */
	readonly price: Price | null | undefined;
	readonly concurrency: number;
	need: BackendNeed;
}

export interface Priced {
	readonly price: Price | null | undefined;
	readonly concurrency?: number | undefined;
}

/** Assumptions: attempts a call, error of our token counts, length of answers, seconds of one answer by kind. */
const attempts = [1, 1.2] as const;
const tokenError = [0.6, 1.6] as const;
const answerLength = [0.6, 2] as const;
const secondsPerCall = { embed: [0.1, 2], rate: [0.8, 8], score: [0.1, 3] } as const;
/** Megabytes a second that are measured offline, on one thread of an old machine and two of a new one. */
const offlineMegabytes = [6, 1] as const;

/** `priced` by backend, in the order embeddings, judges, scorer. */
export async function estimateMeasure(
	request: MeasureRequest,
	priced: readonly Priced[],
	signal: AbortSignal,
): Promise<MeasureEstimate> {
	const { embeddings, judges, scorer } = request;
	const named = [embeddings, ...judges, scorer].filter((backend) => backend !== null);
	const estimated = named.map(
		({ backend, kind }, at): Estimated => ({
			...{ backend, kind, need: noNeed, price: priced[at]?.price },
			concurrency: priced[at]?.concurrency ?? 16,
		}),
	);
	const counted = await countNeeds(request, estimated, signal);
	const backends = estimated.map(estimateOf);
	const offline = (await datasetBytes(request)) / 2 ** 20;
	const slowest = [0, 1].map((end) => Math.max(0, ...backends.map(({ seconds }) => seconds[end] ?? 0)));
	return {
		...counted,
		backends,
		calls: backends.reduce((sum, { calls }) => added(sum, calls), [0, 0] as Range),
		cost: costByCurrency(backends),
		unpriced: estimated.filter(({ price }) => price === undefined).map(({ backend }) => backend),
		seconds: [
			(slowest[0] ?? 0) + offline / offlineMegabytes[0],
			(slowest[1] ?? 0) + Math.max(1, offline / offlineMegabytes[1]),
		],
	};
}

type Range = [low: number, high: number];

async function countNeeds(
	request: MeasureRequest,
	estimated: readonly Estimated[],
	signal: AbortSignal,
): Promise<{ lines: number; rows: number }> {
	const { embeddings, judges, scorer, draw } = request;
	const drawn = draw ? await drawRows(request, request.by, draw, signal) : null;
	const counts = { lines: 0, rows: 0 };
	const asked = [...judges, ...(scorer ? [scorer] : [])];
	const later = estimated.slice(embeddings ? 1 : 0);
	for await (const block of lineBlocks(request, signal, drawn ? (ordinal) => drawn.ordinals.has(ordinal) : undefined)) {
		const read = parsedBlock(block, request).flatMap(({ sample, line }) => (sample ? [{ sample, line }] : []));
		counts.lines += block.lines.length;
		counts.rows += read.length;
		const complete = read
			.filter(({ sample }) => sample.prompt !== null && sample.response !== null)
			.map(completeSample);
		for (const [at, backend] of asked.entries()) addTo(later[at], backend.need(complete));
		for (const role of embeddings ? roles : []) addTo(estimated[0], embeddings?.need(textsOf(read, role)) ?? noNeed);
	}
	return drawn ? { ...counts, lines: drawn.lines } : counts;
}

function addTo(one: Estimated | undefined, need: BackendNeed): void {
	if (one) one.need = addedNeed(one.need, need);
}

function textsOf(read: readonly { readonly sample: Readonly<Record<Role, string | null>> }[], role: Role): string[] {
	return read.flatMap(({ sample }) => sample[role] ?? []);
}

function estimateOf({ backend, kind, need, price, concurrency }: Estimated): BackendEstimate {
	const { cached, missing } = need;
	const calls: Range = [Math.round(need.calls * attempts[0]), Math.ceil(need.calls * attempts[1])];
	const promptTokens = rounded(need.promptTokens, tokenError, attempts);
	const completionTokens = rounded(need.completionTokens, answerLength, attempts);
	const perCall = secondsPerCall[kind];
	const money = (end: 0 | 1) => (price ? costOf(price, promptTokens[end], completionTokens[end]) : 0);
	return {
		...{ backend, kind, cached, missing, calls, promptTokens, completionTokens },
		cost: price ? { currency: price.currency, amount: [money(0), money(1)] } : null,
		seconds: [(calls[0] / concurrency) * perCall[0], (calls[1] / Math.min(8, concurrency)) * perCall[1]],
	};
}

function rounded(tokens: number, error: readonly [number, number], tries: readonly [number, number]): Range {
	return [Math.round(tokens * error[0] * tries[0]), Math.round(tokens * error[1] * tries[1])];
}

function costByCurrency(backends: readonly BackendEstimate[]): Record<string, Range> {
	const cost: Record<string, Range> = {};
	for (const { cost: own } of backends) if (own) cost[own.currency] = added(cost[own.currency] ?? [0, 0], own.amount);
	return cost;
}

const added = (left: readonly [number, number], right: readonly [number, number]): Range => [
	left[0] + right[0],
	left[1] + right[1],
];
