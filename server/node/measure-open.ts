/**
 * A measurement as a command line or a panel has it: opened by a wish, estimated before it is run, closed when done.
 *
 *     const measurement = await openMeasurement(wish, world);
 *     try {
 *       const estimate = await measurement.estimate(signal);     // asks nobody
 *       const { report, samples } = await measurement.run(signal, { onProgress });
 *     } finally { await measurement.close(); }
 */

import { mkdir } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { MeasureEstimate, MeasureProgress } from "../core/measure/measure-progress.ts";
import type { MeasureSettings } from "../core/measure/measure-settings.ts";
import type { MeasureWish } from "../core/measure/measure-wish.ts";
import { UserError } from "../core/problem.ts";
import type { FieldMapping, Teacher } from "../core/project.ts";
import { lockRun, type RunLock } from "./generate-lock.ts";
import { type OpenBackends, openBackends } from "./measure-backends.ts";
import { contentKey } from "./measure-cache.ts";
import { type Measured, type MeasureRequest, measureDataset } from "./measure-dataset.ts";
import { estimateMeasure } from "./measure-estimate.ts";
import { readHumanRatings } from "./measure-human.ts";
import { MeasureJournal } from "./measure-journal.ts";
import type { TrainerClient } from "./trainer-client.ts";

/** What a measurement needs of its surroundings. */
export interface MeasureWorld {
	/** The workspace: caches, journal and review file are in its `.polyglot/`. */
	readonly folder: string;
	/** Of `polyglot.json`. */
	readonly teachers: readonly Teacher[];
	readonly settings?: MeasureSettings | undefined;
	readonly mapping?: FieldMapping | undefined;
	/** The key of a backend for its origin: by a teacher's name, or `embeddings`, `judge`, `scorer` for an address. */
	key(name: string, origin: string): Promise<string | null>;
	/** Starts practice mode's endpoint, whose judge is `practice-judge`. */
	practice(): Promise<{ readonly baseUrl: string; readonly apiKey: string }>;
	/** The trainer `trainer:MODEL` means; absent where there is none. */
	trainer?: (() => Promise<TrainerClient>) | undefined;
	/** How fast lanes' clocks go; for tests. */
	readonly speed?: number;
}

export interface RunOptions {
	/** At most four times a second. */
	readonly onProgress?: (progress: MeasureProgress) => void;
	/** Receives each measured line as it stands. */
	readonly onMeasured?: (line: string) => void;
}

export interface Measurement {
	/** Asks nobody: caches are looked into, files are read once. */
	estimate(signal: AbortSignal): Promise<MeasureEstimate>;
	/** Rejects with a `UserError` where the budget is used up or an endpoint does not work: what was answered is kept. */
	run(signal: AbortSignal, options?: RunOptions): Promise<Measured>;
	close(): Promise<void>;
}

/** Throws `UserError` for a wish that can't be met. */
export async function openMeasurement(asked: MeasureWish, world: MeasureWorld): Promise<Measurement> {
	const wish = { ...asked, rubrics: asked.rubrics ?? world.settings?.rubrics ?? {} };
	const isRemote = wish.embeddings !== "lexical" || wish.judges.length > 0 || wish.scorer !== null;
	const lock = isRemote ? await lockWorkspace(world.folder) : null;
	try {
		const backends = await openBackends(wish, world);
		return new OpenMeasurement(wish, world, backends, lock);
	} catch (cause) {
		await lock?.release();
		throw cause;
	}
}

class OpenMeasurement implements Measurement {
	readonly #wish: MeasureWish;
	readonly #world: MeasureWorld;
	readonly #backends: OpenBackends;
	readonly #lock: RunLock | null;

	constructor(wish: MeasureWish, world: MeasureWorld, backends: OpenBackends, lock: RunLock | null) {
		this.#wish = wish;
		this.#world = world;
		this.#backends = backends;
		this.#lock = lock;
	}

	async estimate(signal: AbortSignal): Promise<MeasureEstimate> {
		return estimateMeasure(this.#request(), this.#backends.priced, signal);
	}

	async run(signal: AbortSignal, options: RunOptions = {}): Promise<Measured> {
		const humanRatings = await readHumanRatings(this.#world.folder);
		if (!this.#lock) return measureDataset({ ...this.#request(), ...options, humanRatings }, signal);
		const { budget } = this.#wish;
		const { folder } = this.#world;
		const manifest = { ...this.#wish, tool: "polyglot measure" };
		const journal = await MeasureJournal.open({ folder, id: measurementId(this.#wish), manifest, budget });
		this.#backends.journal.current = journal;
		let isDone = false;
		try {
			const whole = AbortSignal.any([signal, this.#lock.lost]);
			const measured = await measureDataset({ ...this.#request(), ...options, humanRatings, journal }, whole);
			isDone = true;
			return measured;
		} finally {
			this.#backends.journal.current = null;
			await journal.close(isDone);
		}
	}

	async close(): Promise<void> {
		await this.#backends.close();
		await this.#lock?.release();
	}

	#request(): MeasureRequest {
		const { files, language, by, draw, tokenizer, hasNoise, isPaperCompatible, hasDetails } = this.#wish;
		const { folder, mapping } = this.#world;
		const { embeddings, judges, scorer } = this.#backends;
		return {
			files: files.map((file) => ({ path: resolve(folder, file), name: isAbsolute(file) ? basename(file) : file })),
			...{ mapping, language, by, draw, hasNoise, isPaperCompatible, hasDetails },
			...{ embeddings, judges, scorer },
			tokenizer: tokenizer === null ? null : resolve(folder, tokenizer),
		};
	}
}

/** The same for the same files, backends and way of measuring; a budget does not change it. */
export function measurementId({ budget, hasDetails, ...wish }: MeasureWish): string {
	return contentKey(JSON.parse(JSON.stringify(wish))).slice(0, 16);
}

/** One measurement at a time asks endpoints in a workspace: they share the caches. */
async function lockWorkspace(folder: string): Promise<RunLock> {
	const path = join(folder, ".polyglot", "measurements");
	await mkdir(path, { recursive: true });
	return lockRun(join(path, "lock")).catch((cause: unknown) => {
		if (!(cause instanceof UserError)) throw cause;
		throw new UserError(
			cause.code,
			"Another measurement asks endpoints in this workspace already. Wait for it or stop it first.",
			{ cause },
		);
	});
}
