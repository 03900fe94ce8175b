/** A generation run: one folder, one lane a teacher, rows acknowledged on disk before they count. */
import { randomBytes } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Accept } from "../core/generate/acceptance.ts";
import { originOf } from "../core/generate/base-url.ts";
import { type CompletionDoor, requireDoor } from "../core/generate/completion-door.ts";
import { type Estimate, estimateRun } from "../core/generate/estimate.ts";
import type { MonitorMessage } from "../core/generate/monitor-message.ts";
import { type Cell, equalShares } from "../core/generate/plan.ts";
import type { Manifest, RunTeacher } from "../core/generate/run-records.ts";
import { type Budget, budgetProblem } from "../core/generate/spending.ts";
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import { UserError } from "../core/problem.ts";
import type { Templates } from "../core/project.ts";
import type { Strategy } from "../core/sample-row.ts";
import { readManifest, runFolder, writeManifest } from "./generate-folder.ts";
import { lockRun } from "./generate-lock.ts";
import { runNotes } from "./generate-notes.ts";
import type { SessionOptions } from "./generate-open.ts";
import { contextNeeds, RunPlans, requireSeeds, templateHashes } from "./generate-plans.ts";
import type { SessionEnd, SessionProgress } from "./generate-progress.ts";
import { EarlierAnswers } from "./generate-reuse.ts";
import { readSeeds, type Seeds } from "./generate-seeds.ts";
import { RunSession } from "./generate-session.ts";
import { probedManifest } from "./teacher-probe.ts";

/** What every start needs, new or resumed. */
export interface RunSurroundings {
	/** The workspace; the run lives in its `.polyglot/runs`. */
	readonly folder: string;
	/** The key for a teacher at this origin, or null. A key is asked for by origin and goes nowhere else. */
	readonly key: (teacher: string, origin: string) => Promise<string | null>;
	readonly onProgress?: (progress: SessionProgress) => void;
	/** Aborting cancels: what is on the wire is given up, what was accepted stays. */
	readonly signal?: AbortSignal;
	/** Further checks a row must pass to count. */
	readonly accept?: Accept;
	/** Whole time of one attempt. */
	readonly timeoutMs?: number;
	/** Where teachers of kind `vscode` are asked; only the editor has it. */
	readonly door?: CompletionDoor;
	/** First wait between two looks at a batch. */
	readonly pollMs?: number;
	/** False: a cut-off answer is given up at once; else it is asked again once with twice the token limit. */
	readonly doubleTruncated?: boolean;
	/** Finds out first which answer form and token limit each endpoint keeps to; a few small requests, once a run. */
	readonly probe?: boolean;
	/** Takes answers of earlier runs to the very same requests instead of asking again. */
	readonly reuse?: boolean;
	/** With `reuse`: other addresses of the same models whose answers count as well. */
	readonly reuseOrigins?: readonly string[];
}

export interface GenerateOptions extends RunSurroundings {
	readonly teachers: readonly RunTeacher[];
	/** Each teacher writes in each of them. */
	readonly languages: readonly string[];
	readonly strategies: readonly Strategy[];
	/** Paths of seed files. */
	readonly seedFiles: readonly string[];
	/** Accepted samples wanted of each teacher in each language, in equal shares over the strategies. */
	readonly count: number;
	/** The grid cell by cell, where shares are not equal; then languages, strategies and count are not read. */
	readonly cells?: readonly Cell[];
	/** JSONL file the accepted rows are appended to. */
	readonly output: string;
	/** Decides every draw. */
	readonly seed: number;
	readonly templates?: Templates;
	readonly budget?: Budget;
	/** From `newRunId`, where the caller must know it before the start. */
	readonly id?: string;
	readonly purpose?: Manifest["purpose"];
	/** What `accept` does, in a word, for the manifest. */
	readonly acceptRule?: Manifest["accept"];
	/** Version of the product, for the manifest. */
	readonly tool?: string;
}

export interface GenerateRun {
	readonly runId: string;
	/** Absolute. */
	readonly output: string;
	/** What the user should know about the seeds, in sentences. */
	readonly notes: readonly string[];
	/** Settles when the run ended, whatever the reason; never rejects. */
	readonly ended: Promise<SessionEnd>;
	/** Stops at once; attempts on the wire are given up. */
	cancel(): void;
	/** What the monitor panel shows; may be asked for at any time. */
	monitor(): MonitorMessage;
	/** Sends nothing more, lets attempts on the wire finish. */
	pause(reason: string): void;
}

