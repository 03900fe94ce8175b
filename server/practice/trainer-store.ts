/** What a practice trainer remembers: one append-only journal of runs, their events, keys and datasets. */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { TrainerError } from "../core/trainer/errors.ts";
import type { RunEvent } from "../core/trainer/events.ts";
import type { Artifact, Dataset, Run, RunState } from "../core/trainer/objects.ts";
import { JsonlLog } from "../node/jsonl-log.ts";
import { hashOf } from "./trainer-hash.ts";
import {
	type Entry,
	type EventDetails,
	finalStates,
	follow,
	type KeyedLaunch,
	type Launch,
	type StateDetails,
	type StoredRun,
	stateData,
} from "./trainer-journal.ts";
import type { PracticeSpec } from "./trainer-spec.ts";

export class TrainerStore {
	readonly folder: string;
	readonly runs = new Map<string, StoredRun>();
	readonly datasets = new Map<string, Dataset>();
	readonly launches = new Map<string, Launch>();
	serverId = "";
	logEpoch = "";
	readonly #now: () => number;
	#journal: JsonlLog | undefined;
	/** Ids of runs that changed, for notices. */
	onChange: (runId: string) => void = () => {};

	constructor(folder: string, now: () => number) {
		this.folder = folder;
		this.#now = now;
	}

	async open(): Promise<void> {
		await mkdir(join(this.folder, "datasets"), { recursive: true, mode: 0o700 });
		await mkdir(join(this.folder, "artifacts"), { recursive: true, mode: 0o700 });
		await mkdir(join(this.folder, "logs"), { recursive: true, mode: 0o700 });
		this.#journal = await JsonlLog.open(join(this.folder, "journal.jsonl"), (line) => this.#replay(JSON.parse(line)));
		if (this.serverId !== "") return;
		const entry: Entry = { entry: "server", serverId: randomUUID(), logEpoch: randomUUID() };
		await this.#write(entry);
		this.#replay(entry);
	}

	async close(): Promise<void> {
		await this.#journal?.close();
	}

