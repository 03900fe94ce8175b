/** Runs the practice trainer's runs, one after the other: training, evaluation, measuring, each step by step. */
import { createHash } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunState } from "../core/trainer/objects.ts";
import { trainingPair } from "../core/trainer/rows.ts";
import type { EncodedPair } from "./student.ts";
import { encodePair } from "./student.ts";
import type { StateDetails, StoredRun } from "./trainer-journal.ts";
import type { TrainerStore } from "./trainer-store.ts";

/** Test only: what goes wrong in a run. */
export type Fault = "fail" | "hang" | "repeat" | "nan";

/** The world as the jobs need it. */
export interface JobsWorld {
	readonly mediaFolder: string;
	readonly now: () => number;
	/** Resolves after so many milliseconds; rejects when the trainer closes. */
	readonly wait: (ms: number) => Promise<void>;
	/** Milliseconds a run takes at least, so that it can be watched. */
	readonly runMs: number;
	readonly fault: (title: string) => Fault | undefined;
}

/** A run that ended before its work was done. */
export class Stopped extends Error {}
/** The run goes back into the queue. */
export class Requeued extends Error {}
export class JobFailure extends Error {
	readonly reason: string;
	readonly fault: "user" | "system";
	constructor(reason: string, message: string, fault: "user" | "system" = "user") {
		super(message);
		this.reason = reason;
		this.fault = fault;
	}
}

/** One run under way, with what every kind of work needs. */
export class Job {
	readonly stored: StoredRun;
	readonly store: TrainerStore;
	readonly world: JobsWorld;
	readonly #startedMs: number;
	#logOffset: number | undefined;
	#progressMs = Number.NEGATIVE_INFINITY;

	constructor(stored: StoredRun, store: TrainerStore, world: JobsWorld) {
		this.stored = stored;
		this.store = store;
		this.world = world;
		this.#startedMs = world.now();
	}

	get elapsedS(): number {
		return (this.world.now() - this.#startedMs) / 1000;
	}

	/** Throws where the user asked to stop or the run was deleted; called right before whatever must not happen after. */
	check(): void {
		if (this.stored.isCancelled || this.stored.isDeleted) throw new Stopped();
	}

	async pause(share: number): Promise<void> {
		await this.world.wait(this.world.runMs * share);
		this.check();
	}

	/** Lets sockets and timers have their turn during long counting. */
	breathe(): Promise<void> {
		return new Promise((resolve) => setImmediate(resolve));
	}

	enter(state: RunState, details: StateDetails = {}): Promise<void> {
		this.check();
		return this.store.enter(this.stored, state, details);
	}

	emit(type: string, data: Record<string, unknown>): Promise<void> {
		return this.store.emit(this.stored, type, data);
	}

	/** At most one a second, but always the first and the one that says `isLast`. */
	async progress(phase: string, step: number, totalSteps: number, epoch: number, isLast = false): Promise<void> {
		if (!isLast && this.world.now() - this.#progressMs < 1000) return;
		this.#progressMs = this.world.now();
		const elapsedS = this.elapsedS;
		const etaS = step === 0 ? null : (elapsedS / step) * (totalSteps - step);
		await this.emit("run.progress", { phase, step, totalSteps, epoch, elapsedS, etaS });
	}

	async log(line: string): Promise<void> {
		const { runId, attempt } = this.stored.run;
		const path = logPath(this.store, runId, attempt);
		this.#logOffset ??= await readFile(path).then(
			({ length }) => length,
			() => 0,
		);
		const text = `${line}\n`;
		await appendFile(path, text);
		await this.emit("run.log", { stream: "worker", offset: this.#logOffset, text });
		this.#logOffset += Buffer.byteLength(text);
	}

	async artifact(name: string, kind: string, content: Uint8Array, step: number | null): Promise<void> {
		const sha256 = createHash("sha256").update(content).digest("hex");
		await writeFile(artifactPath(this.store, sha256), content);
		await this.emit("artifact.ready", { name, sha256, bytes: content.length, kind, step });
	}
}

export const logPath = (store: TrainerStore, runId: string, attempt: number) =>
	join(store.folder, "logs", `${runId}-${attempt}.log`);
export const artifactPath = (store: TrainerStore, sha256: string) => join(store.folder, "artifacts", sha256);

export interface DatasetRow {
	readonly line: string;
	readonly row: Readonly<Record<string, unknown>>;
	readonly pair: EncodedPair;
	readonly prompt: string;
	readonly response: string;
}

/** The rows of an uploaded training set, which were checked when it came in. */
export async function readRows(
	store: TrainerStore,
	sha256: string,
	lossOn: "assistant" | "all" = "assistant",
): Promise<DatasetRow[]> {
	const text = await readFile(store.datasetPath(sha256, "sft-jsonl"), "utf8").catch((cause: unknown) => {
		throw new JobFailure("bad_dataset", `The dataset ${sha256} cannot be read: ${String(cause)}`, "system");
	});
	const lines = text.split("\n").filter((line) => line !== "");
	return lines.map((line) => {
		const row = JSON.parse(line) as Record<string, unknown>;
		const pair = trainingPair(row);
		return { line, row, ...pair, pair: encodePair(pair, lossOn) };
	});
}

/** Works through the queue; a run that is queued while another is under way waits for it. */
export class JobQueue {
	readonly #store: TrainerStore;
	readonly #world: JobsWorld;
	readonly #work: (job: Job) => Promise<void>;
	readonly #waiting: StoredRun[] = [];
	#busy: Promise<void> | undefined;
	#isClosed = false;
	/** The run under way. */
	active: StoredRun | undefined;

	constructor(store: TrainerStore, world: JobsWorld, work: (job: Job) => Promise<void>) {
		this.#store = store;
		this.#world = world;
		this.#work = work;
	}

	add(stored: StoredRun): void {
		this.#waiting.push(stored);
		this.#busy ??= this.#drain();
	}

	/** True for a run that no job holds yet, so that a cancel ends it at once. */
	isWaiting(stored: StoredRun): boolean {
		return this.#waiting.includes(stored);
	}

	withdraw(stored: StoredRun): void {
		const at = this.#waiting.indexOf(stored);
		if (at !== -1) this.#waiting.splice(at, 1);
	}

	/** Stops between two steps, as a killed process would: without a word in the log. */
	async close(): Promise<void> {
		this.#isClosed = true;
		this.#waiting.length = 0;
		await this.#busy;
	}

	async #drain(): Promise<void> {
		for (let next = this.#waiting.shift(); next && !this.#isClosed; next = this.#waiting.shift()) {
			this.active = next;
			await this.#run(next);
			this.active = undefined;
		}
		this.#busy = undefined;
	}

	async #run(stored: StoredRun): Promise<void> {
		const job = new Job(stored, this.#store, this.#world);
		try {
			await this.#work(job);
		} catch (cause) {
			if (this.#isClosed || stored.isDeleted) return;
			if (cause instanceof Requeued) return void this.#waiting.push(stored);
			await this.#end(job, cause).catch(() => {});
		}
	}

	async #end(job: Job, cause: unknown): Promise<void> {
		if (cause instanceof Stopped) return this.#store.enter(job.stored, "cancelled", { reason: "user", fault: "user" });
		const { reason, fault } =
			cause instanceof JobFailure ? cause : { reason: "worker_crash", fault: "system" as const };
		const message = (cause instanceof Error ? cause.message : String(cause)).slice(0, 2000);
		await job.emit("run.error", { code: reason, message });
		await this.#store.enter(job.stored, "failed", { reason, fault, message });
	}
}
