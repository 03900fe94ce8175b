import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFile, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { JsonlLog } from "../../server/node/jsonl-log.ts";

const freshPath = async () => join(await mkdtemp(join(tmpdir(), "log-")), "deep", "log.jsonl");

async function reopened(path: string): Promise<unknown[]> {
	const rows: unknown[] = [];
	const log = await JsonlLog.open(path, (line) => rows.push(JSON.parse(line)));
	await log.close();
	return rows;
}

test("acknowledged rows are on disk, in order", async () => {
	const path = await freshPath();
	const log = await JsonlLog.open(path);
	await Promise.all(Array.from({ length: 500 }, (_, n) => log.append({ n })));
	const text = await readFile(path, "utf8");
	assert.deepEqual(
		text
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line).n),
		Array.from({ length: 500 }, (_, n) => n),
	);
	await log.close();
});

test("a torn tail is cut at the last newline, and the next row starts on its own line", async () => {
	const path = await freshPath();
	const log = await JsonlLog.open(path);
	await log.append({ text: "ä".repeat(700_000) });
	await log.append({ text: "二" });
	await log.close();
	await appendFile(path, '{"text":"torn');
	const again = await JsonlLog.open(path);
	await again.append({ text: "after" });
	await again.close();
	assert.deepEqual(await reopened(path), [{ text: "ä".repeat(700_000) }, { text: "二" }, { text: "after" }]);
});

test("a closed log refuses rows by name", async () => {
	const path = await freshPath();
	const log = await JsonlLog.open(path);
	await log.close();
	await assert.rejects(log.append({}), /log\.jsonl is closed/);
});

test("a failed write rejects every waiting row and all later ones", async () => {
	const path = await freshPath();
	const script = `
		import { JsonlLog } from ${JSON.stringify(new URL("../../server/node/jsonl-log.ts", import.meta.url).href)};
		const log = await JsonlLog.open(${JSON.stringify(path)});
		const settle = (row) => log.append(row).then(() => "kept", (cause) => cause.message);
		const answers = [await settle({ n: 1 }), await settle({ text: "x".repeat(9000) }), await settle({ n: 3 })];
		console.log(JSON.stringify(answers));`;
	const child = spawnSync(
		"bash",
		["-c", 'ulimit -f 4; exec "$0" --input-type=module -e "$1"', process.execPath, script],
		{ encoding: "utf8" },
	);
	const [first, second, third] = JSON.parse(child.stdout) as string[];
	assert.equal(first, "kept");
	assert.match(second ?? "", /Cannot write .*log\.jsonl: .*EFBIG/);
	assert.equal(third, second);
	assert.deepEqual((await reopened(path)).slice(0, 1), [{ n: 1 }]);
});
