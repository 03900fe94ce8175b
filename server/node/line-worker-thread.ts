/** One thread of the pool: started when it is first needed, started anew when it died. */
import { Worker } from "node:worker_threads";
import { UserError } from "../core/problem.ts";
import { type LineWorkerOrder, lineWorkerRole } from "./line-worker.ts";
import type { Columns, LineAnswer, LineTask } from "./line-worker-job.ts";

export class LineWorkerThread {
	readonly #workerFile: URL;
	readonly #order: LineWorkerOrder;
	#worker: Worker | undefined;
	#reject: ((cause: unknown) => void) | undefined;
	#resolve: ((columns: Columns) => void) | undefined;

	constructor(workerFile: URL, setup: unknown) {
		this.#workerFile = workerFile;
		this.#order = { role: lineWorkerRole, setup };
	}

	/** One task at a time. Keeps the process alive while it runs, and only then. */
	run(task: LineTask, signal?: AbortSignal): Promise<Columns> {
		return new Promise<Columns>((resolve, reject) => {
			signal?.throwIfAborted();
			const stop = () => this.#stop(signal?.reason);
			const settled =
				<T>(settle: (value: T) => void) =>
				(value: T) => {
					signal?.removeEventListener("abort", stop);
					settle(value);
				};
			this.#resolve = settled(resolve);
			this.#reject = settled(reject);
			signal?.addEventListener("abort", stop, { once: true });
			this.#worker ??= this.#start();
			this.#worker.ref();
			this.#worker.postMessage(task);
		});
	}

	/** Ends the thread. A running task is rejected. */
	async close(): Promise<void> {
		const worker = this.#worker;
		this.#stop(new Error("The pool of threads was closed."));
		await worker?.terminate();
	}

	#start(): Worker {
		const worker = new Worker(this.#workerFile, { workerData: this.#order });
		worker.unref();
		worker.on("message", (answer: LineAnswer) => this.#settle(worker, answer));
		worker.on("error", (cause) => this.#lose(worker, new Error("A thread reading lines failed.", { cause })));
		worker.on("exit", (code) => this.#lose(worker, new Error(`A thread reading lines ended by itself, code ${code}.`)));
		return worker;
	}

	#settle(worker: Worker, answer: LineAnswer): void {
		if (worker !== this.#worker) return;
		worker.unref();
		if (answer.ok) this.#resolve?.(answer.columns);
		else this.#reject?.(errorOf(answer));
	}

	#lose(worker: Worker, cause: unknown): void {
		if (worker !== this.#worker) return;
		this.#worker = undefined;
		this.#reject?.(cause);
	}

	/** A thread can't be asked to stop in the middle of a line; it is ended, and the next task starts another. */
	#stop(cause: unknown): void {
		const worker = this.#worker;
		this.#worker = undefined;
		this.#reject?.(cause);
		void worker?.terminate();
	}
}

function errorOf(answer: Extract<LineAnswer, { ok: false }>): Error {
	if (answer.code !== null) return new UserError(answer.code, answer.message);
	return new Error(answer.message, { cause: answer.stack });
}
