/** What a thread started from the engine's file does instead of running a command. Each duty is loaded when it is asked for. */
import { isMainThread, workerData } from "node:worker_threads";

const duties: Readonly<Record<string, () => Promise<void>>> = {
	"polyglot-measure-share": async () => (await import("./measure-shares.ts")).serveMeasureThread(),
	"polyglot-line-worker": async () => (await import("./annotate-duty.ts")).serveLines(),
	"polyglot-text-worker": async () => (await import("./annotate-duty.ts")).serveTexts(),
	"polyglot-report-worker": async () => (await import("./file-report-thread.ts")).serveReport(),
	"polyglot-review-worker": async () => (await import("./review-facts-thread.ts")).serveReviewFacts(),
	"polyglot-parquet-worker": async () => (await import("./parquet-thread.ts")).serveParquetWorker(),
};

/** Whether this is such a thread. */
export function isEngineThread(): boolean {
	return !isMainThread && dutyOf(workerData) !== undefined;
}

/** Resolves when the thread has nothing more to set up; it may answer messages afterwards. */
export async function serveEngineThread(): Promise<void> {
	await dutyOf(workerData)?.();
}

function dutyOf(given: unknown): (() => Promise<void>) | undefined {
	const role = typeof given === "object" && given !== null && "role" in given ? given.role : undefined;
	return typeof role === "string" && Object.hasOwn(duties, role) ? duties[role] : undefined;
}
