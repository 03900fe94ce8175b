import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { LineIndex } from "../../server/node/line-index.ts";
import { streamLines } from "../../server/node/line-index-stream.ts";
import { seededRandom } from "../core/near-duplicates/planted-texts.ts";

const folder = await mkdtemp(join(tmpdir(), "line-index-"));
test.after(() => rm(folder, { recursive: true }));
let fileCount = 0;

async function written(content: string | Buffer): Promise<string> {
	fileCount += 1;
	const path = join(folder, `${fileCount}.jsonl`);
	await writeFile(path, content);
	return path;
}

async function collected(batches: AsyncIterable<readonly string[]>): Promise<string[]> {
	const lines: string[] = [];
	for await (const batch of batches) for (const line of batch) lines.push(line);
	return lines;
}

/** By number, in order and as a stream the lines are the same. */
async function check(content: string | Buffer, expected: readonly string[]): Promise<void> {
	const path = await written(content);
	await using index = await LineIndex.open(path);
	assert.equal(index.lineCount, expected.length);
	assert.deepEqual(await collected(index.readLines()), expected);
	assert.deepEqual(await collected(streamLines(path)), expected);
	for (const line of [0, expected.length >> 1, expected.length - 1]) {
		if (line >= 0 && line < expected.length) assert.equal(await index.readLine(line), expected[line]);
	}
}

const failsWith = (code: string) => (cause: unknown) =>
	cause instanceof Error && "code" in cause && cause.code === code;

test("an empty file has no line", () => check("", []));
test("a byte order mark alone is no line", () => check("\ufeff", []));
test("text after the last newline is a line, nothing after it is none", async () => {
	await check("a\nb", ["a", "b"]);
	await check("a\nb\n", ["a", "b"]);
	await check("\n", [""]);
});
test("a byte order mark belongs to no line, a second one does", () => check("\ufeff\ufeffa\nb", ["\ufeffa", "b"]));
test("CRLF is one break; a lone carriage return is none", () => check("a\r\nb\rc\n\r\nd\r", ["a", "b\rc", "", "d"]));
test("bytes that are not UTF-8 stay in their line", () =>
	check(Buffer.from([0x61, 0xff, 0x0a, 0xe3, 0x81, 0x0a, 0x00, 0x0a]), ["a\ufffd", "\ufffd", "\0"]));
test("line separators of Unicode are text", () => check("a\u2028b\u0085c\nd", ["a\u2028b\u0085c", "d"]));

test("a million empty lines", async () => {
	await using index = await LineIndex.open(await written("\n".repeat(1_000_000)));
	assert.equal(index.lineCount, 1_000_000);
	assert.equal(await index.readLine(999_999), "");
	assert.ok(index.byteLength <= 16 * index.lineCount);
});

test("lines of 20 MB between short ones, across blocks and batches", async () => {
	const long = "ü".repeat(10_000_000);
	await check(`{"a":1}\n${long}\n{"b":2}\n${long}`, ['{"a":1}', long, '{"b":2}', long]);
});

test("a newline at either side of a block's edge", async () => {
	for (const size of [(1 << 22) - 1, 1 << 22, (1 << 22) + 1]) {
		const long = "x".repeat(size - 1);
		await check(`${long}\ny\n`, [long, "y"]);
	}
});

test("ranges cover all lines once", async () => {
	await using index = await LineIndex.open(await written(`${"x".repeat(50)}\n`.repeat(1000)));
	const ranges = [...index.ranges(700)];
	assert.deepEqual(
		ranges.map((range) => range.from),
		[0, ...ranges.slice(0, -1).map((range) => range.to)],
	);
	assert.equal(ranges.at(-1)?.to, 1000);
	assert.ok(ranges.every((range) => range.endByte - range.startByte <= 751));
	assert.equal((await collected(index.readLines(990, 2000))).length, 10);
	assert.deepEqual(await collected(index.readLines(5, 5)), []);
});

test("a line that is not there is an error with the numbers", async () => {
	await using index = await LineIndex.open(await written("a\nb\n"));
	for (const line of [-1, 2, 0.5, Number.NaN]) {
		await assert.rejects(index.readLine(line), failsWith("no-such-line"));
	}
});

test("whatever changes a file, the next read says so", async () => {
	const changes: ((path: string) => Promise<void>)[] = [
		(path) => appendFile(path, "c\n"),
		(path) => truncate(path, 2),
		(path) => writeFile(path, "different\n"),
		async (path) => rename(await written("a\nb\n"), path),
		(path) => rm(path),
	];
	for (const change of changes) {
		const path = await written("a\nb\n");
		await using index = await LineIndex.open(path);
		assert.equal(await index.readLine(1), "b");
		await change(path);
		await assert.rejects(index.readLine(1), failsWith("file-changed"));
		await assert.rejects(collected(index.readLines()), failsWith("file-changed"));
	}
});

