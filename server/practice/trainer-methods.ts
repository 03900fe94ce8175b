/** The methods of the practice trainer that need no connection of their own (protocol §5). */
import { readFile, rm, statfs } from "node:fs/promises";
import { TrainerError } from "../core/trainer/errors.ts";
import type { Limits } from "../core/trainer/limits.ts";
import type { MethodName, Params, Result } from "../core/trainer/methods.ts";
import type { Run } from "../core/trainer/objects.ts";
import { checkpointSteps, newestCheckpoint } from "./trainer-checkpoints.ts";
import { hashOf } from "./trainer-hash.ts";
import { type JobQueue, logPath } from "./trainer-jobs.ts";
import type { StoredRun } from "./trainer-journal.ts";
import { cutLog } from "./trainer-log-cut.ts";
import { preflight } from "./trainer-preflight.ts";
import { capabilities, filled, type PracticeSpec, readSpec } from "./trainer-spec.ts";
import type { TrainerStore } from "./trainer-store.ts";

export const serverName = { name: "practice-trainer", version: "1", practice: true };
const tombstoneMs = 300_000;
/** Room for the envelope of a page of events. */
const pageSlack = 4096;

export type Handler<M extends MethodName> = (params: Params<M>) => Result<M> | Promise<Result<M>>;

export class TrainerMethods {
	readonly #store: TrainerStore;
	readonly #queue: JobQueue;
	readonly #limits: Limits;
	readonly #now: () => number;
	readonly #tombstones = new Map<string, number>();

	constructor(store: TrainerStore, queue: JobQueue, limits: Limits, now: () => number) {
		this.#store = store;
		this.#queue = queue;
		this.#limits = limits;
		this.#now = now;
	}

	/** The handler of each method; those that live on a connection are the connection's. */
	readonly handlers = {
		"runs.launch": (params: Params<"runs.launch">) => this.#launch("runs.launch", params),
		"evals.launch": (params: Params<"evals.launch">) => this.#launch("evals.launch", params),
		"runs.get": ({ runId }: Params<"runs.get">) => ({ run: withSpec(this.#store.get(runId)) }),
		"runs.list": (params: Params<"runs.list">) => this.#list(params),
		"runs.cancel": (params: Params<"runs.cancel">) => this.#cancel(params),
		"runs.resume": (params: Params<"runs.resume">) => this.#resume(params),
		"runs.delete": (params: Params<"runs.delete">) => this.#delete(params),
		"runs.events": (params: Params<"runs.events">) => this.#events(params),
		"artifacts.list": ({ runId }: Params<"artifacts.list">) => ({
			artifacts: this.#store.artifacts(this.#store.get(runId)),
		}),
		"logs.read": (params: Params<"logs.read">) => this.#readLog(params),
		"server.info": () => this.#info(),
		"server.preflight": (params: Params<"server.preflight">) => this.#preflight(params),
	};

	async #launch(method: "runs.launch" | "evals.launch", params: Params<"runs.launch">): Promise<Result<"runs.launch">> {
		const { idempotencyKey: key, ...rest } = params;
		const known = this.#store.launched(key, method, rest);
		if (known) return { run: withSpec(known), created: false };
		this.#refuseTombstone(key);
		const spec = readSpec(method, params.spec);
		const rows = this.#rowsOf(spec);
		const stored = await this.#store.create({
			spec,
			filled: filled(spec, rows),
			title: params.title ?? "",
			group: params.group ?? null,
			parentRunId: null,
			key,
			method,
			params: rest,
		});
		const run = withSpec(stored);
		this.#queue.add(stored);
		return { run, created: true };
	}

	#refuseTombstone(key: string): void {
		const untilMs = this.#tombstones.get(key);
		if (untilMs === undefined || untilMs < this.#now()) return;
		throw new TrainerError("launch_cancelled", "This launch was cancelled before it arrived.");
	}

