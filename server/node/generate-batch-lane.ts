/** One teacher's share of a run by batch files: many requests at once, cheaper and slower, at the provider even while nobody runs. */
import { randomUUID } from "node:crypto";
import { judge } from "../core/generate/attempt-policy.ts";
import { readOutputLine } from "../core/generate/batch-file.ts";
import { priceShare } from "../core/generate/batch-price.ts";
import type { BatchGroup } from "../core/generate/batch-records.ts";
import { type CellProgress, nextCell } from "../core/generate/cell-progress.ts";
import type { BodyFailure } from "../core/generate/completion-body.ts";
import { redact } from "../core/generate/redact.ts";
import type { Answer, ChatRequest, Reply } from "../core/generate/reply.ts";
import type { EndpointTeacher } from "../core/generate/run-records.ts";
import { expectedCost, firstTokens } from "../core/generate/spending.ts";
import { attemptRequest, fixedPrompt, sentParts } from "./generate-attempt.ts";
import { BatchLeft, type BatchSteps, finishedBatch, insist } from "./generate-batch.ts";
import type { BatchLog } from "./generate-batch-log.ts";
import { reusedAnswer } from "./generate-reused.ts";
import { settle } from "./generate-settle.ts";
import type { Pending, RunLane, RunWork } from "./generate-work.ts";
import type { Batch, TeacherBatches } from "./teacher-batches.ts";

export interface BatchLaneOptions {
	readonly batches: TeacherBatches;
	readonly log: BatchLog;
	/** First wait between two looks at a batch. */
	readonly pollMs?: number;
	/** Cancels what is at the provider, collects what it had answered, and pauses. */
	readonly cancelOpen?: boolean;
}

/** Well below OpenAI's bounds of 50,000 requests and 200 MB a file, so that a file is built in memory. */
const mostRequests = 5_000;
/** Batches of a teacher at the provider at once; an assumption. */
const mostOpen = 4;
const defaultPollMs = 10_000;
const settledTogether = 256;

export class BatchLane implements RunLane {
	readonly teacher: EndpointTeacher;
	readonly cells: readonly CellProgress[];
	readonly #work: RunWork;
	readonly #options: BatchLaneOptions;
	readonly #ready: Pending[];
	/** Batches under way by group, with what the provider last said of them. */
	readonly #open = new Map<string, { readonly count: number; said: string | null }>();
	/** Groups of an earlier session, to be followed from where they stand. */
	readonly #found: { readonly group: BatchGroup; readonly pending: readonly (Pending | undefined)[] }[];
	readonly #stopping = new AbortController();
	#isForming = false;
	#isEnded = false;
	#end: () => void = () => {};
	readonly ended: Promise<void>;

