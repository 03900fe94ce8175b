/** The passes in which endpoints are asked: judges, scorer, embeddings. What they answer is taken in file order. */
import { contentKey } from "../core/checks/exact-duplicate.ts";
import { sampleKey } from "../core/decisions.ts";
import { DiversitySum } from "../core/measure/diversity-sum.ts";
import type { Scored } from "../core/measure/group-measure.ts";
import type { MeasuredSample } from "../core/measure/measured-sample.ts";
import { Projection } from "../core/measure/projection.ts";
import type { Rating } from "../core/measure/ratings.ts";
import { type Role, roles } from "../core/measure/sample-table.ts";
import { readShape } from "../core/sample/shapes.ts";
import type { EmbeddingSource } from "./embedding-source.ts";
import type { CompleteSample } from "./measure-backend.ts";
import { placedBlocks } from "./measure-offline.ts";
import { fileChanged } from "./measure-part.ts";
import { parsedBlock } from "./measure-rows.ts";
import type { MeasureState } from "./measure-state.ts";

/** Blocks asked about at once: none waits for the slowest answer of another. */
const blocksAhead = 4;

/** Handles of vectors by role and row, for the pass that spreads them. */
export type Handles = Readonly<Record<Role, Float64Array>>;

interface AskedBlock {
	readonly firstRow: number;
	readonly samples: readonly MeasuredSample[];
	/** Rows of complete samples, and what was said about each. */
	readonly complete: readonly number[];
	readonly ratings: readonly (readonly Rating[])[];
	readonly scored: readonly Scored[] | undefined;
	readonly handles: Readonly<Record<Role, Float64Array>> | null;
}

/** Asks everybody about everything; returns handles of vectors where an endpoint embeds. */
export async function askBackends(state: MeasureState): Promise<Handles | null> {
	const { table, request } = state;
	const none = () => new Float64Array(table.rows).fill(Number.NaN);
	const handles = request.embeddings ? { prompt: none(), response: none() } : null;
	await gatherSamples(state);
	const asked: Promise<AskedBlock>[] = [];
	const takeFirst = async () => {
		const block = await asked.shift();
		if (block) await takeIn(state, block, handles);
	};
	for await (const block of placedBlocks(state)) {
		const samples = parsedBlock(block, state.dataset).flatMap(({ sample, line }) => (sample ? [{ sample, line }] : []));
		if (samples.length !== block.rows) throw fileChanged();
		findHumanRatings(state, block.firstRow, samples);
		const answer = askBlock(state, block.firstRow, samples);
		// Whoever fails first is reported; the others must not go unheard.
		answer.catch(() => {});
		asked.push(answer);
		if (asked.length >= blocksAhead) await takeFirst();
	}
	while (asked.length > 0) await takeFirst();
	return handles;
}

/** One more pass, for backends that want to see all samples first. */
async function gatherSamples(state: MeasureState): Promise<void> {
	const { judges, scorer } = state.request;
	const gathering = [...judges, scorer].filter((backend) => backend?.gather !== undefined);
	if (gathering.length === 0) return;
	for await (const block of placedBlocks(state)) {
		const read = parsedBlock(block, state.dataset).flatMap(({ sample, line }) => (sample ? [{ sample, line }] : []));
		const complete = read.filter((_, at) => state.table.isComplete(block.firstRow + at)).map(completeSample);
		for (const backend of gathering) backend?.gather?.(complete);
	}
}

function findHumanRatings(
	{ request, humanRatings }: MeasureState,
	firstRow: number,
	read: readonly { readonly line: string }[],
): void {
	if (!request.humanRatings || request.humanRatings.size === 0) return;
	for (const [at, { line }] of read.entries()) {
		const { sample } = readShape(JSON.parse(line), request.mapping);
		const rating = sample && request.humanRatings.get(sampleKey(contentKey(sample)));
		if (rating) humanRatings.set(firstRow + at, rating);
	}
}

