/** What the workspace keeps of its students: launches before they are sent, and every event that arrived. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { type MeasuredRow, RunEvent, readEvent } from "../core/trainer/events.ts";
import { Run } from "../core/trainer/objects.ts";
import { advance, describeRun, emptyRunView, type RunView } from "../core/trainer/run-view.ts";
import { RunId } from "../core/trainer/spec.ts";
import { JsonlLog } from "./jsonl-log.ts";

/** Which log of which server a run's events belong to; cursors are void in any other. */
export const LogOrigin = z.object({ serverId: z.string(), logEpoch: z.string() });
export type LogOrigin = z.infer<typeof LogOrigin>;

/** A wish, stored before it is sent, so that a crash neither loses it nor launches it twice. */
export const Launch = z.object({
	key: z.string(),
	method: z.enum(["runs.launch", "evals.launch", "runs.resume"]),
	params: z.record(z.string(), z.unknown()),
	/** Whatever the caller wants to find again: teacher, language, dataset. */
	about: z.record(z.string(), z.unknown()),
	serverId: z.string(),
	at: z.string(),
});
export type Launch = z.infer<typeof Launch>;
const LaunchEnd = z.object({ key: z.string(), runId: z.optional(z.string()), refused: z.optional(z.string()) });

const StudentFile = z.object({ run: Run, about: z.record(z.string(), z.unknown()), isGone: z.optional(z.boolean()) });

export interface Student {
	view: RunView;
	run: Run;
	about: Readonly<Record<string, unknown>>;
	origin: LogOrigin;
	/** True when the server no longer knows the run; what was received stays. */
	isGone: boolean;
	/** Of a measuring run. */
	measured: readonly MeasuredRow[];
}

interface Entry extends Student {
	log: Promise<JsonlLog> | undefined;
	/** The last write of its file. */
	writing: Promise<void>;
}

