/** Sets a thread up to annotate lines: with detectors of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { annotateLine, type LineAnnotation } from "../core/annotate.ts";
import { comparedText, nearestByKey } from "../core/checks/near-duplicate.ts";
import type { Detectors } from "../core/language-id/detector.ts";
import { createSigner, type Signer } from "../core/near-duplicates/signature.ts";
import { collectSignatures } from "../core/near-duplicates/signature-columns.ts";
import { annotateJob, annotateJobName } from "./annotate-job.ts";
import type { AnnotatedTexts, TextAnswer, TextTask, TextWorkerOrder } from "./annotate-threads.ts";
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

export async function serveTexts(): Promise<void> {
	const { mediaFolder } = (workerData as TextWorkerOrder).setup;
	const detectors = await detectorsOrFranc(mediaFolder, () => {});
	const signer = createSigner();
	parentPort?.on("message", (task: TextTask) => parentPort?.postMessage(answerTo(task, detectors, signer)));
}

function answerTo(task: TextTask, detectors: Detectors, signer: Signer): TextAnswer {
	try {
		if (task.kind === "lines") return { kind: "lines", annotated: annotated(task, detectors, signer) };
		return { kind: "nearest", nearest: nearestByKey(task.signatures, task.keys, task.threshold) };
	} catch (cause) {
		return { kind: "failed", message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
	}
}

function annotated(
	{ texts, parameters, depth }: Extract<TextTask, { kind: "lines" }>,
	detectors: Detectors,
	signer: Signer,
): AnnotatedTexts {
	const options = { ...parameters, detectors };
	const signatures = collectSignatures(texts.length, signer);
	const annotations = texts.map((text): LineAnnotation => {
		const annotation = annotateLine(text, options, depth);
		if (depth === "all" && annotation.sample && annotation.share) signatures.add(comparedText(annotation.sample));
		return annotation;
	});
	return { annotations, signatures: signatures.finish() };
}
