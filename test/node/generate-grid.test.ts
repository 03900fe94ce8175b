import assert from "node:assert/strict";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { acceptByChecks } from "../../server/core/generate/accept-by-checks.ts";
import { francDetect } from "../../server/core/language-id/franc-detector.ts";
import { emptyProject } from "../../server/core/project.ts";
import { estimateGenerateRun, resumeGenerateRun } from "../../server/node/generate-run.ts";
import { practiceTeachers } from "../../server/practice/teachers.ts";
import { asStranger, finishedRun, practiceSeeds, rig, rowsOf } from "./generate-rig.ts";

test("a grid of teachers, languages and strategies ends with the rows of every cell", async (context) => {
	const { options, server } = await rig(context);
	const grid = {
		...options,
		teachers: practiceTeachers(server.baseUrl).slice(0, 2),
		languages: ["en", "id", "ar"],
		strategies: ["generate", "translate", "respond"] as const,
		seedFiles: ["en", "id", "ar"].map(practiceSeeds),
		count: 9,
	};
	const estimate = await estimateGenerateRun(grid);
	assert.equal(server.stats().attempts, 0);
	const end = await finishedRun(grid);
	assert.equal(end.cells.length, 18);
	assert.deepEqual(new Set(end.cells.map(({ accepted }) => accepted)), new Set([3]));
	assert.equal((await rowsOf(options.output)).length, 54);
	const [low, high] = estimate.promptTokens;
	const used = end.lanes.reduce((sum, lane) => sum + lane.promptTokens, 0);
	assert.ok(low <= used && used <= high, `${low} <= ${used} <= ${high}`);
});

const price = { inputPerMillion: 1_000, outputPerMillion: 1_000, currency: "EUR", asOf: "2026-11-01" };

test("a budget pauses the run before it is exceeded; a higher one finishes it", async (context) => {
	const { options } = await rig(context, { latencyMs: 5 });
	const teachers = options.teachers.map((teacher) => ({ ...asStranger(teacher), price, concurrency: 4 }));
	const end = await finishedRun({ ...options, teachers, count: 60, budget: { amount: 10, currency: "EUR" } });
	assert.equal(end.state, "paused");
	assert.match(end.message ?? "", /budget of 10 EUR is used up/);
	const spent = end.spent.EUR ?? 0;
	assert.ok(spent > 5 && spent <= 10, String(spent));
	assert.ok(end.accepted > 0 && (end.projected?.EUR ?? 0) > 10);
	const resumed = await (await resumeGenerateRun(end.runId, { ...options, budget: { amount: 1_000, currency: "EUR" } }))
		.ended;
	assert.deepEqual([resumed.state, resumed.accepted], ["done", 60]);
	assert.ok((resumed.spent.EUR ?? 0) > spent);
});

test("requests a minute are kept, and the wait has a name", async (context) => {
	const { options, server } = await rig(context);
	const waits = new Set<string | null>();
	const teachers = options.teachers.map((teacher) => ({ ...teacher, rpm: 240 }));
	const end = await finishedRun({ ...options, teachers, count: 26, onProgress: ({ waiting }) => waits.add(waiting) });
	assert.equal(end.accepted, 26);
	const { arrivalsMs } = server.stats();
	// 20 at once, then four a second, so 1.5 s; a busy machine may hold the first up, and unlimited all come in 0.1 s.
	assert.ok((arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0) >= 1_000, String(arrivalsMs));
	assert.ok(
		[...waits].some((wait) => wait?.includes("rpm bucket (240 requests a minute)")),
		String([...waits]),
	);
});

test("a quota told in headers is kept to without a single 429, and the wait has a name", async (context) => {
	const { options, server } = await rig(context, { latencyMs: 5, rateWindow: { requests: 20, seconds: 1 } });
	const waits = new Set<string | null>();
	const teachers = options.teachers.map((teacher) => ({ ...teacher, concurrency: 16 }));
	const end = await finishedRun({ ...options, teachers, count: 70, onProgress: ({ waiting }) => waits.add(waiting) });
	const { statuses, arrivalsMs } = server.stats();
	assert.deepEqual([end.accepted, statuses], [70, { "200": 70 }]);
	assert.ok((arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0) >= 2_900, String(arrivalsMs));
	assert.match([...waits].join(), /the server's quota is used up, whole again in 1 s/);
});

test("an earlier run's answer to the same request is taken over: after a rename, but not after a changed prompt", async (context) => {
	const { options, server, folder } = await rig(context);
	const seeds = join(folder, "seeds.jsonl");
	await writeFile(seeds, await readFile(practiceSeeds("en")));
	const asked = async (change: object) => {
		const before = server.stats().attempts;
		const end = await finishedRun({
			...options,
			seedFiles: [seeds],
			reuse: true,
			...change,
			output: join(folder, `${Math.random()}.jsonl`),
		});
		assert.equal(end.accepted, 20);
		return [server.stats().attempts - before, end.reused];
	};
	assert.deepEqual(await asked({}), [20, 0]);
	await rename(seeds, join(folder, "renamed.jsonl"));
	assert.deepEqual(await asked({ seedFiles: [join(folder, "renamed.jsonl")] }), [0, 20]);
	const renamed = { seedFiles: [join(folder, "renamed.jsonl")] };
	assert.deepEqual(await asked({ ...renamed, templates: { system: { en: "Write plainly." } } }), [20, 0]);
	assert.deepEqual(
		await asked({
			...renamed,
			teachers: options.teachers.map((teacher) => ({ ...teacher, sampling: { temperature: 0.5 } })),
		}),
		[20, 0],
	);
	assert.deepEqual(
		await asked({
			...renamed,
			teachers: options.teachers.map((teacher) => ({ ...teacher, sampling: { maxTokens: 4_000 } })),
		}),
		[0, 20],
	);
	assert.deepEqual(await asked({ ...renamed, teachers: options.teachers.map(asStranger) }), [20, 0]);
	const elsewhere = options.teachers.map((teacher) => ({
		...asStranger(teacher),
		baseUrl: server.baseUrl.replace("127.0.0.1", "localhost"),
	}));
	const origin = new URL(server.baseUrl).origin;
	assert.deepEqual(await asked({ ...renamed, teachers: elsewhere, reuseOrigins: [origin] }), [0, 20]);
});

test("the annotator's checks keep a drifting teacher's failures out, and count them by code", async (context) => {
	const { options, server } = await rig(context);
	await mkdir(options.folder, { recursive: true });
	const accept = acceptByChecks({ project: emptyProject, detectors: { franc: francDetect } });
	const teachers = practiceTeachers(server.baseUrl).filter(({ name }) => name === "practice-drifting");
	const end = await finishedRun({
		...options,
		teachers,
		languages: ["ar"],
		strategies: ["respond"],
		seedFiles: [practiceSeeds("ar")],
		count: 30,
		accept,
	});
	assert.equal(end.accepted, 30);
	assert.ok(
		(end.reasons["script-mismatch"] ?? 0) + (end.reasons["language-mismatch"] ?? 0) > 0,
		JSON.stringify(end.reasons),
	);
	for (const { response } of await rowsOf(options.output)) assert.match(response, /\p{Script=Arabic}/u);
});
