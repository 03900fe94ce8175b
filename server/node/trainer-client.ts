/** A trainer as the rest of the product sees it: launch, follow, cancel, resume; nothing launched or received is lost. */
import { UserError } from "../core/problem.ts";
import type { MeasuredRow, RunEvent } from "../core/trainer/events.ts";
import type { InitializeResult, MethodName, Params, Preflight, Result } from "../core/trainer/methods.ts";
import type { Artifact, Dataset, Run } from "../core/trainer/objects.ts";
import type { RunView } from "../core/trainer/run-view.ts";
import type { Link } from "../core/trainer/session.ts";
import type { EvalSpec, MeasureSpec, TrainSpec } from "../core/trainer/spec.ts";
import type { TrainWish } from "../core/trainer/train-draft.ts";
import { TrainerDownloads } from "./trainer-downloads.ts";
import { TrainerLaunches } from "./trainer-launches.ts";
import { TrainerLink } from "./trainer-link.ts";
import { asUserError } from "./trainer-refusal.ts";
import type { TrainerAddress } from "./trainer-socket.ts";
import { type Launch, type LogOrigin, type Student, TrainerStudents } from "./trainer-students.ts";
import { TrainerUploads } from "./trainer-uploads.ts";

export interface TrainerClientOptions extends TrainerAddress {
	/** `.polyglot/students` of the workspace. */
	readonly folder: string;
	readonly version: string;
	readonly random?: () => number;
	readonly now?: () => number;
	/** Told when what arrived could not be kept. */
	readonly onError?: (cause: unknown) => void;
}

export type MeasureWish = Omit<MeasureSpec, "data">;

export interface LaunchDetails {
	readonly title?: string;
	readonly group?: string;
	/** What the caller wants to find again with the run: teacher, language, dataset. */
	readonly about?: Readonly<Record<string, unknown>>;
	/** Told how many bytes of the dataset the trainer has. */
	readonly onUpload?: (stored: number, bytes: number) => void;
}

export class TrainerClient {
	readonly #options: TrainerClientOptions;
	readonly #students: TrainerStudents;
	readonly #listeners = new Set<(runId: string | undefined) => void>();
	readonly #uploads: TrainerUploads;
	readonly #downloads: TrainerDownloads;
	readonly #launches: TrainerLaunches;
	readonly #link: TrainerLink;
	#writing: Promise<void> = Promise.resolve();
	#isClosed = false;

