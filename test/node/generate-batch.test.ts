import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { estimateText } from "../../server/core/generate/estimate-text.ts";
import { runFolder } from "../../server/node/generate-folder.ts";
import { batched, estimateGenerateRun, resumeGenerateRun, startGenerateRun } from "../../server/node/generate-run.ts";
import type { TeacherKnobs } from "../../server/practice/teachers-knobs.ts";
import { batchOptions } from "./generate-batch-rig.ts";
import { finishedRun, journalOf, repeatedRequests, rig, rowsOf } from "./generate-rig.ts";

async function batchRig(context: TestContext, count: number, knobs: TeacherKnobs = {}) {
	const { server, folder } = await rig(context, knobs);
	const options = batchOptions(folder, server.baseUrl, server.apiKey, count);
	const records = async (runId: string) =>
		(await readFile(join(runFolder(folder, runId), "batches.jsonl"), "utf8"))
			.split("\n")
			.filter(Boolean)
			.map((line) => JSON.parse(line));
	return { server, folder, options, records };
}

const price = { inputPerMillion: 100, outputPerMillion: 200, currency: "EUR", asOf: "2026-11-01" };

test("a run by batch files ends with the rows asked for, from one upload and one batch", async (context) => {
	const { server, options, records } = await batchRig(context, 40, { batchMs: 30 });
	const waits = new Set<string | null>();
	const end = await finishedRun({ ...options, onProgress: ({ waiting }) => waits.add(waiting) });
	assert.deepEqual([end.state, end.accepted, end.rejected], ["done", 40, 0]);
	const { batches, arrivalsMs, repeats } = server.stats();
	assert.deepEqual([batches, arrivalsMs.length, repeats], [1, 40, 0]);
	const journal = await journalOf(options.folder, end.runId);
	assert.ok(journal.every(({ batch }) => batch === "batch_practice_1"));
	assert.deepEqual(
		(await records(end.runId)).map(({ type }) => type),
		["group", "uploaded", "created", "collected"],
	);
	const [group, uploaded] = await records(end.runId);
	assert.deepEqual([group.requests.length, uploaded.file], [40, "file-practice-1"]);
});

test("answers that cannot be used go back in the next batch, with the checker's message", async (context) => {
	const { server, options } = await batchRig(context, 30, { brokenJson: 0.3, error500: 0.1 });
	const end = await finishedRun(options);
	assert.deepEqual([end.state, end.accepted], ["done", 30]);
	assert.ok(server.stats().batches > 1);
	const outcomes = new Set((await journalOf(options.folder, end.runId)).map(({ outcome }) => outcome));
	assert.deepEqual([...outcomes].sort(), ["answered", "invalid", "transient"]);
});

test("what a batch did not get to before it expired is asked in another, and nothing twice", async (context) => {
	const { server, options } = await batchRig(context, 24, { batchExpires: 0.5 });
	const run = await startGenerateRun(options);
	while (server.stats().batches < 2) await new Promise((resolve) => setTimeout(resolve, 2));
	server.setKnobs({ numbered: true });
	const end = await run.ended;
	assert.deepEqual([end.state, end.accepted, server.stats().repeats], ["done", 24, 0]);
	assert.equal((await journalOf(options.folder, end.runId)).length, 24);
});

test("a batch that fails its validation pauses the run with the provider's reason", async (context) => {
	const { server, options } = await batchRig(context, 5, { batchFails: true });
	const end = await finishedRun(options);
	assert.equal(end.state, "paused");
	assert.match(
		end.message ?? "",
		/practice-careful: The batch batch_practice_1 was refused: The input file is not valid/,
	);
	server.setKnobs({ numbered: true });
	assert.equal((await (await resumeGenerateRun(end.runId, { ...options, teachers: [] })).ended).accepted, 5);
});