	time(): string {
		return new Date(this.#now()).toISOString();
	}

	get(runId: string): StoredRun {
		const stored = this.runs.get(runId);
		if (!stored) throw new TrainerError("not_found", `There is no run ${runId}.`, { runId });
		return stored;
	}

	/** The run an earlier call with this key made, or undefined for a new key. */
	launched(key: string, method: string, params: unknown): StoredRun | undefined {
		const launch = this.launches.get(key);
		if (!launch) return undefined;
		if (launch.method !== method || launch.hash !== hashOf(params)) {
			const message = `The key ${key} was used for another ${launch.method}.`;
			throw new TrainerError("idempotency_conflict", message, { runId: launch.runId });
		}
		const stored = this.runs.get(launch.runId);
		if (!stored) throw new TrainerError("launch_cancelled", `The run of the key ${key} was deleted.`);
		return stored;
	}

	/** Stores run, key and first event in one row. */
	async create(made: {
		readonly spec: PracticeSpec;
		readonly filled: Record<string, unknown>;
		readonly title: string;
		readonly group: string | null;
		readonly parentRunId: string | null;
		readonly resumeFrom?: number | undefined;
		readonly key: string;
		readonly method: string;
		readonly params: unknown;
	}): Promise<StoredRun> {
		const { spec, filled, title, group, parentRunId, resumeFrom, key, method, params } = made;
		const run = this.#newRun(spec, filled, { title, group, parentRunId });
		const launch = { key, method, hash: hashOf(params), runId: run.runId };
		const event = this.#event(1, 1, "run.state", stateData("queued", null));
		const entry: Entry = {
			entry: "run",
			run,
			spec,
			filled,
			...(resumeFrom === undefined ? {} : { resumeFrom }),
			launch,
			event,
		};
		// The key is taken at once, so that the same launch twice in one breath makes one run.
		this.#replay(entry);
		await this.#write(entry);
		this.onChange(run.runId);
		return this.get(run.runId);
	}

	/** Appends an event. Its `seq` is taken at once; subscribers see it when it is on disk. */
	async emit(stored: StoredRun, type: string, data: Record<string, unknown>, more: EventDetails = {}): Promise<void> {
		if (stored.isDeleted) return;
		stored.seq += 1;
		const event = this.#event(stored.seq, more.attempt ?? stored.run.attempt, type, data);
		if (event.attempt > stored.run.attempt) stored.run = { ...stored.run, attempt: event.attempt };
		const entry: Entry = {
			entry: "event",
			runId: stored.run.runId,
			event,
			...(more.launch ? { launch: more.launch } : {}),
		};
		if (more.launch) this.#remember(more.launch);
		await this.#write(entry);
		this.#land(stored, event);
		this.onChange(stored.run.runId);
	}

	/** Enters a state. A final one carries its own `seq` as `lastSeq`. A resume stores its key with the state. */
	enter(stored: StoredRun, state: RunState, details: StateDetails = {}, more: EventDetails = {}): Promise<void> {
		stored.state = state;
		const data: Record<string, unknown> = { ...stateData(state, details.reason ?? null), ...details };
		if (finalStates.includes(state)) data.lastSeq = stored.seq + 1;
		return this.emit(stored, "run.state", data, more);
	}

	async cancel(stored: StoredRun): Promise<void> {
		stored.isCancelled = true;
		await this.#write({ entry: "intent", runId: stored.run.runId });
	}

	async delete(stored: StoredRun): Promise<void> {
		const { runId } = stored.run;
		await this.#write({ entry: "deleted", runId });
		this.#replay({ entry: "deleted", runId });
	}

	async addDataset(dataset: Dataset): Promise<void> {
		await this.#write({ entry: "dataset", dataset });
		this.#replay({ entry: "dataset", dataset });
	}

	datasetPath(sha256: string, kind: string): string {
		return join(this.folder, "datasets", `${sha256}.${kind}`);
	}

	artifacts(stored: StoredRun): Artifact[] {
		const ready = stored.events.filter(({ type }) => type === "artifact.ready");
		return ready.map(({ data }) => data as unknown as Artifact);
	}

	/** Bytes all datasets take. */
	storedBytes(): number {
		return [...this.datasets.values()].reduce((sum, { bytes }) => sum + bytes, 0);
	}

	async #write(entry: Entry): Promise<void> {
		if (!this.#journal) throw new Error("The practice trainer's journal is not open.");
		await this.#journal.append(entry);
	}

	#replay(entry: Entry): void {
		switch (entry.entry) {
			case "server":
				this.serverId = entry.serverId;
				this.logEpoch = entry.logEpoch;
				return;
			case "run": {
				const { run, spec, filled, resumeFrom, launch, event } = entry;
				this.#remember(launch);
				this.runs.set(run.runId, {
					run,
					spec,
					filled,
					events: [event],
					seq: 1,
					state: "queued",
					isCancelled: false,
					resumeFrom,
					watchers: new Set(),
					isDeleted: false,
				});
				return;
			}
			case "event": {
				const stored = this.runs.get(entry.runId);
				if (entry.launch) this.#remember(entry.launch);
				if (!stored) return;
				stored.seq = entry.event.seq;
				this.#land(stored, entry.event);
				return;
			}
			case "intent": {
				const stored = this.runs.get(entry.runId);
				if (stored) stored.isCancelled = true;
				return;
			}
			case "deleted": {
				const stored = this.runs.get(entry.runId);
				if (stored) stored.isDeleted = true;
				this.runs.delete(entry.runId);
				for (const wake of stored?.watchers ?? []) wake();
				return;
			}
			case "dataset":
				this.datasets.set(`${entry.dataset.sha256}:${entry.dataset.kind}`, entry.dataset);
		}
	}

	#remember({ key, ...launch }: KeyedLaunch): void {
		this.launches.set(key, launch);
	}

	/** The event is on disk: it belongs to the log, and the run object follows it. */
	#land(stored: StoredRun, event: RunEvent): void {
		stored.events.push(event);
		stored.run = follow(
			{ ...stored.run, lastSeq: event.seq, attempt: Math.max(stored.run.attempt, event.attempt) },
			event,
		);
		if (event.type === "run.state" && event.seq === stored.seq) stored.state = event.data.state as RunState;
		for (const wake of stored.watchers) wake();
	}

	#newRun(
		spec: PracticeSpec,
		filled: Record<string, unknown>,
		named: Pick<Run, "title" | "group" | "parentRunId">,
	): Run {
		return {
			runId: `${spec.kind[0]}-${randomUUID().slice(0, 13)}`,
			kind: spec.kind,
			...named,
			state: "queued",
			reason: null,
			fault: null,
			final: false,
			attempt: 1,
			lastSeq: 1,
			step: 0,
			totalSteps: null,
			createdAt: this.time(),
			startedAt: null,
			endedAt: null,
			engine: "practice",
			engineHandle: null,
			practice: true,
			specSha256: hashOf(filled),
			error: null,
		};
	}

	#event(seq: number, attempt: number, type: string, data: Record<string, unknown>): RunEvent {
		return { seq, ts: this.time(), attempt, type, data };
	}
}
