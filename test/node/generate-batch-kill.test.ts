import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runFolder, runIds } from "../../server/node/generate-folder.ts";
import { resumeGenerateRun } from "../../server/node/generate-run.ts";
import type { PracticeTeachers } from "../../server/practice/teachers.ts";
import type { TeacherKnobs } from "../../server/practice/teachers-knobs.ts";
import { batchOptions } from "./generate-batch-rig.ts";
import { repeatedRequests, rig, rowsOf } from "./generate-rig.ts";

const child = fileURLToPath(new URL("generate-batch-child.ts", import.meta.url));
const count = 40;

/** Kills the run when `isDone` holds, and finishes it with a server that answers again. */
function checkKill(
	moment: string,
	knobs: TeacherKnobs,
	isDone: (server: PracticeTeachers, folder: string) => boolean | Promise<boolean>,
): void {
	test(`kill -9 ${moment}: resumed, every row is there, and none was paid for twice`, async (context) => {
		const { folder, server } = await rig(context, knobs);
		const process = spawn(globalThis.process.execPath, [child, folder, server.baseUrl, server.apiKey, String(count)]);
		while (!(await isDone(server, folder))) await new Promise((resolve) => setTimeout(resolve, 2));
		process.kill("SIGKILL");
		await once(process, "exit");
		server.setKnobs({ numbered: true });
		const [runId = ""] = await runIds(folder);
		const options = batchOptions(folder, server.baseUrl, server.apiKey, count);
		const end = await (await resumeGenerateRun(runId, options)).ended;
		const { batches, attempts, repeats } = server.stats();
		assert.deepEqual([end.state, end.accepted, batches, attempts, repeats], ["done", count, 1, count, 0]);
		const rows = await rowsOf(join(folder, "out.jsonl"));
		assert.deepEqual([rows.length, repeatedRequests(rows)], [count, []]);
	});
}

async function journalSize(folder: string): Promise<number> {
	const [runId] = await runIds(folder);
	if (runId === undefined) return 0;
	return (await readFile(join(runFolder(folder, runId), "journal.jsonl"), "utf8").catch(() => "")).length;
}

checkKill("while the file is uploaded", { batchHang: "upload" }, (server) => server.stats().files === 1);
checkKill(
	"after the batch was created, before we heard of it",
	{ batchHang: "create" },
	(server) => server.stats().batches === 1,
);
checkKill("while the batch is waited for", { batchMs: 60_000 }, (server) => server.stats().batches === 1);
checkKill(
	"when the batch has ended, before we heard of it",
	{ batchHang: "retrieve" },
	(server) => server.stats().served === count,
);
checkKill("while the answers are fetched", { batchHang: "content" }, (server) => server.stats().served === count);
checkKill("while the answers are written", {}, async (_, folder) => (await journalSize(folder)) > 0);
