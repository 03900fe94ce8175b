/** A few threads that annotate lines of a text that is open in an editor, so that typing never waits for them. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Depth, LineAnnotation } from "../core/annotate.ts";
import type { NearestByKey } from "../core/checks/near-duplicate.ts";
import type { SignatureColumns } from "../core/near-duplicates/signature-columns.ts";
import type { AnnotateSetup } from "./annotate-duty.ts";
import type { AnnotateParameters } from "./annotate-job.ts";

export const textWorkerRole = "polyglot-text-worker";

export interface TextWorkerOrder {
	readonly role: typeof textWorkerRole;
	readonly setup: AnnotateSetup;
}

/** What a thread is asked; it answers in the order it was asked. */
export type TextTask =
	| {
			readonly kind: "lines";
			readonly texts: readonly string[];
			readonly parameters: AnnotateParameters;
			readonly depth: Depth;
	  }
	| {
			readonly kind: "nearest";
			readonly signatures: SignatureColumns;
			readonly keys: readonly number[];
			readonly threshold: number;
	  };

export interface AnnotatedTexts {
	readonly annotations: readonly LineAnnotation[];
	/** One row for each annotation with a share, in their order; none after a first look. */
	readonly signatures: SignatureColumns;
}

export type TextAnswer =
	| { readonly kind: "lines"; readonly annotated: AnnotatedTexts }
	| { readonly kind: "nearest"; readonly nearest: NearestByKey }
	| { readonly kind: "failed"; readonly message: string };

/** Threads with nothing to do are ended after this long; each holds some 80 MB. */
const idleMs = 60_000;
/** More threads than this wait for memory, not for each other. */
const mostThreads = 8;

export class AnnotateThreads {
	readonly #threads: TextThread[] = [];
	readonly #most: number;
	readonly #engineFile: URL;
	readonly #setup: AnnotateSetup;
	#idle: NodeJS.Timeout | undefined;

	/** Threads start when they are first needed. */
	constructor(engineFile: URL, setup: AnnotateSetup, threads = Math.min(mostThreads, availableParallelism())) {
		this.#engineFile = engineFile;
		this.#setup = setup;
		this.#most = Math.max(1, threads);
	}

	/** How many pieces of work can be under way at once. */
	get size(): number {
		return this.#most;
	}

	async lines(texts: readonly string[], parameters: AnnotateParameters, depth: Depth): Promise<AnnotatedTexts> {
		const answer = await this.#ask({ kind: "lines", texts, parameters, depth });
		if (answer.kind !== "lines") throw new Error("A thread answered something else than it was asked.");
		return answer.annotated;
	}

	async nearest(signatures: SignatureColumns, keys: readonly number[], threshold: number): Promise<NearestByKey> {
		const answer = await this.#ask({ kind: "nearest", signatures, keys, threshold });
		if (answer.kind !== "nearest") throw new Error("A thread answered something else than it was asked.");
		return answer.nearest;
	}

	/** Ends all threads; what still runs is rejected. */
	async close(): Promise<void> {
		clearTimeout(this.#idle);
		await Promise.all(this.#threads.splice(0).map((thread) => thread.close()));
	}

	async #ask(task: TextTask): Promise<TextAnswer> {
		clearTimeout(this.#idle);
		try {
			return await this.#free().ask(task);
		} finally {
			clearTimeout(this.#idle);
			if (this.#threads.every((thread) => thread.waiting === 0)) {
				this.#idle = setTimeout(() => void this.close(), idleMs);
				this.#idle.unref();
			}
		}
	}

	/** The thread with least to do. */
	#free(): TextThread {
		const idle = this.#threads.find((thread) => thread.waiting === 0 && !thread.isLost);
		if (idle) return idle;
		for (const [at, thread] of this.#threads.entries()) if (thread.isLost) this.#threads.splice(at, 1);
		if (this.#threads.length < this.#most) this.#threads.push(new TextThread(this.#engineFile, this.#setup));
		const [first, ...rest] = this.#threads as [TextThread, ...TextThread[]];
		return rest.reduce((best, thread) => (thread.waiting < best.waiting ? thread : best), first);
	}
}

interface Waiting {
	readonly resolve: (answer: TextAnswer) => void;
	readonly reject: (cause: unknown) => void;
}

class TextThread {
	readonly #worker: Worker;
	readonly #waiting: Waiting[] = [];
	isLost = false;

	constructor(engineFile: URL, setup: AnnotateSetup) {
		const order: TextWorkerOrder = { role: textWorkerRole, setup };
		this.#worker = new Worker(engineFile, { workerData: order });
		this.#worker.unref();
		this.#worker.on("message", (answer: TextAnswer) => {
			const next = this.#waiting.shift();
			if (answer.kind === "failed") next?.reject(new Error(answer.message));
			else next?.resolve(answer);
		});
		this.#worker.on("error", (cause) => this.#lose(new Error("A thread that annotates failed.", { cause })));
		this.#worker.on("exit", () => this.#lose(new Error("A thread that annotates ended.")));
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	ask(task: TextTask): Promise<TextAnswer> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ resolve, reject });
			this.#worker.postMessage(task);
		});
	}

	async close(): Promise<void> {
		this.#lose(new Error("The threads were closed."));
		await this.#worker.terminate();
	}

	#lose(cause: Error): void {
		this.isLost = true;
		for (const { reject } of this.#waiting.splice(0)) reject(cause);
	}
}