/** Starts a new run. Rejects with a `UserError` where the options cannot work; nothing was sent then. */
export async function startGenerateRun(options: GenerateOptions): Promise<GenerateRun> {
	requireDoor(options.teachers, options.door);
	const { cells, seeds } = await planRun(options);
	const manifest = newManifest(options, cells, seeds);
	const folder = runFolder(options.folder, manifest.id);
	await mkdir(folder, { recursive: true });
	await writeManifest(folder, manifest);
	return open(manifest, seeds, options);
}

/** The grid a run would fill: as given, or teachers by languages by strategies in equal shares. */
export function gridOf({
	cells,
	teachers,
	languages,
	strategies,
	count,
}: Pick<GenerateOptions, "cells" | "teachers" | "languages" | "strategies" | "count">): readonly Cell[] {
	if (cells) return cells;
	return teachers.flatMap(({ name }) =>
		languages.flatMap((language) =>
			equalShares(count, strategies).map((share): Cell => ({ teacher: name, language, ...share })),
		),
	);
}

/** Reads the seeds and refuses what cannot work. */
async function planRun(options: GenerateOptions): Promise<{ cells: readonly Cell[]; seeds: Seeds }> {
	const { teachers, seedFiles, budget } = options;
	if (teachers.length === 0) throw new UserError("no-teacher", "Choose at least one teacher.");
	const problem = budget && budgetProblem(budget, teachers);
	if (problem !== undefined) throw new UserError("budget", problem);
	const cells = gridOf(options);
	const seeds = await readSeeds(seedFiles, cells[0]?.language ?? "");
	requireSeeds(cells, seeds.rows, seedFiles);
	return { cells, seeds };
}

/** Requests, tokens, money and time a run would take; sends nothing. */
export async function estimateGenerateRun(
	options: GenerateOptions,
): Promise<Estimate & { readonly cells: readonly Cell[] }> {
	const { cells, seeds } = await planRun(options);
	const manifest = newManifest(options, cells, seeds);
	const plans = new RunPlans(manifest, seeds.rows);
	return { ...estimateRun(cells, options.teachers, (cell) => plans.typicalTokens(cell)), cells };
}

export interface ResumeOptions extends RunSurroundings {
	/** Practice teachers at their present address; other teachers are taken from the manifest. */
	readonly teachers?: readonly RunTeacher[];
	/** Where the seed files are now, if they moved. */
	readonly seedFiles?: readonly string[];
	/** Outcomes or reasons, such as `truncated` or `language-mismatch`, whose given-up requests are asked again. */
	readonly rerun?: readonly string[];
	/** Replaces the token limit of all teachers; it is no part of a request's key, so nothing else runs again. */
	readonly maxTokens?: number;
	/** Replaces the budget of the run. */
	readonly budget?: Budget;
	/** True: what is still to be asked goes by batch files; false: directly. Where left out, as the run began. */
	readonly batch?: boolean;
	/** Cancels open batches at the provider, collects what they had answered, and pauses. */
	readonly cancelBatches?: boolean;
}

/** Goes on with an interrupted run: what was acknowledged stays, what was in flight is sent again. */
export async function resumeGenerateRun(runId: string, options: ResumeOptions): Promise<GenerateRun> {
	const manifest = await readManifest(options.folder, runId);
	const paths = options.seedFiles ?? manifest.seedFiles.map(({ path }) => path);
	const seeds = await readSeeds(paths, manifest.cells[0]?.language ?? "");
	const teachers = manifest.teachers
		.map((teacher) => limited(present(teacher, options.teachers), options.maxTokens))
		.map((teacher) => (options.batch === undefined ? teacher : batched(teacher, options.batch)));
	const budget = options.budget ?? manifest.budget;
	return open({ ...manifest, teachers, ...(budget ? { budget } : {}) }, seeds, options);
}