test("a file that changes while it is indexed or streamed is refused", async () => {
	const path = await written("x\n".repeat(4 << 20));
	const onProgress = () => appendFileSync(path, "z\n");
	await assert.rejects(LineIndex.open(path, { onProgress }), failsWith("file-changed"));
	const stream = streamLines(path);
	await stream.next();
	await appendFile(path, "y\n");
	await assert.rejects(collected(stream), failsWith("file-changed"));
});

test("what is no readable text file is refused by name", async () => {
	await assert.rejects(LineIndex.open(join(folder, "none")), failsWith("file-unreadable"));
	await assert.rejects(LineIndex.open(folder), failsWith("file-unreadable"));
	for (const mark of [Buffer.from("\ufeffa", "utf16le"), Buffer.from([0xfe, 0xff, 0, 0x61])]) {
		const path = await written(mark);
		await assert.rejects(LineIndex.open(path), failsWith("not-utf-8"));
		await assert.rejects(collected(streamLines(path)), failsWith("not-utf-8"));
	}
});

test("an aborted signal ends indexing", async () => {
	const path = await written("x\n".repeat(10));
	await assert.rejects(LineIndex.open(path, { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
});

const text = `\ufeff${Array.from({ length: 50_000 }, (_, n) => `{"n":${n},"text":"文"}`).join("\r\n")}`;
const packers = { gzip: gzipSync, zstd: zstdCompressSync };
for (const [name, pack] of Object.entries(packers)) {
	test(`${name}: streamed like the plain file, in one part or several`, async () => {
		const plain = await collected(streamLines(await written(text)));
		assert.equal(plain.length, 50_000);
		const packings = [
			[0, text.length],
			[0, 1000, text.length],
			[0, 5, 400_000, 400_001, 900_000, text.length],
		];
		for (const cuts of packings) {
			const parts = cuts.slice(1).map((end, at) => pack(text.slice(cuts[at], end)));
			const lines = await collected(streamLines(await written(Buffer.concat(parts))));
			assert.ok(lines.join("\n") === plain.join("\n"), `${lines.length} lines of ${plain.length}`);
		}
	});

	test(`${name}: parts larger than a block that nothing packs well`, async () => {
		const random = seededRandom(1);
		const noise = Array.from({ length: 60_000 }, () => random().toString(36)).join("\n");
		const parts = [0, 200_000, 650_000].map((cut, at, cuts) => pack(noise.slice(cut, cuts[at + 1])));
		const lines = await collected(streamLines(await written(Buffer.concat(parts))));
		assert.ok(lines.join("\n") === noise, `${lines.length} lines`);
	});

	test(`${name}: a damaged or shortened file is an error after the good lines`, async () => {
		const packed = pack(text);
		await assert.rejects(
			collected(streamLines(await written(packed.subarray(0, packed.length - 20)))),
			failsWith("damaged-archive"),
		);
		await assert.rejects(
			collected(streamLines(await written(packed.fill(0xaa, 40, 90)))),
			failsWith("damaged-archive"),
		);
	});

	test(`${name}: lines can't be read by number`, async () => {
		await assert.rejects(LineIndex.open(await written(pack("a\n"))), failsWith("compressed"));
	});

	test(`${name}: a reader that stops early leaves nothing open`, async () => {
		for await (const lines of streamLines(await written(pack(text)))) {
			assert.ok(lines.length > 0);
			break;
		}
	});
}

test("any bytes: as many lines as a plain split finds, with the same text", async () => {
	const bytes = fc
		.uint8Array({ maxLength: 300 })
		.filter((all) => (all[0] ?? 0) < 0xef && all[0] !== 0x1f && all[0] !== 0x28);
	const breaks = fc.array(fc.constantFrom("\n", "\r\n", "a", "あ", "\r", '{"x":1}\n'), { maxLength: 60 });
	const content = fc.oneof(
		bytes.map((all) => Buffer.from(all)),
		breaks.map((all) => Buffer.from(all.join(""))),
	);
	await fc.assert(
		fc.asyncProperty(content, async (buffer) => {
			const lines = buffer.toString("latin1").split("\n");
			if (lines.at(-1) === "") lines.pop();
			const decoded = lines.map((line) => Buffer.from(line.replace(/\r$/u, ""), "latin1").toString("utf8"));
			await check(buffer, decoded);
		}),
		{ numRuns: 200 },
	);
});
