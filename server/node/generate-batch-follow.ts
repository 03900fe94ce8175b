/** Follows a group of requests to the provider and back, and settles what it was answered. */
import { judge } from "../core/generate/attempt-policy.ts";
import { readOutputLine } from "../core/generate/batch-file.ts";
import type { BatchGroup } from "../core/generate/batch-records.ts";
import type { BodyFailure } from "../core/generate/completion-body.ts";
import { redact } from "../core/generate/redact.ts";
import type { Answer, ChatRequest, Failure, Reply } from "../core/generate/reply.ts";
import type { EndpointTeacher } from "../core/generate/run-records.ts";
import { attemptRequest, fixedPrompt, sentParts } from "./generate-attempt.ts";
import { type BatchSteps, finishedBatch, insist } from "./generate-batch.ts";
import type { BatchLog } from "./generate-batch-log.ts";
import { reusedAnswer } from "./generate-reused.ts";
import { settle } from "./generate-settle.ts";
import type { Pending, RunWork } from "./generate-work.ts";
import type { Batch, TeacherBatches } from "./teacher-batches.ts";

export interface BatchLaneOptions {
	readonly batches: TeacherBatches;
	readonly log: BatchLog;
	/** First wait between two looks at a batch. */
	readonly pollMs?: number;
	/** Cancels what is at the provider, collects what it had answered, and pauses. */
	readonly cancelOpen?: boolean;
}

/** The requests of a group, each at its place; undefined where one was settled before. */
export type Members = readonly (Pending | undefined)[];

const defaultPollMs = 10_000;
const settledTogether = 256;

export class BatchFollower {
	readonly #teacher: EndpointTeacher;
	readonly #work: RunWork;
	readonly #options: BatchLaneOptions;
	readonly #stopping: AbortSignal;

	constructor(teacher: EndpointTeacher, work: RunWork, options: BatchLaneOptions, stopping: AbortSignal) {
		this.#teacher = teacher;
		this.#work = work;
		this.#options = options;
		this.#stopping = stopping;
	}