function newManifest(options: GenerateOptions, cells: readonly Cell[], seeds: Seeds): Manifest {
	const { templates, teachers } = options;
	return {
		format: 1,
		id: options.id ?? newRunId(),
		created: new Date().toISOString(),
		teachers: [...teachers],
		cells: [...cells],
		seedFiles: seeds.files.map(({ path, sha256 }) => ({ path: resolve(path), sha256 })),
		output: resolve(options.output),
		seed: options.seed,
		...(templates ? { templates } : {}),
		...(options.budget ? { budget: options.budget } : {}),
		...(options.acceptRule === undefined ? {} : { accept: options.acceptRule }),
		...(options.reuse === undefined ? {} : { reuse: options.reuse }),
		...(options.purpose === undefined ? {} : { purpose: options.purpose }),
		...(options.tool === undefined ? {} : { tool: options.tool }),
		templateHashes: templateHashes(cells, templates),
	};
}

/** Sorts by time, to the millisecond in hex; the random part keeps two starts within one apart. */
export function newRunId(): string {
	const now = new Date();
	const second = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
	const millisecond = now.getUTCMilliseconds().toString(16).padStart(3, "0");
	return `${second}-${millisecond}${randomBytes(2).toString("hex").slice(1)}`;
}

function limited(teacher: RunTeacher, maxTokens: number | undefined): RunTeacher {
	return maxTokens === undefined ? teacher : { ...teacher, sampling: { ...teacher.sampling, maxTokens } };
}

/** A teacher asked by batch files, or directly. The editor's own models know no files. */
export function batched(teacher: RunTeacher, isWanted: boolean): RunTeacher {
	if (!isEndpointTeacher(teacher)) return teacher;
	const { batch, ...direct } = teacher;
	return isWanted ? { ...direct, batch: batch ?? {} } : direct;
}

/** A practice teacher is found by name wherever it listens today; others stay at the address the run began with. */
function present(teacher: RunTeacher, now: readonly RunTeacher[] = []): RunTeacher {
	if (!isEndpointTeacher(teacher) || !teacher.isPractice) return teacher;
	const found = now.filter(isEndpointTeacher).find(({ name, isPractice }) => isPractice && name === teacher.name);
	return found ? { ...teacher, baseUrl: found.baseUrl } : teacher;
}

async function open(
	manifest: Manifest,
	seeds: Seeds,
	surroundings: RunSurroundings & Pick<ResumeOptions, "rerun" | "cancelBatches">,
): Promise<GenerateRun> {
	const path = runFolder(surroundings.folder, manifest.id);
	requireDoor(manifest.teachers, surroundings.door);
	await requireOutputFolder(manifest.output);
	const lock = await lockRun(join(path, "lock.json"));
	try {
		const earlier = surroundings.reuse ? await EarlierAnswers.open(surroundings.folder, manifest.id) : undefined;
		const keys = await keysOf(manifest, surroundings);
		const needs = contextNeeds(manifest, seeds.rows);
		const probed = surroundings.probe ? await probedManifest(manifest, keys, needs, surroundings) : manifest;
		if (probed !== manifest) await writeManifest(path, probed);
		const options: SessionOptions = {
			...surroundings,
			...(earlier ? { earlier } : {}),
			path,
			manifest: probed,
			seeds,
			lock,
			keys,
		};
		const session = await RunSession.open(options);
		return {
			runId: manifest.id,
			output: manifest.output,
			notes: runNotes(probed, seeds),
			ended: session.run(),
			cancel: () => session.cancel(),
			monitor: () => session.monitorMessage(),
			pause: (reason) => session.stop(reason),
		};
	} catch (cause) {
		await lock.release();
		throw cause;
	}
}

async function requireOutputFolder(output: string): Promise<void> {
	const found = await stat(output).catch(() => undefined);
	if (found?.isDirectory())
		throw new UserError("output-is-folder", `${output} is a folder; name a .jsonl file for the samples.`);
}

/** Each teacher's key, bound to the origin of its address. */
async function keysOf({ teachers }: Manifest, { key }: RunSurroundings): Promise<Map<string, string | null>> {
	const addressed = teachers.filter(isEndpointTeacher);
	const entries = addressed.map(async ({ name, baseUrl }) => [name, await key(name, originOf(baseUrl))] as const);
	return new Map(await Promise.all(entries));
}
