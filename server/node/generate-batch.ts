/** One batch from its requests to its answers: upload, create, poll, collect, each step on disk before the next, each resumable. */
import { setTimeout as sleep } from "node:timers/promises";
import { inputLine } from "../core/generate/batch-file.ts";
import type { BatchGroup } from "../core/generate/batch-records.ts";
import type { ChatRequest, Failure } from "../core/generate/reply.ts";
import type { BatchLog } from "./generate-batch-log.ts";
import { type Batch, isFailure, type TeacherBatches } from "./teacher-batches.ts";

/** The run stops or is cancelled; the batch goes on at the provider and is found again. */
export class BatchLeft extends Error {
	override readonly name = "BatchLeft";
}

export interface BatchSteps {
	readonly batches: TeacherBatches;
	readonly log: BatchLog;
	/** Aborted when the run is cancelled: no step goes on. */
	readonly signal: AbortSignal;
	/** Aborted when the run stops: nobody waits any longer. */
	readonly stopping: AbortSignal;
	/** First wait between two looks at a batch; it grows to `longestPollMs`. */
	readonly pollMs: number;
	/** Stops the run with a reason in words. */
	stop(failure: Failure, isLasting: boolean): void;
	/** Stops the run because the provider does not know the batch. */
	lost(id: string): void;
	/** Told at each look, for the status line. */
	seen(batch: Batch): void;
}

const longestPollMs = 60_000;
/** Failures of one step in a row before the run pauses; an assumption. */
const mostFailures = 20;
/** The states after which nothing more comes. */
const finalStates: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled"]);

/**
 * Brings a group to the provider, unless it is there, and waits for its end. Throws `BatchLeft` when the run stops on
 * the way.
 */
export async function finishedBatch(
	steps: BatchSteps,
	group: BatchGroup,
	requests: () => readonly ChatRequest[],
	isCancelling: boolean,
): Promise<Batch | "never-created" | "gone"> {
	const known = group.batch?.id ?? (await lostBatch(steps, group));
	if (known === undefined && isCancelling) return "never-created";
	const id = known ?? (await createdBatch(steps, group, requests));
	if (isCancelling) await insist(steps, () => steps.batches.cancel(id, steps.signal));
	return polled(steps, id, isCancelling);
}

/** A batch that may have been created without our hearing of it. Only a group with an uploaded file can have one. */
async function lostBatch(steps: BatchSteps, { group, file }: BatchGroup): Promise<string | undefined> {
	if (file === undefined) return undefined;
	const found = await insist(steps, () => steps.batches.find(group, steps.signal));
	return found === "none" ? undefined : acknowledged(steps, group, found);
}

async function createdBatch(
	steps: BatchSteps,
	{ group, file }: BatchGroup,
	requests: () => readonly ChatRequest[],
): Promise<string> {
	const input = file ?? (await uploadedFile(steps, group, requests));
	let isUnsure = false;
	const batch = await insist(steps, async () => {
		// An attempt whose answer never came may have been heard: look before asking again.
		const found = isUnsure ? await steps.batches.find(group, steps.signal) : "none";
		if (found !== "none") return found;
		const created = await steps.batches.create(input, group, steps.signal);
		isUnsure = isFailure(created);
		return created;
	});
	return acknowledged(steps, group, batch);
}

async function uploadedFile(steps: BatchSteps, group: string, requests: () => readonly ChatRequest[]): Promise<string> {
	const content = requests()
		.map((request, place) => inputLine(place, request))
		.join("");
	const { id } = await insist(steps, () => steps.batches.upload(group, content, steps.signal));
	await steps.log.append({ type: "uploaded", group, file: id });
	return id;
}

async function acknowledged({ log }: BatchSteps, group: string, { id }: Batch): Promise<string> {
	await log.append({ type: "created", group, batch: id, at: new Date().toISOString() });
	return id;
}

/** A batch that the provider forgot is asked again only where the user said so: it may have been paid for. */
async function polled(steps: BatchSteps, id: string, mayForget: boolean): Promise<Batch | "gone"> {
	for (let waitMs = steps.pollMs; ; waitMs = Math.min(longestPollMs, waitMs * 1.5)) {
		const batch = await insist(steps, () => steps.batches.retrieve(id, steps.signal));
		if (batch === "gone" && mayForget) return batch;
		if (batch === "gone") {
			steps.lost(id);
			throw new BatchLeft();
		}
		steps.seen(batch);
		if (finalStates.has(batch.status)) return batch;
		await waited(steps, waitMs);
	}
}

/** Repeats a step that may succeed later. A server that refuses it, or fails for long, stops the run. */
export async function insist<T extends object | string>(
	steps: BatchSteps,
	step: () => Promise<T | Failure>,
): Promise<Exclude<T, Failure>> {
	for (let failures = 1; ; failures++) {
		if (steps.signal.aborted) throw new BatchLeft();
		const result = await step().catch((cause: unknown) => {
			if (steps.signal.aborted) throw new BatchLeft();
			throw cause;
		});
		if (!isFailure(result)) return result as Exclude<T, Failure>;
		const isLasting = result.kind === "fatal" || result.kind === "rejected" || failures >= mostFailures;
		if (isLasting) {
			steps.stop(result, failures >= mostFailures);
			throw new BatchLeft();
		}
		await waited(steps, result.retryAfterMs ?? Math.min(longestPollMs, steps.pollMs * 2 ** failures));
	}
}

async function waited({ stopping }: BatchSteps, ms: number): Promise<void> {
	await sleep(ms, undefined, { signal: stopping }).catch(() => {
		throw new BatchLeft();
	});
}