export class TrainerStudents {
	readonly #folder: string;
	readonly #students = new Map<string, Entry>();
	readonly #pending = new Map<string, Launch>();
	#launches: JsonlLog | undefined;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** Reads what is there: every curve, as far as it had come. */
	async open(): Promise<void> {
		await mkdir(this.#folder, { recursive: true });
		this.#launches = await JsonlLog.open(join(this.#folder, "launches.jsonl"), (line) => this.#replayLaunch(line));
		for (const entry of await readdir(this.#folder, { withFileTypes: true })) {
			if (entry.isDirectory() && RunId.safeParse(entry.name).success) await this.#read(entry.name);
		}
	}

	async close(): Promise<void> {
		for (const { log, writing } of this.#students.values()) {
			await writing.catch(() => {});
			await (await log)?.close();
		}
		await this.#launches?.close();
	}

	get(runId: string): Student | undefined {
		return this.#students.get(runId);
	}

	all(): readonly Student[] {
		return [...this.#students.values()];
	}

	/** Launches whose outcome is not known. */
	pending(): readonly Launch[] {
		return [...this.#pending.values()];
	}

	async intend(launch: Launch): Promise<void> {
		await this.#launchLog.append(launch);
		this.#pending.set(launch.key, launch);
	}

	async settle(key: string, outcome: { readonly runId?: string; readonly refused?: string }): Promise<void> {
		await this.#launchLog.append({ key, ...outcome });
		this.#pending.delete(key);
	}

	/** Takes in a run, new or known. */
	async keep(run: Run, origin: LogOrigin, about?: Readonly<Record<string, unknown>>): Promise<Student> {
		const known = this.#students.get(run.runId);
		const entry = known ?? this.#create(run, origin);
		entry.view = describeRun(entry.view, run);
		const isChanged = about !== undefined || !known || known.run.title !== run.title || known.isGone;
		entry.run = { ...run, spec: run.spec ?? entry.run.spec };
		if (about) entry.about = about;
		entry.isGone = false;
		if (isChanged) await this.#writeFile(entry);
		return entry;
	}

	/** Applies the run's next event at once, and resolves when it is on disk. */
	async apply(runId: string, event: RunEvent): Promise<void> {
		const entry = this.#students.get(runId);
		if (!entry) return;
		take(entry, event);
		await this.#append(entry, event);
		if (!entry.view.isFinal) return;
		const { log } = entry;
		entry.log = undefined;
		await (await log)?.close();
	}

	/** The run's log starts again: what was cached is replaced by what will come. */
	async restart(runId: string, origin: LogOrigin): Promise<void> {
		const entry = this.#students.get(runId);
		if (!entry) return;
		entry.origin = origin;
		entry.measured = [];
		entry.view = describeRun(emptyRunView(runId), entry.run);
		await this.#append(entry, { log: origin });
	}

	async markGone(runId: string): Promise<void> {
		const entry = this.#students.get(runId);
		if (!entry) return;
		entry.isGone = true;
		await this.#writeFile(entry);
	}

	async remove(runId: string): Promise<void> {
		const entry = this.#students.get(runId);
		this.#students.delete(runId);
		await entry?.writing.catch(() => {});
		await (await entry?.log)?.close();
		await rm(join(this.#folder, runId), { recursive: true, force: true });
	}

	folderOf(runId: string): string {
		return join(this.#folder, runId);
	}

	get #launchLog(): JsonlLog {
		if (!this.#launches) throw new Error("The students folder is not open.");
		return this.#launches;
	}

	#eventsPath(runId: string): string {
		return join(this.#folder, runId, "events.jsonl");
	}

	#create(run: Run, origin: LogOrigin): Entry {
		const view = emptyRunView(run.runId);
		const entry: Entry = {
			view,
			run,
			about: {},
			origin,
			isGone: false,
			measured: [],
			log: undefined,
			writing: Promise.resolve(),
		};
		this.#students.set(run.runId, entry);
		// A log that cannot be written makes the next event fail as well, which is reported there.
		this.#append(entry, { log: origin }).catch(() => {});
		return entry;
	}

	/** Rows land in the order of the calls: all wait for the same log to be open. */
	async #append(entry: Entry, row: unknown): Promise<void> {
		entry.log ??= JsonlLog.open(this.#eventsPath(entry.view.runId));
		const log = await entry.log;
		await log.append(row);
	}

	async #read(runId: string): Promise<void> {
		const text = await readFile(join(this.#folder, runId, "student.json"), "utf8").catch(() => undefined);
		const file = text === undefined ? undefined : StudentFile.safeParse(parse(text));
		if (!file?.success) return;
		const { run, about, isGone = false } = file.data;
		const entry: Entry = {
			view: emptyRunView(runId),
			run,
			about,
			origin: nowhere,
			isGone,
			measured: [],
			log: undefined,
			writing: Promise.resolve(),
		};
		const log = await JsonlLog.open(this.#eventsPath(runId), (line) => replayEvent(entry, line));
		entry.view = describeRun(entry.view, run);
		this.#students.set(runId, entry);
		if (entry.view.isFinal) await log.close();
		else entry.log = Promise.resolve(log);
	}

	#replayLaunch(line: string): void {
		const launch = Launch.safeParse(parse(line));
		if (launch.success) this.#pending.set(launch.data.key, launch.data);
		const end = LaunchEnd.safeParse(parse(line));
		if (end.success && (end.data.runId ?? end.data.refused) !== undefined) this.#pending.delete(end.data.key);
	}

	/** One after the other: two writers of one file would take it from under each other. */
	#writeFile(entry: Entry): Promise<void> {
		const write = async () => {
			const { run, about, isGone } = entry;
			await mkdir(join(this.#folder, run.runId), { recursive: true });
			const path = join(this.#folder, run.runId, "student.json");
			await writeFile(`${path}.new`, `${JSON.stringify({ run, about, isGone }, null, "\t")}\n`);
			await rename(`${path}.new`, path);
		};
		entry.writing = entry.writing.then(write, write);
		return entry.writing;
	}
}

const nowhere: LogOrigin = { serverId: "", logEpoch: "" };
const OriginLine = z.object({ log: LogOrigin });

function replayEvent(entry: Entry, line: string): void {
	const value = parse(line);
	const origin = OriginLine.safeParse(value);
	if (origin.success) {
		entry.origin = origin.data.log;
		entry.view = emptyRunView(entry.view.runId);
		entry.measured = [];
		return;
	}
	const event = RunEvent.safeParse(value);
	if (event.success) take(entry, event.data);
}

function take(entry: Entry, event: RunEvent): void {
	const { cursor } = entry.view;
	entry.view = advance(entry.view, event);
	if (event.type !== "measure.result" || entry.view.cursor === cursor) return;
	const known = readEvent(event);
	if (known?.type === "measure.result") entry.measured = [...entry.measured, ...known.data.results];
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
