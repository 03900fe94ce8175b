import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { setTimeout as moment } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type PracticeTeachers, startPracticeTeachers } from "../../server/practice/teachers.ts";
import { mediaFolder } from "./generate-rig.ts";
import { attemptsOf, type MeasureRig, measureRig } from "./measure-rig.ts";

const child = fileURLToPath(new URL("measure-kill-child.ts", import.meta.url));
const rows = 240;
const concurrency = 8;

async function practice(context: TestContext) {
	const server = await startPracticeTeachers({ mediaFolder, knobs: { latencyMs: 15 } });
	context.after(() => server.close());
	return server;
}

function start({ folder, wish }: MeasureRig, server: PracticeTeachers) {
	const started = spawn(process.execPath, [child, folder, JSON.stringify(wish), server.baseUrl, server.apiKey], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	return { process: started, lines: createInterface({ input: started.stdout }) };
}

test("three kill -9 with the practice judge: what was answered stays, and at most what was in flight is asked again", async (context) => {
	const server = await practice(context);
	const rig = await measureRig(rows);
	const kept = new Set<string>();
	for (let kill = 1; kill <= 3; kill += 1) {
		const { process, lines } = start(rig, server);
		await once(lines, "line");
		while (server.stats().served < kill * 55) await moment(2);
		process.kill("SIGKILL");
		await once(process, "exit");
		for (const { key, verdict } of await attemptsOf(rig.folder, rig.wish)) if (verdict === "kept") kept.add(key);
	}
	assert.ok(kept.size > 100, `${kept.size} were kept before the last kill`);
	const before = server.stats().attempts;
	const { process, lines } = start(rig, server);
	const said: string[] = [];
	lines.on("line", (line) => said.push(line));
	await once(process, "exit");
	assert.deepEqual(said, ["open", String(rows)]);
	const { repeats, attempts } = server.stats();
	assert.ok(repeats <= 3 * concurrency, `${repeats} were asked twice`);
	assert.ok(
		attempts - before <= rows - kept.size,
		`${attempts - before} asked after the last kill, ${kept.size} were kept`,
	);
	const journal = await attemptsOf(rig.folder, rig.wish);
	const keys = journal.filter(({ verdict }) => verdict === "kept").map(({ key }) => key);
	assert.equal(new Set(keys).size, keys.length, "no value was paid for twice, as far as the journal knows");
});
