/** Stands for the engine's file: serves jobs in a thread, runs as a program otherwise. */
import { pathToFileURL } from "node:url";
import { LineIndex } from "../../server/node/line-index.ts";
import { isLineWorker, serveLineWorker } from "../../server/node/line-worker.ts";
import type { LineJob } from "../../server/node/line-worker-job.ts";
import { LineWorkers } from "../../server/node/line-worker-pool.ts";

/** The length of every line and its number, so that a line lost or moved shows. */
const lengths: LineJob = () => {
	const found: number[] = [];
	const lines: number[] = [];
	return {
		add: (text, line) => {
			found.push(text.length);
			lines.push(line);
		},
		finish: () => ({ lengths: Uint32Array.from(found), lines: Float64Array.from(lines) }),
	};
};

const fail: LineJob = (parameters) => ({
	add: (text) => {
		if (text === parameters) throw new Error(`a job failed at ${text}`);
	},
	finish: () => ({}),
});

const die: LineJob = () => ({ add: () => process.exit(7), finish: () => ({}) });

const spin: LineJob = () => ({
	add: () => {
		for (;;);
	},
	finish: () => ({}),
});

/** Prints how many lines and characters two threads count in the file named on the command line. */
async function main(path: string, entry: string): Promise<void> {
	await using index = await LineIndex.open(path);
	await using workers = new LineWorkers({ workerFile: pathToFileURL(entry), threads: 2 });
	const parts = await workers.mapLines(index, "lengths", { rangeBytes: 1000 });
	const all = parts.flatMap((part) => [...(part.columns.lengths ?? [])]);
	console.log(`${all.length} ${all.reduce((sum, length) => sum + length, 0)}`);
}

if (isLineWorker()) serveLineWorker({ lengths, fail, die, spin });
else await main(process.argv[2] ?? "", process.argv[1] ?? "");