	/** Rows of the run's dataset; 0 for an evaluation. Throws where the data or the target is not there. */
	#rowsOf(read: PracticeSpec): number {
		if (read.kind === "eval") return this.#checkTarget(read.spec.target);
		const { sha256 } = read.spec.data;
		const dataset = this.#store.datasets.get(`${sha256}:sft-jsonl`);
		if (!dataset)
			throw new TrainerError("dataset_missing", `There is no dataset ${sha256}.`, { param: "/data/sha256" });
		const evalSha256 = read.kind === "train" ? read.spec.data.evalSha256 : undefined;
		if (evalSha256 && !this.#store.datasets.has(`${evalSha256}:sft-jsonl`)) {
			throw new TrainerError("dataset_missing", `There is no dataset ${evalSha256}.`, { param: "/data/evalSha256" });
		}
		return dataset.rows;
	}

	#checkTarget(target: Extract<PracticeSpec, { kind: "eval" }>["spec"]["target"]): number {
		if (!("runId" in target)) return 0;
		const stored = this.#store.runs.get(target.runId);
		if (stored?.spec.kind !== "train") {
			throw new TrainerError("checkpoint_missing", `There is no student ${target.runId}.`, { param: "/target/runId" });
		}
		if (!stored.run.final) throw new TrainerError("run_active", `${target.runId} is still training.`);
		const steps = checkpointSteps(stored);
		const step = target.step ?? steps.at(-1);
		if (stored.run.state !== "succeeded" && step === undefined) {
			throw new TrainerError("checkpoint_missing", `${target.runId} left no checkpoint.`, { param: "/target/runId" });
		}
		if (target.step !== undefined && !steps.includes(target.step)) {
			throw new TrainerError("checkpoint_missing", `There is no checkpoint at step ${target.step}.`, {
				param: "/target/step",
			});
		}
		return 0;
	}

	#list({ kind, states, group, limit = 50, cursor }: Params<"runs.list">): Result<"runs.list"> {
		const all = [...this.#store.runs.values()].map(({ run }) => run).sort(newestFirst);
		const after = cursor === undefined ? undefined : Buffer.from(cursor, "base64url").toString();
		const rest = after === undefined ? all : all.filter((run) => place(run) < after);
		const fits = rest.filter(
			(run) =>
				(kind === undefined || run.kind === kind) &&
				(states === undefined || states.includes(run.state)) &&
				(group === undefined || run.group === group),
		);
		const runs = fits.slice(0, limit);
		const last = runs.at(-1);
		const nextCursor = fits.length > limit && last ? Buffer.from(place(last)).toString("base64url") : null;
		return { runs, nextCursor };
	}

	async #cancel({ runId, idempotencyKey = "" }: Params<"runs.cancel">): Promise<Result<"runs.cancel">> {
		const known = runId ?? this.#store.launches.get(idempotencyKey)?.runId;
		if (known === undefined) {
			this.#tombstones.set(idempotencyKey, this.#now() + tombstoneMs);
			return { tombstone: true };
		}
		const stored = this.#store.get(known);
		if (stored.run.final || stored.state === "cancelling") return { run: stored.run };
		const by = { reason: "user", fault: "user" } as const;
		if (this.#queue.isWaiting(stored) || stored.state === "interrupted" || stored.state === "lost") {
			this.#queue.withdraw(stored);
			await this.#store.enter(stored, "cancelled", by);
			return { run: stored.run };
		}
		// Between the last step and the final event the run counts as finished.
		if (["succeeded", "failed", "cancelled"].includes(stored.state)) return { run: stored.run };
		const entered = this.#store.enter(stored, "cancelling", by);
		await this.#store.cancel(stored);
		await entered;
		return { run: stored.run };
	}

	async #resume(params: Params<"runs.resume">): Promise<Result<"runs.resume">> {
		const { idempotencyKey: key, ...rest } = params;
		const known = this.#store.launched(key, "runs.resume", rest);
		if (known) return { run: known.run, continued: known.run.runId === params.runId };
		this.#refuseTombstone(key);
		const stored = this.#store.get(params.runId);
		const { state, title, group, runId } = stored.run;
		if (stored.spec.kind !== "train" || !["interrupted", "lost", "failed", "cancelled"].includes(state)) {
			throw new TrainerError("not_resumable", `${runId} is ${state} and cannot be resumed.`);
		}
		if (params.fromStep && !checkpointSteps(stored).includes(params.fromStep)) {
			throw new TrainerError("checkpoint_missing", `There is no checkpoint at step ${params.fromStep}.`);
		}
		const resumeFrom = params.fromStep ?? newestCheckpoint(stored) ?? 0;
		if (stored.run.final) {
			const { spec, filled } = stored;
			const named = { title, group, parentRunId: runId };
			const made = await this.#store.create({
				spec,
				filled,
				...named,
				resumeFrom,
				key,
				method: "runs.resume",
				params: rest,
			});
			const { run } = made;
			this.#queue.add(made);
			return { run, continued: false };
		}
		await requeue(this.#store, this.#queue, stored, {
			resumeFrom,
			reason: "resumed",
			launch: { key, method: "runs.resume", hash: hashOf(rest), runId },
		});
		return { run: stored.run, continued: true };
	}

	async #delete({ runId }: Params<"runs.delete">): Promise<Result<"runs.delete">> {
		const stored = this.#store.runs.get(runId);
		if (!stored) return { deleted: false };
		if (!stored.run.final && stored.state !== "interrupted" && stored.state !== "lost") {
			throw new TrainerError("run_active", `${runId} is ${stored.state}; cancel it first.`);
		}
		this.#queue.withdraw(stored);
		await this.#store.delete(stored);
		for (let attempt = 1; attempt <= stored.run.attempt; attempt += 1) {
			await rm(logPath(this.#store, runId, attempt), { force: true });
		}
		return { deleted: true };
	}

	#events({ runId, afterSeq, limit = 200 }: Params<"runs.events">): Result<"runs.events"> {
		const stored = this.#store.get(runId);
		checkCursor(stored, afterSeq);
		let bytes = pageSlack;
		const events = stored.events.slice(afterSeq, afterSeq + limit).filter((event, index) => {
			bytes += Buffer.byteLength(JSON.stringify(event)) + 1;
			return index === 0 || bytes <= this.#limits.outboundMessageBytes;
		});
		const { lastSeq, final } = stored.run;
		return { events, lastSeq, final, more: afterSeq + events.length < lastSeq };
	}

	async #readLog(params: Params<"logs.read">): Promise<Result<"logs.read">> {
		const { runId, attempt, stream, offset, limit = 65_536 } = params;
		const { run } = this.#store.get(runId);
		const isThere = stream === "worker" && (attempt ?? run.attempt) <= run.attempt;
		const path = logPath(this.#store, runId, attempt ?? run.attempt);
		const bytes = isThere ? await readFile(path).catch(() => Buffer.alloc(0)) : Buffer.alloc(0);
		return cutLog(bytes, offset, limit);
	}

	async #info(): Promise<Result<"server.info">> {
		const runs = [...this.#store.runs.values()].map(({ run }) => run);
		const { bavail, bsize } = await statfs(this.#store.folder);
		const time = this.#store.time();
		return {
			serverId: this.#store.serverId,
			logEpoch: this.#store.logEpoch,
			time,
			server: serverName,
			capabilities: capabilities(this.#limits),
			runs: {
				queued: runs.filter(({ state }) => state === "queued").length,
				active: runs.filter(({ state, final }) => !final && state !== "queued" && state !== "interrupted").length,
			},
			diskFreeBytes: bavail * bsize,
			engines: [{ name: "practice", reachable: true, lastSeenAt: time }],
		};
	}

	#preflight({ spec, depth }: Params<"server.preflight">): Promise<Result<"server.preflight">> {
		const read = readSpec("runs.launch", spec);
		return preflight(this.#store, read, this.#rowsOf(read), depth);
	}
}

/** The same run continues as its next attempt. */
export async function requeue(
	store: TrainerStore,
	queue: JobQueue,
	stored: StoredRun,
	how: {
		readonly resumeFrom: number;
		readonly reason: "resumed" | "requeued";
		readonly launch?: { key: string; method: string; hash: string; runId: string };
	},
): Promise<void> {
	stored.resumeFrom = how.resumeFrom;
	const attempt = stored.run.attempt + 1;
	await store.enter(
		stored,
		"queued",
		{ reason: how.reason },
		{ attempt, ...(how.launch ? { launch: how.launch } : {}) },
	);
	queue.add(stored);
}

export function checkCursor({ run: { runId, lastSeq } }: StoredRun, afterSeq: number): void {
	if (afterSeq <= lastSeq) return;
	throw new TrainerError("cursor_ahead", `${runId} has ${lastSeq} events, the cursor says ${afterSeq}.`, { lastSeq });
}

const withSpec = ({ run, filled: spec }: StoredRun): Run => ({ ...run, spec });
const place = ({ createdAt, runId }: Run) => `${createdAt} ${runId}`;
const newestFirst = (a: Run, b: Run) => (place(a) < place(b) ? 1 : -1);
