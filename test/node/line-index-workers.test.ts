import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { LineIndex } from "../../server/node/line-index.ts";
import { LineWorkers } from "../../server/node/line-worker-pool.ts";

const folder = await mkdtemp(join(tmpdir(), "line-workers-"));
test.after(() => rm(folder, { recursive: true }));
const workerFile = new URL("line-index-entry-fixture.ts", import.meta.url);
const lineCount = 5000;
const lines = Array.from({ length: lineCount }, (_, n) => "é".repeat(n % 50));

async function indexed(name: string): Promise<LineIndex> {
	const path = join(folder, `${name}.jsonl`);
	await writeFile(path, `\ufeff${lines.join("\r\n")}`);
	return LineIndex.open(path);
}

const failsWith = (code: string) => (cause: unknown) =>
	cause instanceof Error && "code" in cause && cause.code === code;

test("threads see every line once, with its number, and parts come in order", async () => {
	await using index = await indexed("order");
	await using workers = new LineWorkers({ workerFile, threads: 2 });
	let shown = 0;
	const parts = await workers.mapLines(index, "lengths", {
		rangeBytes: 1000,
		onPart: () => {
			shown += 1;
		},
	});
	assert.ok(parts.length > 50);
	assert.equal(shown, parts.length);
	const lengths = parts.flatMap((part) => [...(part.columns.lengths ?? [])]);
	assert.deepEqual(
		lengths,
		lines.map((line) => line.length),
	);
	const numbers = parts.flatMap((part) => [...(part.columns.lines ?? [])]);
	assert.deepEqual(
		numbers,
		lines.map((_, line) => line),
	);
});

test("two maps at once share the threads", async () => {
	await using index = await indexed("shared");
	await using workers = new LineWorkers({ workerFile, threads: 2 });
	const both = await Promise.all([1, 2].map(() => workers.mapLines(index, "lengths", { rangeBytes: 5000 })));
	for (const parts of both) {
		assert.equal(
			parts.reduce((sum, part) => sum + (part.columns.lengths?.length ?? 0), 0),
			lineCount,
		);
	}
});

test("a file without lines gives no parts", async () => {
	const path = join(folder, "empty.jsonl");
	await writeFile(path, "");
	await using index = await LineIndex.open(path);
	await using workers = new LineWorkers({ workerFile, threads: 2 });
	assert.deepEqual(await workers.mapLines(index, "lengths"), []);
});

test("a job that throws fails its map; the pool goes on", async () => {
	await using index = await indexed("throws");
	await using workers = new LineWorkers({ workerFile, threads: 2 });
	await assert.rejects(workers.mapLines(index, "fail", { parameters: "éé", rangeBytes: 1000 }), /a job failed at éé/);
	await assert.rejects(workers.mapLines(index, "unknown"), /no job `unknown`/);
	assert.ok((await workers.mapLines(index, "lengths")).length > 0);
});

test("a thread that dies fails its map; the next map gets another thread", async () => {
	await using index = await indexed("dies");
	await using workers = new LineWorkers({ workerFile, threads: 1 });
	await assert.rejects(workers.mapLines(index, "die"), /ended by itself, code 7/);
	assert.ok((await workers.mapLines(index, "lengths")).length > 0);
});

test("aborting ends a job that never would; the pool goes on", async () => {
	await using index = await indexed("spins");
	await using workers = new LineWorkers({ workerFile, threads: 1 });
	const stop = new AbortController();
	const spinning = workers.mapLines(index, "spin", { signal: stop.signal });
	const waiting = workers.mapLines(index, "lengths");
	stop.abort(new Error("enough"));
	await assert.rejects(spinning, /enough/);
	assert.ok((await waiting).length > 0);
});

test("closing the pool rejects what runs and what waits", async () => {
	await using index = await indexed("closes");
	const workers = new LineWorkers({ workerFile, threads: 1 });
	const maps = [workers.mapLines(index, "spin"), workers.mapLines(index, "lengths")];
	const closing = workers.close();
	for (const map of maps) await assert.rejects(map, /closed/);
	await closing;
});

test("a file that changed since it was indexed is refused", async () => {
	await using index = await indexed("changes");
	await using workers = new LineWorkers({ workerFile, threads: 2 });
	await appendFile(index.path, "more");
	await assert.rejects(workers.mapLines(index, "lengths"), failsWith("file-changed"));
});

test("threads start from one bundled file as well, and don't keep the process alive", async () => {
	const outfile = join(folder, "bundled.mjs");
	await esbuild.build({
		entryPoints: [fileURLToPath(workerFile)],
		bundle: true,
		platform: "node",
		format: "esm",
		target: "es2024",
		outfile,
	});
	await using index = await indexed("bundled");
	const counted = execFileSync(process.execPath, [outfile, index.path], { encoding: "utf8", timeout: 30_000 });
	assert.equal(counted, `${lineCount} ${lines.reduce((sum, line) => sum + line.length, 0)}\n`);
});
