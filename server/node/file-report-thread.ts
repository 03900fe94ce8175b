/** The report on a file, made in a thread of its own: putting a large file's statistics together takes seconds. */
import { basename } from "node:path";
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { AnnotateOptions } from "../core/annotate.ts";
import { UserError } from "../core/problem.ts";
import { type AnnotateMeans, annotateFiles } from "./annotate-file.ts";
import { FileReport } from "./file-report.ts";
import { detectorsOrFranc } from "./language-detectors.ts";

export const reportWorkerRole = "polyglot-report-worker";

interface Order {
	readonly role: typeof reportWorkerRole;
	readonly path: string;
	readonly project: AnnotateOptions["project"];
	readonly mediaFolder: string;
	/** As text: a URL does not survive the way to a thread. */
	readonly engineFile: string;
}

type Answer =
	| { readonly report: string }
	/** `code` is that of a UserError, null for anything else. */
	| { readonly code: string | null; readonly message: string };

/** Throws a UserError where the file can't be read. */
export async function reportOn(path: string, options: AnnotateOptions, means: AnnotateMeans): Promise<string> {
	const { engineFile, mediaFolder } = means;
	if (!engineFile) return reportHere(path, options, means);
	const order: Order = {
		role: reportWorkerRole,
		path,
		project: options.project,
		mediaFolder,
		engineFile: engineFile.href,
	};
	const worker = new Worker(engineFile, { workerData: order });
	worker.unref();
	try {
		return await new Promise<string>((resolve, reject) => {
			worker.on("message", (answer: Answer) => {
				if ("report" in answer) resolve(answer.report);
				else reject(answer.code === null ? new Error(answer.message) : new UserError(answer.code, answer.message));
			});
			worker.on("error", (cause) => reject(new Error("The thread that checks a file failed.", { cause })));
			worker.on("exit", () => reject(new Error("The thread that checks a file ended.")));
		});
	} finally {
		await worker.terminate();
	}
}

/** Does what the thread was started for. */
export async function serveReport(): Promise<void> {
	const { path, project, mediaFolder, engineFile } = workerData as Order;
	const tell = (answer: Answer) => parentPort?.postMessage(answer);
	try {
		const detectors = await detectorsOrFranc(mediaFolder, () => {});
		const means = { mediaFolder, engineFile: new URL(engineFile) };
		tell({ report: await reportHere(path, { project, detectors }, means) });
	} catch (cause) {
		const error = cause instanceof Error ? cause : new Error(String(cause));
		tell({ code: error instanceof UserError ? error.code : null, message: error.message });
	}
}

async function reportHere(path: string, options: AnnotateOptions, means: AnnotateMeans): Promise<string> {
	const report = new FileReport(basename(path));
	for await (const lines of annotateFiles([{ path, name: path }], options, means)) {
		for (const { line, problems } of lines) report.add(line, problems);
	}
	return report.text();
}
