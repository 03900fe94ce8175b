import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as zlib from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { openFile } from "../../server/node/line-index-file.ts";
import { openSampleSource } from "../../server/node/sample-source.ts";
import type { SourceOptions } from "../../server/node/sample-source-kind.ts";
import { zstdWithoutNode } from "../../server/node/unpacked-blocks.ts";

const folder = await mkdtemp(join(tmpdir(), "sample-source-"));
const copies = await mkdtemp(join(tmpdir(), "sample-source-copies-"));
test.after(() => Promise.all([folder, copies].map((path) => rm(path, { recursive: true }))));
const engineFile = new URL("engine-threads-fixture.ts", import.meta.url);

const rows = Array.from({ length: 3000 }, (_, n) =>
	JSON.stringify({ id: String(n), response: "größer 日本".repeat(n % 7) }),
);
const text = `${rows.join("\r\n")}\n`;

async function written(name: string, bytes: string | Uint8Array): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, bytes);
	return path;
}

async function linesOf(path: string, options?: SourceOptions): Promise<string[]> {
	await using source = await openSampleSource(path, options);
	const lines: string[] = [];
	for await (const batch of source.readLines()) lines.push(...batch);
	assert.equal(lines.length, source.lineCount);
	assert.equal(await source.readLine(17), lines[17]);
	return lines;
}

/** Has copies made in a folder of their own for one test, so that one left behind shows. */
function leavingNothing(run: () => Promise<void>): () => Promise<void> {
	return async () => {
		const before = process.env.TMPDIR;
		process.env.TMPDIR = copies;
		try {
			await run();
		} finally {
			if (before === undefined) delete process.env.TMPDIR;
			else process.env.TMPDIR = before;
		}
		assert.deepEqual(await readdir(copies), []);
	};
}

const failsWith = (code: string) => (cause: unknown) =>
	cause instanceof Error && "code" in cause && cause.code === code;

const frames = (parts: readonly string[]) => Buffer.concat(parts.map((part) => zlib.zstdCompressSync(part)));

test(
	"plain, gzip and Zstandard files have the same lines",
	leavingNothing(async () => {
		const half = text.slice(0, text.length / 2);
		for (const [name, bytes] of [
			["plain.jsonl", text],
			["packed.jsonl.gz", zlib.gzipSync(text)],
			["members.jsonl.gz", Buffer.concat([zlib.gzipSync(half), zlib.gzipSync(text.slice(half.length))])],
			["packed.jsonl.zst", frames([text])],
			["frames.jsonl.zst", frames([half, text.slice(half.length)])],
		] as const)
			assert.deepEqual(await linesOf(await written(name, bytes)), rows, name);
	}),
);

test("Zstandard is unpacked the same where Node has none", async () => {
	const half = text.slice(0, text.length / 2);
	const file = await openFile(await written("old-node.zst", frames([half, text.slice(half.length)])));
	const blocks: Buffer[] = [];
	for await (const block of zstdWithoutNode(file)) blocks.push(block);
	await file.handle.close();
	assert.equal(Buffer.concat(blocks).toString(), text);
});

test("a plain line is given byte for byte; a packed file has no bytes to replace", async () => {
	const bytes = Buffer.concat([
		Buffer.from('{"a": "\\u00e9"}\r\n'),
		Buffer.from([0xff, 0x22, 0x0a]),
		Buffer.from("{}"),
	]);
	await using plain = await openSampleSource(await written("bytes.jsonl", bytes));
	const parts = await Promise.all([0, 1, 2].map((line) => plain.readBytes(line)));
	assert.deepEqual(Buffer.concat(parts.map((part) => part ?? Buffer.from("missing"))), bytes);
	await using packed = await openSampleSource(await written("bytes.jsonl.gz", zlib.gzipSync(bytes)));
	assert.equal(await packed.readBytes(0), null);
	assert.equal(packed.isExact, false);
	assert.match(packed.note, /3 lines, read-only/);
});

