/** Sweeps: datasets split into cells, a plan that outlives a crash, one run a cell whatever happens. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { countCells, splitCells } from "../../server/node/sweep-cells.ts";
import { TrainerClient } from "../../server/node/trainer-client.ts";
import { TrainerSweeps } from "../../server/node/trainer-sweeps.ts";
import { startPracticeTrainer } from "../../server/practice/trainer.ts";

const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "sweeps-"));
const closing: (() => Promise<void>)[] = [];
after(async () => {
	for (const close of closing.reverse()) await close();
	await rm(folder, { recursive: true });
});

const dataset = join(folder, "rows.jsonl");
const rows = ["a/../../b", "c"].flatMap((model) =>
	["de", "id"].flatMap((language) =>
		Array.from({ length: 3 }, (_, n) => ({
			prompt: `Was ist ${n}?`,
			response: `Es ist ${n * 2}, ${model}.`,
			model,
			language,
		})),
	),
);
await writeFile(
	dataset,
	`${rows.map((row) => JSON.stringify(row)).join("\n")}\nnot json\n{"prompt":"x","response":"y"}\n`,
);
const wish = { specVersion: 1, model: { id: "practice-base" }, template: "none", train: { maxSteps: 2 } } as const;

test("rows are counted by teacher and language; rows that name neither are left out", async () => {
	const cells = await countCells([dataset]);
	assert.deepEqual(
		cells.map(({ teacher, language, rows: count }) => [teacher, language, count]),
		[
			["a/../../b", "de", 3],
			["a/../../b", "id", 3],
			["c", "de", 3],
			["c", "id", 3],
		],
	);
});

test("a teacher's name never becomes a path, and every row lands in its cell as it stood", async () => {
	const cells = await countCells([dataset]);
	const into = join(folder, "split");
	const names = await splitCells([dataset], cells, into);
	for (const cell of cells) {
		const name = names.get(JSON.stringify([cell.teacher, cell.language])) ?? "";
		assert.match(name, /^[0-9a-f]{16}\.jsonl$/);
		const own = rows.filter(({ model, language }) => model === cell.teacher && language === cell.language);
		assert.equal(await readFile(join(into, name), "utf8"), `${own.map((row) => JSON.stringify(row)).join("\n")}\n`);
	}
});

/** Quick to launch: what a client may do in a minute is tested elsewhere. */
const limits = { launchesPerMinute: 1000, requestsPerS: 1000, burst: 1000 };

async function rig() {
	const place = await mkdtemp(join(folder, "rig-"));
	const trainer = await startPracticeTrainer({ folder: join(place, "trainer"), mediaFolder, runMs: 0, limits });
	closing.push(() => trainer.close());
	const open = async () => {
		const client = await TrainerClient.open({
			...trainer,
			folder: join(place, "students"),
			version: "test",
			random: () => 0,
		});
		closing.push(() => client.close());
		await client.connect();
		return client;
	};
	return { place, open };
}

const order = async (): Promise<Parameters<TrainerSweeps["plan"]>[0]> => ({
	title: "two by two",
	wish,
	datasets: [dataset],
	cells: await countCells([dataset]),
	evaluates: false,
});

test("a sweep launches one run a cell in one group, and a second call adds none", async () => {
	const { place, open } = await rig();
	const client = await open();
	const sweeps = await TrainerSweeps.open(join(place, "sweeps"), () => {});
	const { group } = await sweeps.plan(await order(), Date.parse("2026-09-01T08:00:00Z"));
	await Promise.all([sweeps.launch(client, group), sweeps.launch(client, group)]);
	await sweeps.launch(client, group);
	const runs = await client.list({ group });
	assert.equal(runs.length, 4);
	assert.equal(sweeps.refusals(group).size, 0);
});

test("a sweep whose engine died halfway goes on from its plan on disk", async () => {
	const { place, open } = await rig();
	const first = await open();
	const before = await TrainerSweeps.open(join(place, "sweeps"), () => before.close());
	const { group } = await before.plan(await order(), Date.parse("2026-09-01T08:00:01Z"));
	await before.launch(first, group);
	const launched = (await first.list({ group })).length;
	assert.ok(launched < 4, `${launched} were launched`);
	await first.close();
	const after = await TrainerSweeps.open(join(place, "sweeps"), () => {});
	assert.deepEqual(
		after.all().map((plan) => plan.title),
		["two by two"],
	);
	const second = await open();
	await after.launch(second, group);
	assert.equal((await second.list({ group })).length, 4);
});

test("a cell that the trainer refuses says why, and the others are launched", async () => {
	const { place, open } = await rig();
	const client = await open();
	const sweeps = await TrainerSweeps.open(join(place, "sweeps"), () => {});
	const wrong = { ...wish, mode: "qlora" } as const;
	const { group } = await sweeps.plan({ ...(await order()), wish: wrong }, Date.parse("2026-09-01T08:00:02Z"));
	await sweeps.launch(client, group);
	assert.equal(sweeps.refusals(group).size, 4);
	assert.match([...sweeps.refusals(group).values()][0] ?? "", /qlora/);
});

test("a sweep larger than what one connection may follow is followed to its end", async () => {
	const { place, open } = await rig();
	const client = await open();
	const many = join(place, "many.jsonl");
	const lines = Array.from({ length: 40 }, (_, n) =>
		JSON.stringify({ prompt: "Was?", response: `Das ist ${n}.`, model: `teacher-${n}`, language: "de" }),
	);
	await writeFile(many, `${lines.join("\n")}\n`);
	const sweeps = await TrainerSweeps.open(join(place, "sweeps"), () => {});
	const cells = await countCells([many]);
	const { group } = await sweeps.plan(
		{ ...(await order()), datasets: [many], cells },
		Date.parse("2026-09-01T08:00:03Z"),
	);
	await sweeps.launch(client, group);
	const runs = await client.list({ group });
	assert.equal(runs.length, 40);
	const views = await Promise.all(runs.map(({ runId }) => client.whenFinal(runId)));
	assert.deepEqual(new Set(views.map(({ state }) => state)), new Set(["succeeded"]));
});