test("a batch that ends without any answer pauses the run instead of being repeated for ever", async (context) => {
	const { server, options } = await batchRig(context, 5, { batchExpires: 1 });
	const end = await finishedRun(options);
	assert.equal(end.state, "paused");
	assert.match(end.message ?? "", /The batch batch_practice_1 ended as expired without any answer/);
	assert.deepEqual([server.stats().batches, server.stats().attempts], [1, 0]);
});

test("a batch whose answers are all in the journal already is closed without another word", async (context) => {
	const { server, options, records } = await batchRig(context, 6);
	const { runId } = await finishedRun(options);
	const path = join(runFolder(options.folder, runId), "batches.jsonl");
	const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
	await writeFile(path, `${lines.slice(0, -1).join("\n")}\n`);
	const end = await (await resumeGenerateRun(runId, { ...options, teachers: [] })).ended;
	assert.deepEqual([end.state, end.accepted, server.stats().repeats], ["done", 6, 0]);
	assert.equal((await records(runId)).at(-1).type, "collected");
});

test("a creation that was heard and never answered is found by its metadata, not repeated", async (context) => {
	const { server, options } = await batchRig(context, 12, { batchHang: "create" });
	const run = await startGenerateRun({ ...options, timeoutMs: 150 });
	while (server.stats().batches < 1) await new Promise((resolve) => setTimeout(resolve, 2));
	server.setKnobs({ numbered: true });
	const end = await run.ended;
	assert.deepEqual([end.state, end.accepted], ["done", 12]);
	assert.deepEqual([server.stats().batches, server.stats().repeats], [1, 0]);
});

test("cancelling a run leaves the batch at the provider, says so, and a resumed run collects it", async (context) => {
	const { server, options } = await batchRig(context, 20, { batchMs: 60_000 });
	const run = await startGenerateRun(options);
	while (server.stats().batches < 1) await new Promise((resolve) => setTimeout(resolve, 2));
	run.pause("Paused by you.");
	const end = await run.ended;
	assert.equal(end.state, "paused");
	assert.match(end.message ?? "", /batch_practice_1 goes on at the provider; resume to collect/);
	server.setKnobs({ numbered: true });
	const resumed = await (await resumeGenerateRun(run.runId, { ...options, teachers: [] })).ended;
	assert.deepEqual([resumed.state, resumed.accepted], ["done", 20]);
	assert.deepEqual([server.stats().batches, server.stats().repeats], [1, 0]);
});

test("cancelled batches keep what they had answered; the rest is asked directly, and nothing twice", async (context) => {
	const { server, options } = await batchRig(context, 20, { batchMs: 60_000 });
	const run = await startGenerateRun(options);
	while (server.stats().batches < 1) await new Promise((resolve) => setTimeout(resolve, 2));
	run.cancel();
	await run.ended;
	const again = { ...options, teachers: options.teachers };
	await assert.rejects(
		resumeGenerateRun(run.runId, { ...again, batch: false }),
		/practice-careful still has a batch at its provider/,
	);
	const cancelled = await (await resumeGenerateRun(run.runId, { ...again, cancelBatches: true })).ended;
	assert.deepEqual([cancelled.state, cancelled.accepted], ["paused", 10]);
	assert.match(cancelled.message ?? "", /The open batches were cancelled/);
	const direct = await (await resumeGenerateRun(run.runId, { ...again, batch: false })).ended;
	assert.deepEqual([direct.state, direct.accepted], ["done", 20]);
	const { batches, attempts, repeats } = server.stats();
	assert.deepEqual([batches, attempts, repeats], [1, 20, 0]);
	assert.deepEqual(repeatedRequests(await rowsOf(options.output)), []);
});

test("cancelling a batch that has ended meanwhile collects all of it", async (context) => {
	const { server, options } = await batchRig(context, 8, { batchHang: "retrieve" });
	const run = await startGenerateRun(options);
	while (server.stats().served < 8) await new Promise((resolve) => setTimeout(resolve, 2));
	run.cancel();
	await run.ended;
	server.setKnobs({ numbered: true });
	const end = await (await resumeGenerateRun(run.runId, { ...options, teachers: [], cancelBatches: true })).ended;
	assert.deepEqual([end.accepted, server.stats().repeats], [8, 0]);
});