async function askBlock(
	{ request, table, signal }: MeasureState,
	firstRow: number,
	read: readonly { readonly sample: MeasuredSample; readonly line: string }[],
): Promise<AskedBlock> {
	const { judges, scorer, embeddings } = request;
	const complete = read.map((_, at) => firstRow + at).filter((row) => table.isComplete(row));
	const samples = complete.map((row) => completeSample(read[row - firstRow]));
	const [ratings, scored, prompt, response] = await Promise.all([
		Promise.all(judges.map((judge) => judge.ask(samples, signal))),
		scorer?.ask(samples, signal),
		embeddings && fetchRole(embeddings, read, "prompt", signal),
		embeddings && fetchRole(embeddings, read, "response", signal),
	]);
	const handles = prompt && response ? { prompt, response } : null;
	return { firstRow, samples: read.map(({ sample }) => sample), complete, ratings, scored, handles };
}

export function completeSample(read: { sample: MeasuredSample; line: string } | undefined): CompleteSample {
	const { prompt, response, context, language } = read?.sample ?? {};
	if (typeof prompt !== "string" || typeof response !== "string" || !read) throw fileChanged();
	return { prompt, response, context: context ?? "", language: language ?? null, line: read.line };
}

/** By row of the block; NaN for rows without the text or without a vector. */
async function fetchRole(
	embeddings: EmbeddingSource,
	read: readonly { readonly sample: MeasuredSample }[],
	role: Role,
	signal: AbortSignal,
): Promise<Float64Array> {
	const there = [...read.keys()].filter((at) => read[at]?.sample[role] !== null);
	const fetched = await embeddings.fetch(
		there.map((at) => read[at]?.sample[role] ?? ""),
		signal,
	);
	const handles = new Float64Array(read.length).fill(Number.NaN);
	for (const [nth, at] of there.entries()) handles[at] = fetched[nth] ?? Number.NaN;
	return handles;
}

async function takeIn(state: MeasureState, block: AskedBlock, handles: Handles | null): Promise<void> {
	const { table, groups, progress } = state;
	for (const [nth, row] of block.complete.entries()) {
		const group = groups.at(table.group.at(row));
		for (const [judge, ratings] of block.ratings.entries()) {
			const rating = ratings[nth];
			if (!rating) continue;
			if (judge === 0) group.ratings.add(rating);
			if ("score" in rating) table.ratings[judge]?.set(row, rating.score);
		}
		const scored = block.scored?.[nth];
		if (!scored) continue;
		if ("failure" in scored) group.failScoring(scored.failure);
		else table.setLikelihood(row, scored);
	}
	if (block.handles && handles) await addVectors(state, block, block.handles, handles);
	progress.advance(block.samples.length);
}

async function addVectors(state: MeasureState, block: AskedBlock, own: Handles, handles: Handles): Promise<void> {
	const { table, groups, request } = state;
	if (!request.embeddings) return;
	for (const role of roles) {
		handles[role].set(own[role], block.firstRow);
		for (const [at, handle] of own[role].entries()) {
			const row = block.firstRow + at;
			if (!table.texts[role].isThere(row)) continue;
			const group = groups.at(table.group.at(row));
			const found = Number.isNaN(handle) ? null : request.embeddings.vector(handle);
			// Waits only where the vector has to be read from disk.
			const vector = found instanceof Promise ? await found : found;
			if (!vector) group.failed[role] += 1;
			else {
				group.sums[role] ??= new DiversitySum(request.embeddings.dimensions);
				group.sums[role].add(vector);
			}
		}
	}
}

/** How each vector lies to all of its group; and where on the map. `points` are the mapped rows' vectors. */
export async function spreadVectors(state: MeasureState, handles: Handles, points: Float32Array): Promise<void> {
	const { table, groups, request, signal } = state;
	const { embeddings } = request;
	if (!embeddings) return;
	const projection = new Projection(embeddings.dimensions);
	const isMapped = state.isMapped(0, table.rows);
	let mapped = 0;
	for (let row = 0; row < table.rows; row += 1) {
		const group = groups.at(table.group.at(row));
		for (const role of roles) {
			const handle = handles[role][row] ?? Number.NaN;
			const found = Number.isNaN(handle) ? null : embeddings.vector(handle);
			const vector = found instanceof Promise ? await found : found;
			if (!vector) continue;
			table.texts[role].alignment.set(row, group.sums[role]?.alignment(vector) ?? Number.NaN);
			if (role === "response" && isMapped[row] === 1)
				projection.project(vector, points, mapped * Projection.dimensions);
		}
		mapped += isMapped[row] ?? 0;
		state.progress.advance(1);
		if (row % 1024 === 0) {
			await new Promise((resolve) => setImmediate(resolve));
			signal.throwIfAborted();
		}
	}
}