	/** Gives back the requests that are to be asked again. Throws `BatchLeft` when the run stops on the way. */
	async follow(group: BatchGroup, members: Members, said: (text: string) => void): Promise<Pending[]> {
		const isNew = group.batch === undefined && group.file === undefined;
		if (!isNew) return this.#brought(group, members, said);
		const pending = await this.#withoutReused(members);
		if (pending.length === 0) return [];
		const requests = namesOf(pending);
		const formed = { group: group.group, teacher: this.#teacher.name, requests };
		await this.#options.log.append({ type: "group", ...formed });
		return this.#brought(formed, pending, said);
	}

	/** Plan lines are on disk before anything is sent; what an earlier run was answered is taken over. */
	async #withoutReused(members: Members): Promise<Pending[]> {
		const left: Pending[] = [];
		await Promise.all(members.map((one) => one && this.#work.planned(one.line)));
		for (const one of members) if (one && !(await reusedAnswer(this.#work, this.#teacher, one))) left.push(one);
		return left;
	}

	async #brought(group: BatchGroup, members: Members, said: (text: string) => void): Promise<Pending[]> {
		const startedAt = group.batch ? Date.parse(group.batch.at) : Date.now();
		const steps = this.#steps(said);
		const requests = () => members.flatMap((one) => (one ? [this.#request(one)] : []));
		const batch = await finishedBatch(steps, group, requests, this.#options.cancelOpen === true);
		const isThere = typeof batch === "object";
		const origin = { batch: isThere ? batch.id : "", latencyMs: Date.now() - startedAt };
		const collected: Collected = { answered: new Set(), again: [] };
		if (isThere) await this.#collect(steps, batch, members, origin, collected);
		const { answered, again } = collected;
		// Another one like it would end the same way, and so on for ever.
		if (isThere && answered.size === 0 && members.some(Boolean) && this.#options.cancelOpen !== true)
			this.#work.stop(`${this.#teacher.name}: ${failureOf(batch)}`);
		const status = isThere ? batch.status : batch;
		await this.#options.log.append({ type: "collected", group: group.group, status });
		const told = { teacher: this.#teacher.name, group: group.group, status, answered: answered.size };
		this.#work.event({ type: "batch", ...told });
		// What the batch did not get to was not asked.
		return [...again, ...members.flatMap((one) => (one && !answered.has(one) ? [one] : []))];
	}

	#request(pending: Pending): ChatRequest {
		const material = this.#work.material(pending.cell.cell, pending.line.draw);
		return attemptRequest(this.#teacher, pending, material, this.#work);
	}

	async #collect(
		steps: BatchSteps,
		{ output_file_id, error_file_id }: Batch,
		members: Members,
		origin: BatchOrigin,
		{ answered, again }: Collected,
	): Promise<void> {
		// Many at a time, so that they share the syncs of the journal.
		const settling: Promise<void>[] = [];
		const onLine = async (value: unknown, isPractice: boolean) => {
			const line = readOutputLine(value, isPractice);
			const one = line && members[line.place];
			if (!line || !one || answered.has(one) || line.answer === "unanswered") return;
			answered.add(one);
			settling.push(this.#settle(one, replyOf(line.answer, line.status), origin, again));
			if (settling.length >= settledTogether) await Promise.all(settling.splice(0));
		};
		for (const file of [output_file_id, error_file_id])
			if (file) await insist(steps, () => this.#options.batches.download(file, steps.signal, onLine));
		await Promise.all(settling);
	}

	async #settle(pending: Pending, reply: Reply, origin: BatchOrigin, again: Pending[]): Promise<void> {
		const material = this.#work.material(pending.cell.cell, pending.line.draw);
		const judged = judge(reply, fixedPrompt(material));
		const next = await settle(this.#work, {
			teacher: this.#teacher,
			pending,
			material,
			reply,
			judged,
			origin: { ...origin, ...sentParts(this.#request(pending)) },
		});
		if (next) again.push(next);
	}

	#steps(said: (text: string) => void): BatchSteps {
		const { batches, log, pollMs = defaultPollMs } = this.#options;
		const stop = (failure: Failure, isLasting: boolean) =>
			this.#work.stop(
				isLasting ? `${this.#teacher.name}: ${failure.message}` : this.#work.explain(this.#teacher, failure),
			);
		const lost = (id: string) => this.#work.stop(`${this.#teacher.name}: ${lostText(id)}`);
		const seen = (batch: Batch) => said(statusText(batch));
		return { batches, log, pollMs, signal: this.#work.signal, stopping: this.#stopping, stop, lost, seen };
	}
}

interface BatchOrigin {
	readonly batch: string;
	/** Since the batch was created. */
	readonly latencyMs: number;
}

interface Collected {
	readonly answered: Set<Pending>;
	readonly again: Pending[];
}

export const namesOf = (pending: readonly Pending[]) =>
	pending.map(({ line, earlier }) => ({ key: line.key, attempt: earlier.length + 1 }));

function replyOf(answer: Answer | BodyFailure, status: number | null): Reply {
	if (answer.type !== "body-failure") return answer;
	return { type: "failure", kind: answer.kind, status, message: redact(answer.message), retryAfterMs: null };
}

const lostText = (id: string) =>
	redact(`its provider does not know ${id} any more. Ask its requests again with --resume and --cancel-batches.`);

function failureOf({ id, status, errors }: Batch): string {
	const reason = errors?.data?.[0]?.message ?? "no reason given";
	const end = status === "failed" ? `was refused: ${reason}` : `ended as ${status} without any answer.`;
	return redact(`The batch ${id} ${end}`);
}

function statusText({ id, status, request_counts: counts }: Batch): string {
	const done = counts ? `, ${counts.completed} of ${counts.total} done` : "";
	return redact(`batch ${id} ${status}${done}`);
}
