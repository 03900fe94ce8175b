import assert from "node:assert/strict";
import { appendFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runFolder } from "../../server/node/generate-folder.ts";
import { listInterruptedRuns } from "../../server/node/generate-interrupted.ts";
import { lockRun } from "../../server/node/generate-lock.ts";
import type { SessionProgress } from "../../server/node/generate-progress.ts";
import { newRunId, resumeGenerateRun, startGenerateRun } from "../../server/node/generate-run.ts";
import { practiceTeachers } from "../../server/practice/teachers.ts";
import { asStranger, finishedRun, journalOf, practiceSeeds, repeatedRequests, rig, rowsOf } from "./generate-rig.ts";

test("a run ends with exactly the rows asked for, each with its origin", async (context) => {
	const { options } = await rig(context);
	const end = await finishedRun({
		...options,
		count: 30,
		strategies: ["generate", "respond", "translate"],
		seedFiles: [practiceSeeds("en"), practiceSeeds("id")],
	});
	const rows = await rowsOf(options.output);
	assert.deepEqual([end.state, end.accepted, rows.length], ["done", 30, 30]);
	assert.deepEqual(
		end.cells.map(({ strategy, accepted }) => [strategy, accepted]),
		[
			["generate", 10],
			["respond", 10],
			["translate", 10],
		],
	);
	for (const { language, seed_language, strategy, model, messages, provenance } of rows) {
		assert.deepEqual([language, model, messages.length], ["en", "practice-careful", 2]);
		assert.equal(seed_language, strategy === "translate" ? "id" : "en");
		assert.ok(provenance?.practice === true && provenance.usage !== null && provenance.template.length === 64);
		assert.equal(provenance.endpoint, "practice");
	}
});

test("two runs with one seed make the same requests; another seed makes others", async (context) => {
	const { options, folder } = await rig(context);
	const requests = async (name: string, seed: number) => {
		const output = join(folder, name);
		await finishedRun({ ...options, output, seed });
		return (await rowsOf(output)).map(({ provenance }) => provenance?.request).sort();
	};
	const first = await requests("a.jsonl", 1);
	assert.deepEqual(await requests("b.jsonl", 1), first);
	assert.notDeepEqual(await requests("c.jsonl", 2), first);
});

test("several teachers get the same seeds, and each its own count", async (context) => {
	const { options, server } = await rig(context);
	const teachers = practiceTeachers(server.baseUrl).slice(0, 2);
	const end = await finishedRun({ ...options, teachers, count: 8, strategies: ["respond"] });
	assert.deepEqual(
		end.cells.map(({ accepted }) => accepted),
		[8, 8],
	);
	const rows = await rowsOf(options.output);
	const seedsOf = (model: string) =>
		rows
			.filter((row) => row.model === model)
			.map(({ id }) => id)
			.sort();
	assert.deepEqual(seedsOf("practice-careful"), seedsOf("practice-terse"));
});

