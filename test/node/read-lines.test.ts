import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { readLines } from "../../server/node/read-lines.ts";

const folder = await mkdtemp(join(tmpdir(), "read-lines-"));
test.after(() => rm(folder, { recursive: true }));

async function linesOf(bytes: string | Uint8Array): Promise<string[]> {
	const path = join(folder, "samples");
	await writeFile(path, bytes);
	const lines: string[] = [];
	for await (const batch of readLines(path)) lines.push(...batch);
	return lines;
}

const refused = { name: "UserError", code: "json-array" };
const rows = Array.from({ length: 5000 }, (_, index) => `{"id":"${index}","response":"größer ${index}"}`);

test("lines are the same plain, packed and as rows of a table", async () => {
	const text = `\ufeff\n${rows.join("\r\n")}`;
	assert.deepEqual(await linesOf(text), ["", ...rows]);
	assert.deepEqual(await linesOf(gzipSync(text)), ["", ...rows]);
	assert.deepEqual(await linesOf(zstdCompressSync(text)), ["", ...rows]);
	const columnData = [
		{ name: "id", data: rows.map((_, index) => `${index}`), type: "STRING" as const },
		{ name: "response", data: rows.map((_, index) => `größer ${index}`), type: "STRING" as const },
	];
	assert.deepEqual(await linesOf(new Uint8Array(parquetWriteBuffer({ columnData }))), rows);
});

test("one array over the file is refused, in one line or many; lines that are lists are lines", async () => {
	await assert.rejects(linesOf(`[${rows.join(",")}]`), refused);
	await assert.rejects(linesOf(`\n [\n${rows.join(",\n")}\n]\n`), refused);
	await assert.rejects(linesOf(gzipSync(`[\n{"a":\n1}]`)), refused);
	assert.deepEqual(await linesOf("[1]\n[2]\n"), ["[1]", "[2]"]);
	assert.deepEqual(await linesOf("[1\n{}\n"), ["[1", "{}"]);
	assert.deepEqual(await linesOf(""), []);
	assert.deepEqual(await linesOf("\n\n"), ["", ""]);
});
