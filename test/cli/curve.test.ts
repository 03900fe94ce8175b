/** Nested samples: what the larger holds, what is noted, and what is refused. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../server/cli/curve.ts";
import { loadWorkspace } from "../../server/node/score-workspace.ts";
import { recorded } from "./recorded.ts";

const folder = await mkdtemp(join(tmpdir(), "curve-"));
const polyglotCurve = (...args: string[]) => recorded(run, args, folder);
const linesOf = async (name: string) => (await readFile(join(folder, name), "utf8")).trimEnd().split("\n");

const strategies = ["generate", "translate", "respond"];
const rows = Array.from({ length: 90 }, (_, n) =>
	JSON.stringify({ id: n, strategy: strategies[n % 3], prompt: `p ${n}`, response: `r ${n}`, "unknown field": n }),
);
await writeFile(join(folder, "samples.jsonl"), `${rows.join("\n")}\nno json\n`);

test("each sample holds the smaller ones, lines as they stand, strategies in equal shares", async () => {
	const { code, stdout } = await polyglotCurve("--data", "samples.jsonl", "--sizes", "60,15,30");
	assert.equal(code, 0);
	const { steps, source } = JSON.parse(stdout);
	assert.deepEqual([source, steps.map((step: { rows: number }) => step.rows)], ["samples.jsonl", [15, 30, 60]]);
	let smaller: string[] = [];
	for (const { rows: size, path, sha256 } of steps) {
		const drawn = await linesOf(path);
		assert.equal(drawn.length, size);
		assert.deepEqual(drawn.slice(0, smaller.length), smaller);
		assert.ok(drawn.every((line) => rows.includes(line)));
		for (const strategy of strategies)
			assert.equal(drawn.filter((line) => line.includes(`"${strategy}"`)).length, size / 3);
		const content = await readFile(join(folder, path), "utf8");
		assert.equal(createHash("sha256").update(content).digest("hex"), sha256);
		smaller = drawn;
	}
	assert.notDeepEqual(smaller, rows.slice(0, 60));
});

test("the same draw again changes nothing but the note; another draw never writes over it", async () => {
	const before = await linesOf("samples.15.jsonl");
	assert.equal((await polyglotCurve("--data", "samples.jsonl", "--sizes", "15,30,60")).code, 0);
	assert.deepEqual(await linesOf("samples.15.jsonl"), before);
	const { code, stderr } = await polyglotCurve("--data", "samples.jsonl", "--sizes", "15,30", "--seed", "7");
	assert.equal(code, 2);
	assert.match(stderr[0] ?? "", /exists and is another sample/);
	assert.equal((await loadWorkspace(folder)).nested.length, 2);
});

test("unusable arguments end with 2 and one line", async () => {
	const refused: [string[], RegExp][] = [
		[[], /Name a dataset/],
		[["--data", "samples.jsonl"], /at least two whole numbers/],
		[["--data", "samples.jsonl", "--sizes", "10"], /at least two whole numbers/],
		[["--data", "samples.jsonl", "--sizes", "10,91"], /has 90 rows; a sample of 91 is not in it/],
		[["--data", "absent.jsonl", "--sizes", "1,2"], /Cannot read .*absent/],
		[["--data", "samples.jsonl", "--sizes", "1,2", "--seed", "x"], /whole number/],
	];
	for (const [args, expected] of refused) {
		const { code, stdout, stderr } = await polyglotCurve(...args);
		assert.deepEqual([code, stdout, stderr.length], [2, "", 1]);
		assert.match(stderr[0] ?? "", expected);
	}
});
