/** Reading a file for the review panel in a thread of its own, so that the engine answers meanwhile. */
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { AnnotateOptions } from "../core/annotate.ts";
import { UserError } from "../core/problem.ts";
import { ReviewTable, type TableSnapshot } from "../core/review/table.ts";
import type { AnnotateMeans } from "./annotate-file.ts";
import { detectorsOrFranc } from "./language-detectors.ts";
import { type ReviewFacts, readReviewFacts } from "./review-facts.ts";

export const reviewWorkerRole = "polyglot-review-worker";

interface Order {
	readonly role: typeof reviewWorkerRole;
	readonly path: string;
	readonly lineCount: number;
	readonly project: AnnotateOptions["project"];
	readonly mediaFolder: string;
	/** As text: a URL does not survive the way to a thread. */
	readonly engineFile: string;
}

type Answer =
	| (Omit<ReviewFacts, "table"> & { readonly table: TableSnapshot })
	/** `code` is that of a UserError, null for anything else. */
	| { readonly code: string | null; readonly message: string };

export interface ReviewFactsMeans extends AnnotateMeans {
	readonly now: () => number;
	readonly signal: AbortSignal;
}

/** Resolves after the last telling, or when aborted. Throws a UserError where the file can't be read. */
export async function followReviewFacts(
	path: string,
	lineCount: number,
	options: AnnotateOptions,
	means: ReviewFactsMeans,
	tell: (facts: ReviewFacts) => void,
): Promise<void> {
	const { engineFile, mediaFolder, signal } = means;
	if (!engineFile) return readReviewFacts(path, lineCount, options, means, tell);
	const { project } = options;
	const order: Order = { role: reviewWorkerRole, path, lineCount, project, mediaFolder, engineFile: engineFile.href };
	const worker = new Worker(engineFile, { workerData: order });
	worker.unref();
	try {
		await new Promise<void>((resolve, reject) => {
			signal.addEventListener("abort", () => resolve(), { once: true });
			worker.on("message", (answer: Answer) => {
				if ("code" in answer)
					return reject(answer.code === null ? new Error(answer.message) : new UserError(answer.code, answer.message));
				tell({ ...answer, table: ReviewTable.from(answer.table) });
				if (answer.share === 1) resolve();
			});
			worker.on("error", (cause) => reject(new Error("The thread that reads a file failed.", { cause })));
			worker.on("exit", () => reject(new Error("The thread that reads a file ended.")));
		});
	} finally {
		await worker.terminate();
	}
}

/** Does what the thread was started for. */
export async function serveReviewFacts(): Promise<void> {
	const { path, lineCount, project, mediaFolder, engineFile } = workerData as Order;
	const answer = (told: Answer) => parentPort?.postMessage(told);
	try {
		const detectors = await detectorsOrFranc(mediaFolder, () => {});
		const means = { mediaFolder, engineFile: new URL(engineFile), now: () => performance.now() };
		await readReviewFacts(path, lineCount, { project, detectors }, means, (facts) =>
			answer({ ...facts, table: facts.table.snapshot() }),
		);
	} catch (cause) {
		const error = cause instanceof Error ? cause : new Error(String(cause));
		answer({ code: error instanceof UserError ? error.code : null, message: error.message });
	}
}
