/** Sets a thread up to annotate lines: with detectors of its own. */
import { workerData } from "node:worker_threads";
import { annotateJob, annotateJobName } from "./annotate-job.ts";
import { detectorsOrFranc } from "./language-detectors.ts";
import { type LineWorkerOrder, serveLineWorker } from "./line-worker.ts";

/** What a thread needs besides the lines. */
export interface AnnotateSetup {
	/** Absolute path of the product's own `media/`. */
	readonly mediaFolder: string;
}

export async function serveLines(): Promise<void> {
	const { mediaFolder } = (workerData as LineWorkerOrder).setup as AnnotateSetup;
	// Whoever started the thread has said already which detectors can't be loaded.
	const detectors = await detectorsOrFranc(mediaFolder, () => {});
	serveLineWorker({ [annotateJobName]: annotateJob(detectors) });
}
