/** A few threads that map jobs over the lines of an indexed file and return typed arrays. */
import { availableParallelism } from "node:os";
import type { LineIndex, LineRange } from "./line-index.ts";
import type { Columns } from "./line-worker-job.ts";
import { LineWorkerThread } from "./line-worker-thread.ts";

/** Bytes of lines a task holds: a few dozen milliseconds of work, so that progress shows and threads end together. */
const defaultRangeBytes = 1 << 22;
/** More threads than this wait for memory, not for each other. */
const mostThreads = 8;

export interface LineWorkersOptions {
	/**
	 * The file every thread starts from. It must call `serveLineWorker` where `isLineWorker()` says so: the engine's own
	 * file (`pathToFileURL(process.argv[1])`) in the product, whether it is bundled or not.
	 */
	readonly workerFile: URL;
	/** Given to every thread as it starts; must survive a structured clone. */
	readonly setup?: unknown;
	/** Threads at most; as many as the machine has cores where absent. */
	readonly threads?: number;
}

export interface MapLinesOptions {
	/** Given to the job; must survive a structured clone. */
	readonly parameters?: unknown;
	readonly rangeBytes?: number;
	readonly signal?: AbortSignal | undefined;
	/** Called with each range's columns as soon as they are there, in any order. */
	readonly onPart?: (part: LinePart) => void;
}

export interface LinePart {
	readonly range: LineRange;
	readonly columns: Columns;
}

export class LineWorkers {
	readonly #idle: LineWorkerThread[];
	readonly #all: readonly LineWorkerThread[];
	readonly #waiting: ((thread: LineWorkerThread) => void)[] = [];
	#isClosed = false;

	constructor({ workerFile, setup, threads = Math.min(mostThreads, availableParallelism()) }: LineWorkersOptions) {
		this.#all = Array.from({ length: Math.max(1, threads) }, () => new LineWorkerThread(workerFile, setup));
		this.#idle = [...this.#all];
	}

	/**
	 * Runs the job over all lines; resolves to the parts in the order of the lines. Rejects with the first failure (a
	 * UserError where the file changed, the signal's reason where it was aborted) once no thread works on it any more.
	 */
	async mapLines(index: LineIndex, job: string, options: MapLinesOptions = {}): Promise<readonly LinePart[]> {
		const ranges = [...index.ranges(options.rangeBytes ?? defaultRangeBytes)];
		const parts: LinePart[] = [];
		const failures: unknown[] = [];
		let next = 0;
		const work = async () => {
			while (next < ranges.length && failures.length === 0) {
				const at = next++;
				const range = ranges[at];
				if (!range) return;
				const columns = await this.#run(index, range, job, options);
				const part = { range, columns };
				parts[at] = part;
				options.onPart?.(part);
			}
		};
		await Promise.all(this.#all.map(() => work().catch((cause: unknown) => failures.push(cause))));
		if (failures.length > 0) throw failures[0];
		return parts;
	}

	/** Ends all threads; what still runs is rejected. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await Promise.all(this.#all.map((thread) => thread.close()));
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.close();
	}

	async #run(index: LineIndex, range: LineRange, job: string, { parameters, signal }: MapLinesOptions) {
		const thread = await this.#takeThread();
		try {
			if (this.#isClosed) throw new Error("The pool of threads was closed.");
			return await thread.run({ path: index.path, version: index.version, range, job, parameters }, signal);
		} finally {
			const waiting = this.#waiting.shift();
			if (waiting) waiting(thread);
			else this.#idle.push(thread);
		}
	}

	#takeThread(): Promise<LineWorkerThread> | LineWorkerThread {
		return this.#idle.pop() ?? new Promise((resolve) => this.#waiting.push(resolve));
	}
}