test("a batch that the provider forgot pauses the run; only --cancel-batches lets its requests be asked again", async (context) => {
	const { server, options } = await batchRig(context, 8, { batchMs: 60_000 });
	const run = await startGenerateRun(options);
	while (server.stats().batches < 1) await new Promise((resolve) => setTimeout(resolve, 2));
	run.cancel();
	await run.ended;
	server.setKnobs({ batchForgets: true });
	const again = { ...options, teachers: [] };
	const paused = await (await resumeGenerateRun(run.runId, again)).ended;
	assert.match(paused.message ?? "", /does not know batch_practice_1 any more.*--cancel-batches/);
	await (await resumeGenerateRun(run.runId, { ...again, cancelBatches: true })).ended;
	server.setKnobs({ numbered: true });
	const end = await (await resumeGenerateRun(run.runId, again)).ended;
	assert.deepEqual([end.state, end.accepted, server.stats().batches], ["done", 8, 2]);
});

test("batched tokens cost their share, also after the rest was asked directly", async (context) => {
	const { options } = await batchRig(context, 10);
	const spentWith = async (change: object, output: string) => {
		const teachers = options.teachers.map((teacher) => ({ ...teacher, price, ...change }));
		return finishedRun({ ...options, teachers, output: join(options.folder, output) });
	};
	const full = (await spentWith({ batch: undefined }, "a.jsonl")).spent.EUR ?? 0;
	const half = await spentWith({ batch: {} }, "b.jsonl");
	const third = (await spentWith({ batch: { priceShare: 0.3 } }, "c.jsonl")).spent.EUR ?? 0;
	assert.ok(Math.abs((half.spent.EUR ?? 0) / full - 0.5) < 1e-9);
	assert.ok(Math.abs(third / full - 0.3) < 1e-9);
	const resumed = await (await resumeGenerateRun(half.runId, { ...options, teachers: [], batch: false })).ended;
	assert.equal(resumed.spent.EUR, half.spent.EUR);
});

test("the estimate takes half the price and says that this is an assumption, unless the project says", async (context) => {
	const { options } = await batchRig(context, 10);
	const estimated = async (batch: object | undefined) =>
		estimateGenerateRun({
			...options,
			teachers: options.teachers.map((teacher) => ({
				...batched(teacher, false),
				price,
				...(batch ? { batch } : {}),
			})),
		});
	const [direct, half, own] = [await estimated(undefined), await estimated({}), await estimated({ priceShare: 0.4 })];
	assert.ok(Math.abs((half.cost.EUR?.[1] ?? 0) / (direct.cost.EUR?.[1] ?? 1) - 0.5) < 1e-9);
	assert.match(estimateText(half), /by batch files at 50 % of its price \(an assumption; set batch\.priceShare/);
	assert.match(estimateText(own), /at 40 % of its price \(as polyglot\.json says\)/);
	assert.ok(!estimateText(direct).includes("batch"));
});

test("a budget holds for batches: no more is handed in than it allows, and the run says how to go on", async (context) => {
	const { server, options } = await batchRig(context, 60);
	const teachers = options.teachers.map((teacher) => ({ ...teacher, price }));
	// Without a token limit an answer is reckoned at 1,600 tokens: over 0.16 EUR a request, batched, until it came back.
	const end = await finishedRun({ ...options, teachers, budget: { amount: 0.8, currency: "EUR" } });
	assert.equal(end.state, "paused");
	assert.match(end.message ?? "", /budget of 0\.8 EUR is used up/);
	const resumed = await (
		await resumeGenerateRun(end.runId, { ...options, teachers: [], budget: { amount: 1_000, currency: "EUR" } })
	).ended;
	assert.deepEqual([resumed.accepted, server.stats().repeats], [60, 0]);
	assert.ok(server.stats().batches >= 2);
});