	constructor(
		teacher: EndpointTeacher,
		cells: readonly CellProgress[],
		pending: readonly Pending[],
		work: RunWork,
		options: BatchLaneOptions,
	) {
		this.teacher = teacher;
		this.cells = cells;
		this.#work = work;
		this.#options = options;
		const groups = options.log.openOf(teacher.name);
		this.#found = groups.map((group) => ({ group, pending: memberOf(group, pending) }));
		const away = new Set(this.#found.flatMap((found) => found.pending));
		this.#ready = pending.filter((one) => !away.has(one));
		this.ended = new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	get inFlight(): number {
		return [...this.#open.values()].reduce((sum, { count }) => sum + count, 0);
	}

	get limit(): number {
		return this.inFlight;
	}

	get waiting(): string | null {
		const said = [...this.#open.values()].flatMap((batch) => batch.said ?? []);
		return said.length > 0 ? said.join(", ") : null;
	}

	get expectedCost(): number | null {
		const { price } = this.teacher;
		return price ? expectedCost(price, this.cells, firstTokens) * priceShare(this.teacher) : null;
	}

	pump(): void {
		if (this.#isEnded || this.#isForming) return;
		for (const { group, pending } of this.#found.splice(0)) this.#start(group, pending);
		while (!this.#isClosed && this.#open.size < mostOpen) {
			const requests = this.#formed();
			if (requests.length === 0) break;
			const named = requests.map(({ line, earlier }) => ({ key: line.key, attempt: earlier.length + 1 }));
			this.#start({ group: randomUUID(), teacher: this.teacher.name, requests: named }, requests);
		}
		if (this.#work.isStopping) this.#stopping.abort();
		if (this.#open.size === 0 && (this.#isClosed || (this.#ready.length === 0 && !nextCell(this.cells))))
			this.#finish();
	}

	/** Nothing new goes out. */
	get #isClosed(): boolean {
		return this.#work.isStopping || this.#options.cancelOpen === true;
	}

	#finish(): void {
		this.#isEnded = true;
		this.#end();
		if (this.#options.cancelOpen && !this.#work.isStopping)
			this.#work.stop("The open batches were cancelled; what they had answered by then is kept. Resume to go on.");
	}

	/** As many requests as one batch holds and the budget allows. */
	#formed(): Pending[] {
		const requests: Pending[] = [];
		this.#isForming = true;
		// The budget counts what is on the wire, so each request is on it as soon as it is chosen.
		const group = `forming-${this.#open.size}`;
		while (requests.length < mostRequests && this.#work.mayAfford(this.teacher)) {
			const next = this.#ready.shift() ?? this.#planned();
			if (!next) break;
			requests.push(next);
			this.#open.set(group, { count: requests.length, said: null });
		}
		this.#open.delete(group);
		this.#isForming = false;
		return requests;
	}

	#planned(): Pending | undefined {
		const cell = nextCell(this.cells);
		if (!cell) return undefined;
		const line = this.#work.plan(this.teacher, cell);
		cell.outstanding += 1;
		return { line, cell, earlier: [] };
	}

	#start(group: BatchGroup, pending: readonly (Pending | undefined)[]): void {
		this.#open.set(group.group, { count: pending.filter(Boolean).length, said: null });
		void this.#follow(group, pending)
			.catch((cause: unknown) => {
				if (!(cause instanceof BatchLeft) && !this.#work.signal.aborted) this.#work.fail(cause);
			})
			.finally(() => {
				this.#open.delete(group.group);
				this.pump();
			});
	}

	async #follow(formed: BatchGroup, chosen: readonly (Pending | undefined)[]): Promise<void> {
		const startedAt = formed.batch ? Date.parse(formed.batch.at) : Date.now();
		const isNew = formed.batch === undefined && formed.file === undefined;
		const pending = isNew ? await this.#withoutReused(chosen) : chosen;
		const group = isNew ? { ...formed, requests: namesOf(pending) } : formed;
		if (pending.length === 0) return;
		if (isNew) {
			const { teacher, requests } = group;
			await this.#options.log.append({ type: "group", group: group.group, teacher, requests: [...requests] });
		}
		const steps = this.#steps(group.group);
		const requests = () => pending.flatMap((one) => (one ? [this.#request(one)] : []));
		const batch = await finishedBatch(steps, group, requests, this.#options.cancelOpen === true);
		const answered = new Set<Pending>();
		const latencyMs = Date.now() - startedAt;
		if (batch !== "never-created") {
			await this.#collect(steps, batch, pending, answered, latencyMs);
			// Another one like it would end the same way, and so on for ever.
			if (answered.size === 0 && pending.some(Boolean) && !this.#isClosed)
				this.#work.stop(`${this.teacher.name}: ${failureOf(batch)}`);
		}
		const status = batch === "never-created" ? batch : batch.status;
		await this.#options.log.append({ type: "collected", group: group.group, status });
		this.#work.event({
			type: "batch",
			teacher: this.teacher.name,
			group: group.group,
			status,
			answered: answered.size,
		});
		// What the batch did not get to was not asked.
		for (const one of pending) if (one && !answered.has(one)) this.#ready.push(one);
	}

	/** Plan lines are on disk before anything is sent; what an earlier run was answered is taken over. */
	async #withoutReused(chosen: readonly (Pending | undefined)[]): Promise<Pending[]> {
		const left: Pending[] = [];
		await Promise.all(chosen.map((one) => one && this.#work.planned(one.line)));
		for (const one of chosen) {
			if (one && !(await reusedAnswer(this.#work, this.teacher, one))) left.push(one);
		}
		return left;
	}

	#request(pending: Pending): ChatRequest {
		const material = this.#work.material(pending.cell.cell, pending.line.draw);
		return attemptRequest(this.teacher, pending, material, this.#work);
	}

	async #collect(
		steps: BatchSteps,
		batch: Batch,
		pending: readonly (Pending | undefined)[],
		answered: Set<Pending>,
		latencyMs: number,
	): Promise<void> {
		// Many at a time, so that they share the syncs of the journal.
		const settling: Promise<void>[] = [];
		for (const file of [batch.output_file_id, batch.error_file_id]) {
			if (!file) continue;
			const onLine = async (value: unknown, isPractice: boolean) => {
				const line = readOutputLine(value, isPractice);
				const one = line && pending[line.place];
				if (!line || !one || answered.has(one) || line.answer === "unanswered") return;
				answered.add(one);
				settling.push(this.#settle(one, replyOf(line.answer, line.status), batch.id, latencyMs));
				if (settling.length >= settledTogether) await Promise.all(settling.splice(0));
			};
			await insist(steps, () => this.#options.batches.download(file, steps.signal, onLine));
		}
		await Promise.all(settling);
	}

	async #settle(pending: Pending, reply: Reply, batch: string, latencyMs: number): Promise<void> {
		const { teacher } = this;
		const material = this.#work.material(pending.cell.cell, pending.line.draw);
		const judged = judge(reply, fixedPrompt(material));
		const origin = { latencyMs, batch, ...sentParts(this.#request(pending)) };
		const again = await settle(this.#work, { teacher, pending, material, reply, judged, origin });
		if (again) this.#ready.push(again);
	}

	#steps(group: string): BatchSteps {
		const { batches, log, pollMs = defaultPollMs } = this.#options;
		return {
			batches,
			log,
			pollMs,
			signal: this.#work.signal,
			stopping: this.#stopping.signal,
			stop: (failure, isLasting) =>
				this.#work.stop(
					isLasting ? `${this.teacher.name}: ${failure.message}` : this.#work.explain(this.teacher, failure),
				),
			seen: (batch) => {
				const open = this.#open.get(group);
				if (open) open.said = statusText(batch);
			},
		};
	}
}

/** The pending request at each place of the group; undefined where it was settled before. */
function memberOf({ requests }: BatchGroup, pending: readonly Pending[]): (Pending | undefined)[] {
	const byKey = new Map(pending.map((one) => [one.line.key, one]));
	return requests.map(({ key, attempt }) => {
		const one = byKey.get(key);
		return one && one.earlier.length + 1 === attempt ? one : undefined;
	});
}

const namesOf = (pending: readonly (Pending | undefined)[]) =>
	pending.flatMap((one) => (one ? [{ key: one.line.key, attempt: one.earlier.length + 1 }] : []));

function replyOf(answer: Answer | BodyFailure, status: number | null): Reply {
	if (answer.type !== "body-failure") return answer;
	return { type: "failure", kind: answer.kind, status, message: redact(answer.message), retryAfterMs: null };
}

function failureOf({ id, status, errors }: Batch): string {
	const reason = errors?.data?.[0]?.message ?? "no reason given";
	const end = status === "failed" ? `was refused: ${reason}` : `ended as ${status} without any answer.`;
	return redact(`The batch ${id} ${end}`);
}

function statusText({ id, status, request_counts: counts }: Batch): string {
	const done = counts ? `, ${counts.completed} of ${counts.total} done` : "";
	return redact(`batch ${id} ${status}${done}`);
}