test("a wrong key pauses the run at once, says so, and the run can go on with the right one", async (context) => {
	const { options, server } = await rig(context);
	const teachers = options.teachers.map(asStranger);
	const end = await finishedRun({ ...options, teachers, key: async () => "wrong-key-1" });
	assert.equal(end.state, "paused");
	assert.match(end.message ?? "", /practice-careful: .*does not accept the stored key \(401/);
	assert.ok(server.stats().attempts === 0 && end.attempts <= 8);
	const [interrupted] = await listInterruptedRuns(options.folder);
	assert.deepEqual([interrupted?.runId, interrupted?.accepted, interrupted?.target], [end.runId, 0, 20]);
	const run = await resumeGenerateRun(end.runId, options);
	assert.equal((await run.ended).accepted, 20);
	assert.equal((await rowsOf(options.output)).length, 20);
	assert.deepEqual(await listInterruptedRuns(options.folder), []);
});

test("a key is asked for by the origin it will be sent to", async (context) => {
	const { options, server } = await rig(context);
	const asked: string[] = [];
	await finishedRun({
		...options,
		count: 1,
		key: async (teacher, origin) => {
			asked.push(`${teacher} ${origin}`);
			return server.apiKey;
		},
	});
	assert.deepEqual(asked, [`practice-careful ${new URL(server.baseUrl).origin}`]);
});

test("no file of a run holds the key", async (context) => {
	const { options, server } = await rig(context);
	const { runId } = await finishedRun(options);
	for (const name of ["manifest.json", "plan.jsonl", "journal.jsonl", "events.jsonl"])
		assert.ok(!(await readFile(join(runFolder(options.folder, runId), name), "utf8")).includes(server.apiKey), name);
});

test("429 in a storm loses nothing and costs few extra requests", async (context) => {
	const { options, server } = await rig(context, { latencyMs: 20, cap: 5, retryAfterS: 0.2 });
	const end = await finishedRun({ ...options, count: 150 });
	const { statuses, attempts } = server.stats();
	assert.deepEqual([end.accepted, end.rejected], [150, 0]);
	assert.ok((statuses["429"] ?? 0) > 0 && attempts <= 150 * 1.2, JSON.stringify(statuses));
});

test("nothing is sent before Retry-After is over, and the wait is told", async (context) => {
	const { options, server } = await rig(context, { cap: 0, retryAfterS: 2 });
	const waits = new Set<string>();
	const run = await startGenerateRun({
		...options,
		count: 3,
		onProgress: ({ waiting }) => waiting && waits.add(waiting),
	});
	await until(() => server.stats().attempts > 0 && waits.size > 0);
	const before = server.stats().attempts;
	server.setKnobs({ numbered: true });
	assert.equal((await run.ended).accepted, 3);
	const { arrivalsMs } = server.stats();
	assert.ok((arrivalsMs[before] ?? 0) - (arrivalsMs[before - 1] ?? 0) >= 1_990, String(arrivalsMs));
	assert.match([...waits][0] ?? "", /practice-careful: server pause [12] s/);
});

test("broken answers of every kind end as classes, and the run still reaches its target", async (context) => {
	const shares = {
		brokenJson: 0.1,
		error500: 0.05,
		reset: 0.03,
		okWithError: 0.05,
		brokenBody: 0.03,
		length: 0.05,
		blankLoop: 0.05,
		empty: 0.05,
		refusal: 0.05,
		stall: 0.03,
	};
	const { options } = await rig(context, shares);
	const end = await finishedRun({ ...options, count: 60, timeoutMs: 300 });
	const journal = await journalOf(options.folder, end.runId);
	assert.deepEqual([end.state, end.accepted], ["done", 60]);
	const outcomes = new Set(journal.map(({ outcome }) => outcome));
	for (const outcome of ["answered", "transient", "invalid", "truncated", "degenerate", "empty", "refused"] as const)
		assert.ok(outcomes.has(outcome), outcome);
	assert.equal(end.rejected, journal.filter(({ verdict }) => verdict === "dropped").length);
});

test("an invalid answer gets one turn with the checker's message", async (context) => {
	const { options, server } = await rig(context, { brokenJson: 1 });
	const run = await startGenerateRun({ ...options, count: 1 });
	await until(() => server.stats().attempts >= 1);
	server.setKnobs({ numbered: true });
	const end = await run.ended;
	assert.equal(end.accepted, 1);
	const journal = await journalOf(options.folder, end.runId);
	assert.deepEqual(journal[0]?.reasons, ["the answer is not one JSON object"]);
});

test("a teacher that never sends JSON pauses the run with the reason", async (context) => {
	const { options } = await rig(context, { brokenJson: 1 });
	const end = await finishedRun({ ...options, count: 100 });
	assert.equal(end.state, "paused");
	assert.match(end.message ?? "", /20 answers in a row were invalid; the last: the answer is not one JSON object/);
});

test("an address where nothing listens pauses the run after three tries", async (context) => {
	const { options } = await rig(context);
	// A port that no other process of this machine is given by chance.
	const teachers = practiceTeachers("http://127.0.0.1:998/v1").slice(0, 1);
	const end = await finishedRun({ ...options, teachers });
	assert.equal(end.state, "paused");
	assert.match(end.message ?? "", /Nothing answers at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
});

test("cancelling keeps what was accepted, and resuming finishes without a repeated row", async (context) => {
	const { options, server } = await rig(context, { latencyMs: 20 });
	// Cancelled by the word that more than twenty are there: a fast machine is done before a look at the clock.
	const enough = new AbortController();
	const onProgress = ({ accepted }: SessionProgress) => accepted > 20 && enough.abort();
	const run = await startGenerateRun({ ...options, count: 200, onProgress });
	enough.signal.addEventListener("abort", () => run.cancel());
	if (enough.signal.aborted) run.cancel();
	const end = await run.ended;
	assert.equal(end.state, "cancelled");
	assert.equal((await rowsOf(options.output)).length, end.accepted);
	const resumed = await (await resumeGenerateRun(run.runId, { ...options, teachers: practiceTeachers(server.baseUrl) }))
		.ended;
	const rows = await rowsOf(options.output);
	assert.deepEqual([resumed.state, rows.length, repeatedRequests(rows)], ["done", 200, []]);
});

test("a torn line runs again, a garbage line as well, and nothing else", async (context) => {
	const { options, server } = await rig(context);
	const { runId } = await finishedRun(options);
	const path = join(runFolder(options.folder, runId), "journal.jsonl");
	const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
	await writeFile(path, [lines[0], "{garbage", ...lines.slice(2, -1), `${lines.at(-1)?.slice(0, 40)}`].join("\n"));
	await rm(options.output);
	const before = server.stats().attempts;
	const end = await (await resumeGenerateRun(runId, options)).ended;
	assert.equal(server.stats().attempts - before, 2);
	const rows = await rowsOf(options.output);
	assert.deepEqual([end.accepted, rows.length, repeatedRequests(rows)], [20, 20, []]);
	assert.match(await readFile(join(runFolder(options.folder, runId), "journal.bad"), "utf8"), /^\{garbage/);
});

test("a row whose journal line was damaged counts as long as it stands in the output", async (context) => {
	const { options, server } = await rig(context);
	const { runId } = await finishedRun(options);
	const path = join(runFolder(options.folder, runId), "journal.jsonl");
	const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
	await writeFile(path, `${[...lines.slice(0, 7), "{garbage", ...lines.slice(8)].join("\n")}\n`);
	const before = [server.stats().attempts, await readFile(options.output, "utf8")];
	const end = await (await resumeGenerateRun(runId, options)).ended;
	assert.equal(end.accepted, 20);
	assert.deepEqual([server.stats().attempts, await readFile(options.output, "utf8")], before);
});

test("what was given up can be asked again by class, with a higher token limit, and nothing else runs", async (context) => {
	const { options, server } = await rig(context, { length: 1 });
	const end = await finishedRun({ ...options, count: 10 });
	assert.deepEqual([end.state, end.accepted], ["paused", 0]);
	assert.match(end.message ?? "", /20 answers in a row were truncated/);
	server.setKnobs({ numbered: true });
	const before = server.stats();
	const planned = await readFile(join(runFolder(options.folder, end.runId), "plan.jsonl"), "utf8");
	const resumed = await (await resumeGenerateRun(end.runId, { ...options, rerun: ["truncated"], maxTokens: 4_000 }))
		.ended;
	assert.deepEqual([resumed.state, resumed.accepted], ["done", 10]);
	assert.equal(server.stats().attempts - before.attempts, 10);
	assert.equal(server.stats().served - before.served, 10);
	const keys = (await journalOf(options.folder, end.runId)).slice(-10).map(({ key }) => key);
	assert.ok(keys.every((key) => planned.includes(key)));
});

test("rows that the user removed stay removed; rows lost at the end come back", async (context) => {
	const { options, server } = await rig(context);
	const { runId } = await finishedRun(options);
	const lines = (await readFile(options.output, "utf8")).trimEnd().split("\n");
	await writeFile(
		options.output,
		`${[...lines.slice(0, 4), ...lines.slice(6, -2)].join("\n")}\n${lines.at(-2)?.slice(0, 50)}`,
	);
	const before = server.stats().attempts;
	await (await resumeGenerateRun(runId, options)).ended;
	assert.deepEqual((await readFile(options.output, "utf8")).trimEnd().split("\n"), [
		...lines.slice(0, 4),
		...lines.slice(6),
	]);
	assert.equal(server.stats().attempts, before);
});

test("what the user already has in the output file stays byte for byte, even without a last newline", async (context) => {
	const { options } = await rig(context);
	const mine = '{"prompt": "Mine",  "response": "Also mine" }';
	await writeFile(options.output, mine);
	await finishedRun({ ...options, count: 2 });
	assert.ok((await readFile(options.output, "utf8")).startsWith(`${mine}\n{"id":`));
});

test("a renamed seed file does not matter when it is named again; a missing one is told", async (context) => {
	const { options, folder, server } = await rig(context);
	const seeds = join(folder, "seeds.jsonl");
	await writeFile(seeds, await readFile(practiceSeeds("en")));
	const { runId } = await finishedRun({ ...options, seedFiles: [seeds] });
	await rename(seeds, join(folder, "renamed.jsonl"));
	const { seedFiles, ...surroundings } = options;
	await assert.rejects(resumeGenerateRun(runId, surroundings), /Cannot read the seed file .*seeds\.jsonl/);
	const before = server.stats().attempts;
	await (await resumeGenerateRun(runId, { ...options, seedFiles: [join(folder, "renamed.jsonl")] })).ended;
	assert.equal(server.stats().attempts, before);
});

test("two processes cannot write one run, and a dead one's lock is taken over", async (context) => {
	const { options } = await rig(context);
	const { runId } = await finishedRun(options);
	const path = join(runFolder(options.folder, runId), "lock.json");
	const lock = await lockRun(path);
	await assert.rejects(resumeGenerateRun(runId, options), /Process \d+ is already writing this run/);
	await lock.release();
	await writeFile(path, '{"pid": 4194000, "token": "x"}');
	await (await lockRun(path)).release();
	await writeFile(path, "torn");
	await (await lockRun(path)).release();
});

test("exact duplicates do not count, also against rows already in the file", async (context) => {
	const { options, server } = await rig(context);
	server.setKnobs({});
	const respond = { ...options, strategies: ["respond" as const], count: 10 };
	await finishedRun(respond);
	const end = await finishedRun({ ...respond, seed: 1 });
	assert.ok((end.reasons["exact-duplicate"] ?? 0) > 0);
	const texts = (await rowsOf(options.output)).map(({ prompt, response }) => prompt + response);
	assert.equal(new Set(texts).size, texts.length);
});

test("a run that cannot reach its target ends short and says so", async (context) => {
	const { options } = await rig(context);
	const end = await finishedRun({ ...options, count: 2, accept: () => ["language-mismatch"] });
	assert.deepEqual([end.state, end.accepted, end.rejected], ["done", 0, 26]);
	assert.match(end.message ?? "", /Ended short.*practice-careful, generate, en: 0 of 2/);
	assert.deepEqual(end.reasons, { "language-mismatch": 26 });
});

test("ids of runs sort by their start, also within a second", () => {
	const start = Date.now();
	const ids: string[] = [];
	while (ids.length < 5) {
		const ms = Date.now();
		ids.push(newRunId());
		while (Date.now() === ms);
	}
	assert.ok(Date.now() - start < 5_000);
	assert.deepEqual([...ids].sort(), ids);
	assert.ok(ids.every((id) => /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(id)));
});

test("seeds of the reference and held-out splits are never drawn", async (context) => {
	const { options } = await rig(context);
	await finishedRun({ ...options, strategies: ["respond"], count: 40 });
	const seeds = (await readFile(practiceSeeds("en"), "utf8"))
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
	const teacherIds = new Set(seeds.filter(({ split }) => split === "teacher").map(({ id }) => id));
	for (const { id } of await rowsOf(options.output)) assert.ok(teacherIds.has(id.split("~")[0]), id);
});

test("strategies without seeds are refused by name before anything is sent", async (context) => {
	const { options, server } = await rig(context);
	await assert.rejects(
		startGenerateRun({ ...options, strategies: ["translate"] }),
		/translate needs seeds in another language than English.*Add another seed file/,
	);
	await assert.rejects(
		startGenerateRun({ ...options, seedFiles: ["/nowhere.jsonl"] }),
		/Cannot read the seed file \/nowhere\.jsonl/,
	);
	assert.equal(server.stats().attempts, 0);
});

test("plain rows and conversations serve as seeds; broken lines are left out", async (context) => {
	const { options, folder } = await rig(context);
	const seeds = join(folder, "plain.jsonl");
	const turns = ["Hi.", "Hello!", "How are you?", "Fine."].map((content, index) => ({
		role: index % 2 ? "assistant" : "user",
		content,
	}));
	await writeFile(seeds, `\uFEFF{"prompt":"What is tea?"}\n{"messages":${JSON.stringify(turns)}}\nnot json\n`);
	await appendFile(seeds, '{"response":"no prompt"}\n');
	const run = await startGenerateRun({ ...options, strategies: ["respond"], seedFiles: [seeds], count: 2 });
	assert.match(run.notes.join(), /2 lines are no seeds.*plain\.jsonl:3/);
	assert.equal((await run.ended).accepted, 2);
	const rows = await rowsOf(options.output);
	assert.deepEqual(rows.map(({ messages }) => messages.length).sort(), [2, 4]);
});
async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