const columns = [
	{ name: "id", data: rows.map((_, n) => `row ${n}`), type: "STRING" as const },
	{ name: "response", data: rows.map((_, n) => "größer 日本".repeat(n % 7)), type: "STRING" as const },
	{ name: "tokens", data: rows.map((_, n) => 9_007_199_254_740_993n + BigInt(n)), type: "INT64" as const },
	{ name: "messages", data: rows.map((_, n) => [{ role: "user", content: `${n}` }]), type: "JSON" as const },
];

test(
	"the rows of a Parquet file are lines of JSON, with or without a thread",
	leavingNothing(async () => {
		const path = await written(
			"rows.parquet",
			new Uint8Array(parquetWriteBuffer({ columnData: columns, rowGroupSize: 700 })),
		);
		const shares: number[] = [];
		const threaded = await linesOf(path, { engineFile, onProgress: (share) => shares.push(share) });
		assert.deepEqual(await linesOf(path), threaded);
		// Whole numbers beyond doubles keep every digit.
		assert.equal(
			threaded[2],
			'{"id":"row 2","response":"größer 日本größer 日本","tokens":9007199254740995,"messages":[{"role":"user","content":"2"}]}',
		);
		assert.equal(threaded.length, rows.length);
		assert.equal(shares.at(-1), 1);
	}),
);

test(
	"damaged files are named as such, and leave nothing behind",
	leavingNothing(async () => {
		const packed = zlib.gzipSync(text);
		const path = await written("cut.jsonl.gz", packed.subarray(0, packed.length / 2));
		await assert.rejects(openSampleSource(path), failsWith("damaged-archive"));
		const parquet = await written("cut.parquet", "PAR1 and then nothing of a table");
		await assert.rejects(openSampleSource(parquet), failsWith("damaged-parquet"));
		await assert.rejects(openSampleSource(parquet, { engineFile }), failsWith("damaged-parquet"));
		const zstd = frames([text]);
		await assert.rejects(
			openSampleSource(await written("cut.zst", zstd.subarray(0, zstd.length / 2))),
			failsWith("damaged-archive"),
		);
	}),
);

test(
	"a file that is one JSON array is named as one, packed or not; lines that are arrays are not",
	leavingNothing(async () => {
		const one = `[\n${rows.map((row) => `  ${row}`).join(",\n")}\n]\n`;
		await assert.rejects(openSampleSource(await written("array.json", one)), failsWith("json-array"));
		await assert.rejects(
			openSampleSource(await written("flat.json", `\ufeff [${rows.join(",")}]`)),
			failsWith("json-array"),
		);
		await assert.rejects(openSampleSource(await written("array.json.gz", zlib.gzipSync(one))), failsWith("json-array"));
		await using source = await openSampleSource(await written("lists.jsonl", "[1]\n[2]\n"));
		assert.equal(source.lineCount, 2);
	}),
);

test("a packed file that changes on disk is not read on", async () => {
	const path = await written("changing.jsonl.gz", zlib.gzipSync(text));
	await using source = await openSampleSource(path);
	await writeFile(path, await readFile(path));
	await assert.rejects(source.readLine(0), failsWith("file-changed"));
});

test(
	"unpacking ends when it is told to",
	leavingNothing(async () => {
		const path = await written("stopped.jsonl.gz", zlib.gzipSync(text.repeat(200)));
		const stop = new AbortController();
		const opening = openSampleSource(path, { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) });
		await assert.rejects(opening, /enough/);
	}),
);

test(
	"a copy that a killed process left is removed by the next one, and nothing else",
	leavingNothing(async () => {
		const { pid } = spawnSync(process.execPath, ["-e", ""]);
		const others = join(copies, "somebody-elses");
		await Promise.all([join(copies, `polyglot-lens-copy-${pid}-abc`), others].map((path) => mkdir(path)));
		await using source = await openSampleSource(await written("next.jsonl.gz", zlib.gzipSync(text)));
		assert.equal(source.lineCount, rows.length);
		assert.equal((await readdir(copies)).length, 2);
		await rm(others, { recursive: true });
	}),
);

test("a million empty lines have a number each", async () => {
	await using source = await openSampleSource(await written("empty.jsonl", "\n".repeat(1e6)));
	assert.equal(source.lineCount, 1e6);
	assert.equal(await source.readLine(999_999), "");
});
