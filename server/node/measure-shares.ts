/**
 * The offline work of a measurement, in this thread for a small file, on two threads for a large one. Always two, and
 * blocks alternate between them, so that a file's numbers are the same on every machine to the last bit.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { UserError } from "../core/problem.ts";
import { MeasurePart, type PartSettings } from "./measure-part.ts";

type Method =
	| "count"
	| "frequencies"
	| "setWeights"
	| "learn"
	| "models"
	| "setModels"
	| "embed"
	| "sums"
	| "setSums"
	| "spread";
type Argument<M extends Method> = Parameters<MeasurePart[M]> extends [infer A] ? A : undefined;
type Answer<M extends Method> = ReturnType<MeasurePart[M]>;

export interface Share {
	call<M extends Method>(method: M, argument: Argument<M>): Promise<Answer<M>>;
	close(): Promise<void>;
}

const role = "polyglot-measure-share";
const threads = 2;

interface Task {
	readonly id: number;
	readonly method: Method;
	readonly argument: unknown;
}

type Reply =
	| { readonly id: number; readonly ok: true; readonly value: unknown }
	| { readonly id: number; readonly ok: false; readonly code: string | null; readonly message: string };

/** One share in this thread, or two in threads of their own. */
export function openShares(settings: PartSettings, isLarge: boolean): readonly Share[] {
	if (!isLarge) return [new LocalShare(settings)];
	return Array.from({ length: threads }, () => new ThreadShare(settings));
}

/** Whether this thread was started by `openShares`; it then serves, and runs no command. */
export function isMeasureThread(): boolean {
	return !isMainThread && typeof workerData === "object" && workerData !== null && workerData.role === role;
}

/** Answers tasks until the thread is ended from outside. */
export function serveMeasureThread(): void {
	const part = new MeasurePart(workerData.settings);
	parentPort?.on("message", (task: Task) => parentPort?.postMessage(answerTo(part, task)));
}

class LocalShare implements Share {
	readonly #part: MeasurePart;

	constructor(settings: PartSettings) {
		this.#part = new MeasurePart(settings);
	}

	async call<M extends Method>(method: M, argument: Argument<M>): Promise<Answer<M>> {
		// Lets sockets and timers have their turn between two blocks.
		await new Promise((resolve) => setImmediate(resolve));
		return run(this.#part, method, argument) as Answer<M>;
	}

	async close(): Promise<void> {}
}

class ThreadShare implements Share {
	readonly #worker: Worker;
	readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(cause: unknown): void }>();
	#next = 0;

	constructor(settings: PartSettings) {
		// The bundled product is one file, which asks `isMeasureThread()` first; from source, this file serves by itself.
		this.#worker = new Worker(new URL(import.meta.url), { workerData: { role, settings } });
		this.#worker.on("message", (reply: Reply) => this.#settle(reply));
		this.#worker.on("error", (cause) => this.#lose(new Error("A measuring thread failed.", { cause })));
		this.#worker.on("exit", (code) => this.#lose(new Error(`A measuring thread ended by itself, code ${code}.`)));
	}

	call<M extends Method>(method: M, argument: Argument<M>): Promise<Answer<M>> {
		const id = this.#next++;
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
			this.#worker.postMessage({ id, method, argument } satisfies Task);
		});
	}

	async close(): Promise<void> {
		this.#worker.removeAllListeners("exit");
		await this.#worker.terminate();
		this.#lose(new Error("The measuring threads were closed."));
	}

	#settle(reply: Reply): void {
		const waiting = this.#waiting.get(reply.id);
		this.#waiting.delete(reply.id);
		if (reply.ok) waiting?.resolve(reply.value);
		else waiting?.reject(reply.code === null ? new Error(reply.message) : new UserError(reply.code, reply.message));
	}

	#lose(cause: Error): void {
		for (const { reject } of this.#waiting.values()) reject(cause);
		this.#waiting.clear();
	}
}

function run(part: MeasurePart, method: Method, argument: unknown): unknown {
	return (part[method] as (argument: unknown) => unknown).call(part, argument);
}

function answerTo(part: MeasurePart, { id, method, argument }: Task): Reply {
	try {
		return { id, ok: true, value: run(part, method, argument) };
	} catch (cause) {
		const error = cause instanceof Error ? cause : new Error(String(cause));
		const message = error instanceof UserError ? error.message : (error.stack ?? error.message);
		return { id, ok: false, code: error instanceof UserError ? error.code : null, message };
	}
}

if (isMeasureThread() && import.meta.url.endsWith("measure-shares.ts")) serveMeasureThread();
