/** Speed and memory of the line index on 1 GB of generated JSONL in the page cache, and of threads reading its lines. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { collectSignatures } from "../../server/core/near-duplicates/signature-columns.ts";
import { LineIndex } from "../../server/node/line-index.ts";
import { streamLines } from "../../server/node/line-index-stream.ts";
import { isLineWorker, serveLineWorker } from "../../server/node/line-worker.ts";
import type { LineJob } from "../../server/node/line-worker-job.ts";
import { LineWorkers } from "../../server/node/line-worker-pool.ts";
import { plantTexts } from "../core/near-duplicates/planted-texts.ts";
import type { Bench, BenchRow } from "./main.ts";

const fileBytes = 1e9;
const rounds = 9;
const threadRounds = [
	{ job: "parse", times: 5 },
	{ job: "signatures", times: 1 },
] as const;

/** What every check has to do first: decode the line and parse it. */
const parse: LineJob = () => {
	const lengths: number[] = [];
	return {
		add: (text) => lengths.push(textOf(text).length),
		finish: () => ({ lengths: Uint32Array.from(lengths) }),
	};
};

const signatures: LineJob = () => {
	const collector = collectSignatures(8192);
	return {
		add: (text) => collector.add(textOf(text)),
		finish: () => {
			const { values, hashes } = collector.finish();
			return { values, hashes };
		},
	};
};

export async function run(): Promise<Bench> {
	const folder = mkdtempSync(join(tmpdir(), "bench-lines-"));
	try {
		const path = join(folder, "samples.jsonl");
		await writeSamples(path);
		return {
			name: "line index: 1 GB of JSONL, about 700 bytes a line, eight languages, in the page cache",
			rows: [...(await indexRows(path)), ...(await readRows(path))],
		};
	} finally {
		rmSync(folder, { recursive: true });
	}
}

async function writeSamples(path: string): Promise<void> {
	const { texts } = plantTexts(20_000, 500, [0.1], 1);
	const block = Buffer.from(texts.map((text, n) => `${JSON.stringify({ id: n, response: text })}\n`).join(""));
	const file = await open(path, "w");
	for (let written = 0; written < fileBytes; written += block.length) await file.writeFile(block);
	await file.close();
}

/** Raw reads and the index take turns, so that both meet the same load; medians, as one quiet moment flatters. */
async function indexRows(path: string): Promise<BenchRow[]> {
	const raw: number[] = [];
	const indexing: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		raw.push(await secondsOf(() => readAll(path)));
		indexing.push(await secondsOf(async () => (await LineIndex.open(path)).close()));
	}
	const cold = await coldSeconds(path);
	await using index = await LineIndex.open(path);
	const { size } = index.version;
	const rate = size / median(indexing) / 1e9;
	const perLine = index.byteLength / index.lineCount;
	return [
		{ what: "lines", measured: String(index.lineCount), target: "", ok: null },
		{ what: "read alone, no lines looked for", measured: rateText(size, raw), target: "", ok: null },
		{ what: "index", measured: rateText(size, indexing), target: "≥ 2 GB/s", ok: rate >= 2 },
		...coldRows(size, cold),
		{ what: "memory a line", measured: `${perLine.toFixed(1)} bytes`, target: "≤ 16 bytes", ok: perLine <= 16 },
		{ what: "longest time between two blocks", measured: await longestPause(path), target: "", ok: null },
		{ what: "one line by number, p95 of 2,000", measured: `${await p95(index)} ms`, target: "", ok: null },
	];
}

/** Raw reads and the index, from the disk. Null where the page cache can't be emptied of the file (GNU dd does it). */
async function coldSeconds(path: string): Promise<{ raw: number[]; indexing: number[] } | null> {
	const raw: number[] = [];
	const indexing: number[] = [];
	for (let round = 0; round < coldRounds; round += 1) {
		if (!dropFromCache(path)) return null;
		raw.push(await secondsOf(() => readAll(path)));
		if (!dropFromCache(path)) return null;
		indexing.push(await secondsOf(async () => (await LineIndex.open(path)).close()));
	}
	return { raw, indexing };
}

