/** Writes a Parquet file's rows as lines of JSON, in a thread of its own where there is an engine's file to start one from. */
import { parentPort, Worker, workerData } from "node:worker_threads";
import { UserError } from "../core/problem.ts";
import { writeBlocks } from "./bounded-write.ts";
import { parquetRows } from "./parquet-rows.ts";
import type { SourceOptions } from "./sample-source-kind.ts";

const role = "polyglot-parquet-worker";

interface Order {
	readonly role: typeof role;
	readonly path: string;
	readonly copy: string;
}

type Answer =
	| { readonly share: number }
	| { readonly done: true }
	/** `code` is that of a UserError, null for anything else. */
	| { readonly code: string | null; readonly message: string };

/** `copy` must not exist. Decoding blocks a thread for a row group at a time; hence one of its own. */
export async function copyParquet(path: string, copy: string, options: SourceOptions): Promise<void> {
	if (!options.engineFile) return writeBlocks(bytesOf(path, options.onProgress), copy, options.signal);
	options.signal?.throwIfAborted();
	const order: Order = { role, path, copy };
	const worker = new Worker(options.engineFile, { workerData: order });
	const stop = () => void worker.terminate();
	options.signal?.addEventListener("abort", stop, { once: true });
	try {
		await answersOf(worker, options);
	} finally {
		options.signal?.removeEventListener("abort", stop);
		await worker.terminate();
	}
}

function answersOf(worker: Worker, { onProgress, signal }: SourceOptions): Promise<void> {
	return new Promise((resolve, reject) => {
		worker.on("message", (answer: Answer) => {
			if ("share" in answer) onProgress?.(answer.share);
			else if ("done" in answer) resolve();
			else reject(answer.code === null ? new Error(answer.message) : new UserError(answer.code, answer.message));
		});
		worker.on("error", (cause) => reject(new Error("The thread that reads Parquet failed.", { cause })));
		worker.on("exit", () =>
			reject(signal?.aborted ? signal.reason : new Error("The thread that reads Parquet ended.")),
		);
	});
}

/** Does what the thread was started for. */
export async function serveParquetWorker(): Promise<void> {
	const { path, copy } = workerData as Order;
	const tell = (answer: Answer) => parentPort?.postMessage(answer);
	try {
		await writeBlocks(
			bytesOf(path, (share) => tell({ share })),
			copy,
		);
		tell({ done: true });
	} catch (cause) {
		const error = cause instanceof Error ? cause : new Error(String(cause));
		tell({ code: error instanceof UserError ? error.code : null, message: error.message });
	}
}

async function* bytesOf(path: string, onProgress?: (share: number) => void): AsyncGenerator<Uint8Array> {
	for await (const { lines, share } of parquetRows(path)) {
		if (lines.length > 0) yield* blocksOf(lines);
		onProgress?.(share);
	}
}

const linesPerBlock = 5000;

function* blocksOf(lines: readonly string[]): Generator<Uint8Array> {
	for (let at = 0; at < lines.length; at += linesPerBlock)
		yield Buffer.from(`${lines.slice(at, at + linesPerBlock).join("\n")}\n`);
}
