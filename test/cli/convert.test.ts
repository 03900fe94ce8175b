import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { run } from "../../server/cli/convert.ts";
import { recorded } from "./recorded.ts";

const rows = Array.from(
	{ length: 3000 },
	(_, index) => `{"id": ${index}, "response": "größer ${"x".repeat(index % 90)}"}`,
);
const lines = `${rows.join("\n")}\n`;

/** Converts a file of this name in a folder of its own; gives what was said and what lies there afterwards. */
async function convert(name: string, bytes: string | Uint8Array, ...more: string[]) {
	const cwd = await mkdtemp(join(tmpdir(), "polyglot-convert-"));
	try {
		await writeFile(join(cwd, name), bytes);
		const { code, stdout, stderr } = await recorded(run, [name, ...more], cwd);
		const names = (await readdir(cwd)).filter((one) => one !== name);
		const written = await Promise.all(names.map(async (one) => [one, await readFile(join(cwd, one), "utf8")] as const));
		return { code, stdout, stderr, written };
	} finally {
		await rm(cwd, { recursive: true });
	}
}

test("an array, in one line or many, packed or not, becomes a line an element", async () => {
	const pretty = `[\n\t${rows.join(",\n\t")}\n]\n`;
	for (const [name, bytes] of [
		["samples.json", pretty],
		["samples.json", `[${rows.join(", ")}]`],
		["samples.json.gz", gzipSync(pretty)],
		["samples.json.zst", zstdCompressSync(pretty)],
	] as const) {
		const { code, stdout, written } = await convert(name, bytes);
		assert.deepEqual([code, stdout], [0, "3000 lines in samples.jsonl\n"]);
		assert.deepEqual(written, [["samples.jsonl", lines]]);
	}
});

test("a packed file and a table become plain lines", async () => {
	assert.deepEqual((await convert("samples.jsonl.gz", gzipSync(lines))).written, [["samples.jsonl", lines]]);
	const columnData = [{ name: "id", data: rows.map((_, index) => `${index}`), type: "STRING" as const }];
	const { written } = await convert("samples.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
	assert.deepEqual(written, [["samples.jsonl", rows.map((_, index) => `{"id":"${index}"}\n`).join("")]]);
});

test("nothing is written over, and nothing is left of a file that breaks", async () => {
	const taken = await convert("samples.json", "[1]", "samples.json");
	assert.deepEqual([taken.code, taken.written], [2, []]);
	assert.match(taken.stderr.join(), /exists already/);
	const broken = await convert("samples.json", '[{"a": 1},\n{"a": ');
	assert.deepEqual([broken.code, broken.written], [2, []]);
	assert.match(broken.stderr.join(), /breaks at character 18: The array is never closed/);
	const array = await convert("samples.jsonl", "[\n1,\n2\n]");
	assert.deepEqual(array.written, [["samples.lines.jsonl", "1\n2\n"]]);
});

test("--force replaces what is there", async () => {
	assert.equal((await convert("samples.json", "[1,2]", "samples.json", "--force")).stdout, "2 lines in samples.json\n");
});