const coldRounds = 5;

/** What was written lately is synced first, as only clean pages can be dropped. */
function dropFromCache(path: string): boolean {
	const synced = spawnSync("sync", [path]).status === 0;
	return synced && spawnSync("dd", [`if=${path}`, "iflag=nocache", "count=0"]).status === 0;
}

/** The disk's own rate is the target; the fastest rounds are compared, as whatever else reads the disk only slows. */
function coldRows(size: number, cold: Awaited<ReturnType<typeof coldSeconds>>): BenchRow[] {
	if (!cold) return [{ what: "index, cold", measured: "the page cache can't be emptied here", target: "", ok: null }];
	const share = Math.min(...cold.raw) / Math.min(...cold.indexing);
	return [
		{ what: "read alone, cold", measured: rateText(size, cold.raw), target: "", ok: null },
		{ what: "index, cold", measured: rateText(size, cold.indexing), target: "the disk's own rate", ok: share >= 0.8 },
	];
}

/** Reads the file in the index's own block size and looks at nothing: what the index can reach at most. */
async function readAll(path: string): Promise<void> {
	const file = await open(path, "r");
	const block = Buffer.allocUnsafe(1 << 22);
	while ((await file.read(block, 0, block.length, null)).bytesRead > 0);
	await file.close();
}

function rateText(bytes: number, seconds: readonly number[]): string {
	const rate = (one: number) => (bytes / one / 1e9).toFixed(1);
	const range = `${rate(Math.max(...seconds))} to ${rate(Math.min(...seconds))}`;
	return `${rate(median(seconds))} GB/s, median of ${seconds.length} (${range})`;
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function longestPause(path: string): Promise<string> {
	let longest = 0;
	let last = performance.now();
	const onProgress = () => {
		longest = Math.max(longest, performance.now() - last);
		last = performance.now();
	};
	const index = await LineIndex.open(path, { onProgress });
	await index.close();
	return `${longest.toFixed(0)} ms`;
}

async function p95(index: LineIndex): Promise<string> {
	const times: number[] = [];
	for (let at = 0; at < 2000; at += 1) {
		const start = performance.now();
		await index.readLine((at * 7919) % index.lineCount);
		times.push(performance.now() - start);
	}
	times.sort((a, b) => a - b);
	return (times[1900] ?? Number.NaN).toFixed(2);
}

async function readRows(path: string): Promise<BenchRow[]> {
	await using index = await LineIndex.open(path);
	const megabytes = index.version.size / 1e6;
	const row = (what: string, seconds: readonly number[]): BenchRow => ({
		what,
		measured: `${(megabytes / median(seconds)).toFixed(0)} MB/s (${seconds.map((one) => one.toFixed(1)).join(", ")} s)`,
		target: "",
		ok: null,
	});
	const rows = [row("stream of decoded lines, one thread", [await secondsOf(() => drain(streamLines(path)))])];
	const counts = [1, availableParallelism()];
	for (const { job, times } of threadRounds) {
		const seconds = counts.map((): number[] => []);
		for (let round = 0; round < times; round += 1) {
			for (const [at, threads] of counts.entries()) {
				await using workers = new LineWorkers({ workerFile: new URL(import.meta.url), threads });
				seconds[at]?.push(await secondsOf(() => workers.mapLines(index, job)));
			}
		}
		rows.push(...counts.map((threads, at) => row(`${job}, threads: ${threads}`, seconds[at] ?? [])));
	}
	return rows;
}

async function drain(lines: AsyncIterable<readonly string[]>): Promise<void> {
	for await (const batch of lines) if (batch.length === 0) throw new Error("an empty batch");
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return (performance.now() - start) / 1000;
}

function textOf(line: string): string {
	return (JSON.parse(line) as { response: string }).response;
}

if (isLineWorker()) serveLineWorker({ parse, signatures });
