import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CellProgress } from "../../server/core/generate/cell-progress.ts";
import { PlanLine } from "../../server/core/generate/plan.ts";
import { Manifest } from "../../server/core/generate/run-records.ts";
import { taskFamilies } from "../../server/core/generate/task-families.ts";
import { readManifest, runFolder } from "../../server/node/generate-folder.ts";
import { RunPlans } from "../../server/node/generate-plans.ts";
import { readSeeds } from "../../server/node/generate-seeds.ts";
import { practiceTeachers } from "../../server/practice/teachers.ts";
import { finishedRun, journalOf, practiceSeeds, rig, rowsOf } from "./generate-rig.ts";

async function planOf(folder: string, runId: string): Promise<PlanLine[]> {
	const text = await readFile(join(runFolder(folder, runId), "plan.jsonl"), "utf8");
	return text
		.split("\n")
		.filter(Boolean)
		.map((line) => PlanLine.parse(JSON.parse(line)));
}

test("a run of generate deals out the ten families, and no request shows its own seed", async (context) => {
	const { options } = await rig(context);
	const end = await finishedRun({ ...options, count: 40 });
	const draws = (await planOf(options.folder, end.runId)).map(({ draw }) => draw);
	assert.equal(taskFamilies.length, 10);
	assert.deepEqual(new Set(draws.map(({ family }) => family)), new Set(taskFamilies.map(({ id }) => id)));
	assert.ok(draws.every(({ seed, examples }) => examples.length === 3 && !examples.includes(seed)));
	const rows = await rowsOf(options.output);
	for (const { description } of taskFamilies)
		assert.equal(rows.filter(({ synth_prompt }) => synth_prompt.includes(description)).length, 4, description);
});

/** Translates into `language` from seeds in the pivot alone. */
function checkPivot(pivot: string, language: string): void {
	test(`translate takes ${pivot} as its pivot for ${language}`, async (context) => {
		const { options } = await rig(context);
		const seedFiles = [practiceSeeds(pivot)];
		const end = await finishedRun({
			...options,
			languages: [language],
			strategies: ["translate"],
			seedFiles,
			count: 6,
		});
		assert.deepEqual([end.state, end.accepted], ["done", 6]);
		const rows = await rowsOf(options.output);
		assert.deepEqual(
			[...new Set(rows.map((row) => `${row.seed_language} to ${row.language}`))],
			[`${pivot} to ${language}`],
		);
		assert.ok(rows.every((row) => row.prompt_input !== null && row.synth_prompt.includes(row.prompt_input)));
	});
}
checkPivot("en", "de");
checkPivot("id", "ar");
checkPivot("ja", "en");
checkPivot("ar", "cs");

test("few seeds drawn thousands of times: no request twice, and no two rows share seed and sample", async () => {
	const { rows } = await readSeeds([practiceSeeds("cs")], "cs");
	const cell = { teacher: "t", language: "cs", strategy: "generate" as const, target: 20_000 };
	const manifest = Manifest.parse({
		format: 1,
		id: "x",
		created: "",
		teachers: [],
		cells: [cell],
		seedFiles: [],
		output: "",
		seed: 1,
		templateHashes: {},
	});
	const plans = new RunPlans(manifest, rows.slice(0, 15));
	const progress = new CellProgress(cell, 0);
	const [teacher] = practiceTeachers("http://127.0.0.1:1");
	assert.ok(teacher);
	const lines = Array.from({ length: 20_000 }, () => plans.next(teacher, progress));
	assert.equal(new Set(lines.map(({ key }) => key)).size, 20_000);
	assert.equal(new Set(lines.map(({ draw }) => `${draw.seed}~${draw.sample}`)).size, 20_000);
	assert.ok(lines.some(({ draw }) => draw.sample >= 1_000_000));
});

test("a template of one's own is what is asked, and its hash travels with every sample", async (context) => {
	const { options, folder } = await rig(context);
	const hashOf = async (templates: object | undefined, output: string) => {
		const end = await finishedRun({
			...options,
			count: 3,
			output: join(folder, output),
			...(templates ? { templates } : {}),
		});
		const rows = await rowsOf(join(folder, output));
		const manifest = await readManifest(folder, end.runId);
		const hashes = new Set(rows.map(({ provenance }) => provenance?.template));
		assert.deepEqual([...hashes], [manifest.templateHashes["generate/en"]]);
		return { hash: [...hashes][0], prompt: rows[0]?.synth_prompt ?? "", manifest };
	};
	const usual = await hashOf(undefined, "a.jsonl");
	const generate = 'Mine, in {language}: {task}\n{examples}\nAnswer as JSON with "prompt" and "response".';
	const own = await hashOf({ generate }, "b.jsonl");
	const system = await hashOf({ generate, system: { en: "Be brief." } }, "c.jsonl");
	assert.equal(new Set([usual.hash, own.hash, system.hash]).size, 3);
	assert.match(own.prompt, /^Mine, in English: /);
	assert.deepEqual(own.manifest.templates, { generate });
	assert.equal((await hashOf({ generate }, "d.jsonl")).hash, own.hash);
});

test("every turn of a conversation survives: the last question is answered, what came before stands", async (context) => {
	const { options, folder } = await rig(context);
	const turns = ["Hi.", "Hello!", "What is tea?", "A drink.", "And coffee?"].map((content, index) => ({
		role: index % 2 ? "assistant" : "user",
		content,
	}));
	const seeds = join(folder, "talk.jsonl");
	await writeFile(seeds, `${JSON.stringify({ messages: turns })}\n`);
	await finishedRun({ ...options, strategies: ["respond"], seedFiles: [seeds], count: 1 });
	const [row] = await rowsOf(options.output);
	assert.deepEqual(row?.messages.slice(0, 5), turns);
	assert.deepEqual([row?.messages.length, row?.messages.at(-1)?.role, row?.prompt], [6, "assistant", "And coffee?"]);
	assert.equal(row?.messages.at(-1)?.content, row?.response);
});

test("a rejected row is kept with its text and its reason", async (context) => {
	const { options } = await rig(context);
	let turn = 0;
	const accept = () => (turn++ % 2 === 0 ? ["language-mismatch", "refusal"] : []);
	const end = await finishedRun({ ...options, count: 10, accept });
	const dropped = (await journalOf(options.folder, end.runId)).filter(({ verdict }) => verdict === "dropped");
	assert.deepEqual([dropped.length, end.rejected], [10, 10]);
	for (const { answer, reasons } of dropped) {
		assert.deepEqual(reasons, ["language-mismatch", "refusal"]);
		assert.ok((answer ?? "").length > 20);
	}
});