	private constructor(options: TrainerClientOptions, students: TrainerStudents) {
		this.#options = options;
		this.#students = students;
		const { random = Math.random, now = Date.now, version } = options;
		const origin = newestOrigin(students.all());
		const client = { name: "polyglot-lens", version };
		this.#link = new TrainerLink(
			{ address: options, client, origin, random, now },
			{
				apply: (runId, event) => this.#apply(runId, event),
				restart: (runId) => this.#restart(runId),
				gone: (runId) => this.#write(runId, () => students.markGone(runId)),
				progress: (progress) => this.#uploads.progress(progress),
				frame: (bytes) => this.#downloads.frame(bytes),
				notice: (kind, runIds) => this.#notice(kind, runIds),
				linkChanged: (link) => this.#linkChanged(link),
				ready: () => void this.#afterReady().catch((cause) => this.#failed(cause)),
			},
		);
		this.#uploads = new TrainerUploads(this.#link);
		this.#downloads = new TrainerDownloads(this.#link);
		this.#launches = new TrainerLaunches(this.#link, students, now, (run, about) => this.#keep(run, about));
		if (origin) this.#followThoseOf(origin.serverId);
	}

	/** Reads what the workspace already knows. No network yet. */
	static async open(options: TrainerClientOptions): Promise<TrainerClient> {
		const students = new TrainerStudents(options.folder);
		await students.open();
		return new TrainerClient(options, students);
	}

	get link(): Link {
		return this.#link.link;
	}

	/** Name, capabilities and limits of the trainer; undefined before the first connection. */
	get server(): InitializeResult | undefined {
		return this.#link.server;
	}

	/** Resolves when connected. Rejects with a UserError when the first try fails; open runs are retried regardless. */
	async connect(): Promise<InitializeResult> {
		await this.#link.connect();
		const { server } = this.#link;
		if (!server) throw new UserError("trainer-away", "The trainer did not introduce itself.");
		return server;
	}

	/** Uploads the dataset if the trainer does not have it, then launches. */
	async launchTrain(wish: TrainWish, datasetFile: string, details: LaunchDetails = {}): Promise<Run> {
		const { sha256 } = await this.upload(datasetFile, "sft-jsonl", details.onUpload);
		return this.#launch("runs.launch", { ...wish, data: { ...wish.data, sha256 } }, details);
	}

	launchEval(spec: EvalSpec, details: LaunchDetails = {}): Promise<Run> {
		return this.#launch("evals.launch", { ...spec }, details);
	}

	/** Perplexity of a dataset's responses under a base model; needs the trainer's feature `measure`. */
	async launchMeasure(wish: MeasureWish, datasetFile: string, details: LaunchDetails = {}): Promise<Run> {
		const { sha256 } = await this.upload(datasetFile, "sft-jsonl", details.onUpload);
		return this.#launch("runs.launch", { ...wish, data: { sha256 } }, details);
	}

	async cancel(runId: string, graceS?: number): Promise<Run> {
		const result = await this.#ask("runs.cancel", { runId, ...(graceS === undefined ? {} : { graceS }) });
		if (!("run" in result)) throw new UserError("trainer-not_found", `The trainer does not know the run ${runId}.`);
		return this.#keep(result.run);
	}

	/** Goes on from a checkpoint: the same run if it was interrupted, else a new one. */
	async resume(runId: string, fromStep?: number): Promise<Run> {
		const params = { runId, ...(fromStep === undefined ? {} : { fromStep }) };
		return this.#launches.intend("runs.resume", params, this.#students.get(runId)?.about ?? {});
	}

	/** Removes the run from the trainer and from the workspace. */
	async remove(runId: string): Promise<void> {
		await this.#ask("runs.delete", { runId });
		this.#link.forget(runId);
		await this.#students.remove(runId);
		this.#tell(runId);
	}

	/** All runs of the trainer, newest first, taken in and followed. */
	async list(filter: Omit<Params<"runs.list">, "cursor" | "limit"> = {}): Promise<Run[]> {
		const runs: Run[] = [];
		for (let cursor: string | undefined; ; ) {
			const page = await this.#ask("runs.list", { ...filter, limit: 200, ...(cursor ? { cursor } : {}) });
			for (const run of page.runs) runs.push(await this.#keep(run));
			if (page.nextCursor === null) return runs;
			cursor = page.nextCursor;
		}
	}

	/** What a panel draws of the run, as far as its events have come. */
	view(runId: string): RunView | undefined {
		return this.#students.get(runId)?.view;
	}

	/** Every run the workspace knows, also without a link. */
	students(): readonly Student[] {
		return this.#students.all();
	}

	/** Launches whose outcome is not known yet. */
	pendingLaunches(): readonly Launch[] {
		return this.#students.pending();
	}

	/** Called with the run that changed, or undefined for the link. Returns how to stop. */
	onChange(listener: (runId: string | undefined) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** The view once the run has ended. */
	whenFinal(runId: string, signal?: AbortSignal): Promise<RunView> {
		return new Promise((resolve, reject) => {
			const look = () => {
				const view = this.view(runId);
				if (!view?.isFinal && !signal?.aborted) return;
				stop();
				if (view?.isFinal) resolve(view);
				else reject(signal?.reason);
			};
			const stopListening = this.onChange(look);
			signal?.addEventListener("abort", look);
			const stop = () => {
				stopListening();
				signal?.removeEventListener("abort", look);
			};
			look();
		});
	}

	preflight(spec: TrainSpec, depth: "quick" | "full"): Promise<Preflight> {
		return this.#ask("server.preflight", { spec: { ...spec }, depth });
	}

	info(): Promise<Result<"server.info">> {
		return this.#ask("server.info", {});
	}

	readLog(params: Params<"logs.read">): Promise<Result<"logs.read">> {
		return this.#ask("logs.read", params);
	}

	async artifacts(runId: string): Promise<Artifact[]> {
		return (await this.#ask("artifacts.list", { runId })).artifacts;
	}

	/** Fetches an artifact into `folder`, checks it, and says where it lies. */
	download(artifact: Artifact, folder: string, onBytes?: (done: number) => void): Promise<string> {
		return this.#downloads.download(artifact, folder, onBytes);
	}

	/** What a measuring run found so far, row by row, in dataset order. */
	measured(runId: string): readonly MeasuredRow[] {
		return this.#students.get(runId)?.measured ?? [];
	}

	/** Uploads a file unless the trainer has it; goes on where it stopped, over as many links as it takes. */
	upload(
		path: string,
		kind: Dataset["kind"],
		onStored: (stored: number, bytes: number) => void = () => {},
	): Promise<Dataset> {
		return this.#uploads.upload(path, kind, onStored);
	}

	/** Ends the link; runs go on at the trainer. What arrived is on disk when this resolves. */
	async close(): Promise<void> {
		this.#isClosed = true;
		this.#link.close();
		await this.#writing;
		await this.#students.close();
	}

	#launch(method: "runs.launch" | "evals.launch", spec: Record<string, unknown>, details: LaunchDetails): Promise<Run> {
		const { title, group, about = {} } = details;
		const params = { spec, ...(title ? { title } : {}), ...(group ? { group } : {}) };
		return this.#launches.intend(method, params, about);
	}

	async #keep(run: Run, about?: Launch["about"]): Promise<Run> {
		const student = await this.#students.keep(run, this.#link.origin, about);
		this.#link.follow(student);
		this.#tell(run.runId);
		return run;
	}

	async #ask<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
		try {
			return await this.#link.persist(method, params);
		} catch (cause) {
			throw asUserError(cause);
		}
	}

	#followThoseOf(serverId: string): void {
		for (const student of this.#students.all()) {
			if (student.origin.serverId === serverId && !student.isGone) this.#link.follow(student);
		}
	}

	async #afterReady(): Promise<void> {
		this.#followThoseOf(this.#link.origin.serverId);
		await this.#launches.repeatPending((cause) => this.#failed(cause));
	}

	#apply(runId: string, event: RunEvent): void {
		this.#students.apply(runId, event).catch((cause) => this.#failed(cause));
		this.#tell(runId);
	}

	/** At once, so that the events that follow meet an empty view. */
	#restart(runId: string): void {
		this.#students.restart(runId, this.#link.origin).catch((cause) => this.#failed(cause));
		this.#tell(runId);
	}

	#write(runId: string, write: () => Promise<void>): void {
		this.#writing = this.#writing.then(write).catch((cause) => this.#failed(cause));
		this.#tell(runId);
	}

	#notice(kind: string, runIds: readonly string[]): void {
		if (kind === "runDeleted") for (const runId of runIds) this.#write(runId, () => this.#students.markGone(runId));
	}

	#linkChanged(link: Link): void {
		if (link.state !== "ready") this.#uploads.abandon("The link to the trainer broke.");
		this.#tell(undefined);
	}

	#failed(cause: unknown): void {
		if (!this.#isClosed) this.#options.onError?.(cause);
	}

	#tell(runId: string | undefined): void {
		for (const listener of [...this.#listeners]) listener(runId);
	}
}

/** The log of the server that was used last. */
function newestOrigin(students: readonly Student[]): LogOrigin | undefined {
	const known = students.filter(({ origin }) => origin.serverId !== "");
	return known.sort((a, b) => (a.run.createdAt < b.run.createdAt ? 1 : -1))[0]?.origin;
}
