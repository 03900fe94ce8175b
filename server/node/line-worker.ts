/**
 * A thread that reads ranges of lines for `LineWorkers`. The product is one bundled file, so a thread has no module of
 * its own to start from: it starts from the engine's file, which asks `isLineWorker()` first and then serves the jobs
 * it knows instead of running a command.
 *
 *     if (isLineWorker()) serveLineWorker({ signatures, checks });
 *     else process.exitCode = await main(process.argv.slice(2));
 *
 * In the product `engine-thread.ts` does that, for all kinds of threads.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { UserError } from "../core/problem.ts";
import { changed, isSameVersion, versionOf } from "./line-index-file.ts";
import { decodeLine, longestLine, nextNewline } from "./line-index-scan.ts";
import type { Columns, LineAnswer, LineJob, LineTask } from "./line-worker-job.ts";

/** What `LineWorkers` starts a thread with; `setup` is what its maker gave it for the jobs. */
export interface LineWorkerOrder {
	readonly role: typeof lineWorkerRole;
	readonly setup: unknown;
}

export const lineWorkerRole = "polyglot-line-worker";

/** Whether this thread was started by `LineWorkers`. */
export function isLineWorker(): boolean {
	return !isMainThread && (workerData as Partial<LineWorkerOrder> | null)?.role === lineWorkerRole;
}

/** Answers tasks until the thread is ended from outside. */
export function serveLineWorker(jobs: Readonly<Record<string, LineJob>>): void {
	parentPort?.on("message", (task: LineTask) => {
		const answer = answerTo(task, jobs);
		const buffers = answer.ok ? new Set(Object.values(answer.columns).map((column) => column.buffer)) : [];
		parentPort?.postMessage(answer, [...buffers]);
	});
}

function answerTo(task: LineTask, jobs: Readonly<Record<string, LineJob>>): LineAnswer {
	try {
		return { ok: true, columns: runTask(task, jobs) };
	} catch (cause) {
		const error = cause instanceof Error ? cause : new Error(String(cause));
		const code = error instanceof UserError ? error.code : null;
		return { ok: false, code, message: error.message, stack: error.stack ?? null };
	}
}

function runTask(task: LineTask, jobs: Readonly<Record<string, LineJob>>): Columns {
	const job = Object.hasOwn(jobs, task.job) ? jobs[task.job] : undefined;
	if (!job) throw new Error(`This thread has no job \`${task.job}\`; it has ${Object.keys(jobs).join(", ")}.`);
	const reader = job(task.parameters);
	const bytes = readRange(task);
	let start = 0;
	for (let line = task.range.from; line < task.range.to; line += 1) {
		const at = nextNewline(bytes, start);
		const end = at === -1 ? bytes.length : at + 1;
		if (end - start > longestLine) throw tooLong(task, line, end - start);
		reader.add(decodeLine(bytes, start, end), line);
		start = end;
	}
	return reader.finish();
}

/** A thread of its own may wait for the disk. Checks before and after that the file is the one that was indexed. */
function readRange({ path, version, range }: LineTask): Buffer {
	const file = openSync(path, "r");
	try {
		if (!isSameVersion(versionOf(fstatSync(file, { bigint: true })), version))
			throw changed(path, "since it was indexed");
		const bytes = Buffer.allocUnsafe(range.endByte - range.startByte);
		for (let filled = 0; filled < bytes.length; ) {
			const read = readSync(file, bytes, filled, bytes.length - filled, range.startByte + filled);
			if (read === 0) throw changed(path, `it ends before byte ${range.endByte}`);
			filled += read;
		}
		if (!isSameVersion(versionOf(statSync(path, { bigint: true })), version)) throw changed(path, "by a newer write");
		return bytes;
	} finally {
		closeSync(file);
	}
}

function tooLong({ path }: LineTask, line: number, bytes: number): UserError {
	return new UserError("line-too-long", `Line ${line + 1} of ${path} has ${bytes} bytes, more than can be read.`);
}
