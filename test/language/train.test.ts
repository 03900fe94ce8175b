/** The engine's side of training: a draft is fitted, counted and launched; its student is evaluated and scored by itself. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type * as z from "zod/mini";
import { notifications, requests } from "../../server/core/engine-api.ts";
import type { RequestType } from "../../server/core/request-type.ts";
import { RunPanelMessage } from "../../server/core/trainer/panel-message.ts";
import { SweepPanelMessage } from "../../server/core/trainer/sweep-message.ts";
import type { TrainDraft } from "../../server/core/trainer/train-draft.ts";
import { type Session, startSession } from "./lsp-session.ts";

const folder = await mkdtemp(join(tmpdir(), "engine-train-"));
const dataset = join(folder, "two.jsonl");
let session: Session;
before(async () => {
	const rows = ["a-teacher", "b-teacher"].flatMap((model) =>
		Array.from({ length: 8 }, (_, n) => ({
			prompt: `Was ist ${n}?`,
			response: `Es ist ${n * 2}.`,
			model,
			language: "de",
		})),
	);
	await writeFile(dataset, `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
	session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
});
after(async () => {
	await session.end();
	await rm(folder, { recursive: true });
});

async function ask<P extends z.ZodMiniType, R extends z.ZodMiniType>(
	type: RequestType<P, R>,
	params: z.infer<P>,
): Promise<z.infer<R>> {
	return type.result.parse(await session.connection.sendRequest(type.method, params as object));
}

/** Asks again whenever the engine says that runs or scores changed. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
	for (;;) {
		const changed = new Promise<void>((resolve) => {
			for (const { method } of [notifications.runsChanged, notifications.scoresChanged]) {
				session.connection.onNotification(method, () => resolve());
			}
		});
		const found = await look();
		if (found !== undefined) return found;
		await changed;
	}
}

const begin = async (change: Partial<TrainDraft>) => {
	const { draft } = await ask(requests.lookAtTraining, { draft: null });
	return ask(requests.lookAtTraining, { draft: { ...draft, datasets: [dataset], ...change } });
};

test("a draft is fitted to the trainer, its datasets counted, what lacks is named", async () => {
	const { trainer, draft, cells, issues } = await begin({ language: "", teacher: "" });
	assert.equal(trainer.isPractice, true);
	assert.equal(draft.base, "practice-base");
	// The rows agree on the language, not on the teacher.
	assert.equal(draft.language, "de");
	assert.deepEqual(
		issues.map(({ param }) => param),
		["teacher"],
	);
	assert.deepEqual(
		cells.map(({ teacher, rows }) => [teacher, rows]),
		[
			["a-teacher", 8],
			["b-teacher", 8],
		],
	);
});

test("a sweep is counted at its largest part, launched as one group, and its students are scored by themselves", async () => {
	const { draft } = await begin({ isSweep: true });
	const check = await ask(requests.checkTraining, { draft });
	assert.deepEqual([check.of?.teacher, check.result.rows, check.result.depth], ["a-teacher", 8, "full"]);
	assert.ok(check.result.sample?.segments.some(({ trained }) => trained));
	const told: unknown[] = [];
	session.connection.onNotification(notifications.sweepEnded.method, (ended) => void told.push(ended));
	session.connection.onNotification(notifications.runEnded.method, (ended) => void told.push(ended));
	const { group, runId } = await ask(requests.launchTraining, { draft });
	assert.equal(runId, null);
	assert.ok(group);
	await until(async () => {
		const { view } = SweepPanelMessage.parse(await ask(requests.watchSweep, { group }));
		return view.cells.every(({ evaluation }) => typeof evaluation?.result === "number") ? true : undefined;
	});
	const scores = await until(async () => {
		const text = await readFile(join(folder, ".polyglot/scores.jsonl"), "utf8").catch(() => "");
		const rows = text.split("\n").filter((line) => line !== "");
		return rows.length === 2 ? rows.map((line) => JSON.parse(line)) : undefined;
	});
	assert.deepEqual(scores.map(({ teacher_model }) => teacher_model).sort(), ["a-teacher", "b-teacher"]);
	// One word for all of it, none for each run.
	assert.deepEqual(told, [{ group, title: "practice-base: 2 teachers × 1 language", counts: "2 succeeded" }]);
	const { runs, sweeps } = await ask(requests.runs, {});
	assert.deepEqual(
		sweeps.map((sweep) => sweep.group),
		[group],
	);
	// The evaluations of its students belong to it; those of base and reference serve any sweep.
	const own = runs.filter((run) => run.group === group);
	assert.deepEqual(
		[own.filter(({ kind }) => kind === "train").length, own.filter(({ kind }) => kind === "eval").length],
		[2, 2],
	);
});

test("an artifact is fetched once it is asked for, and the panel is told where it lies", async () => {
	const { runs } = await ask(requests.runs, {});
	const run = runs.find(({ kind }) => kind === "train");
	assert.ok(run);
	const { runId } = run;
	const message = RunPanelMessage.parse(await ask(requests.watchRun, { runId }));
	const [artifact] = message.view.artifacts;
	assert.ok(artifact);
	const { path } = await ask(requests.downloadArtifact, { runId, sha256: artifact.sha256 });
	assert.equal((await readFile(join(folder, path))).length, artifact.bytes);
	const { downloads } = RunPanelMessage.parse(await ask(requests.watchRun, { runId }));
	assert.deepEqual(downloads, [
		{ sha256: artifact.sha256, done: artifact.bytes, bytes: artifact.bytes, path, failure: null },
	]);
});

test("a draft that means nothing is refused in words, and nothing is launched", async () => {
	const { draft } = await begin({ fields: { "/train/epochs": "0" } });
	const before = (await ask(requests.runs, {})).runs.length;
	await assert.rejects(ask(requests.launchTraining, { draft: { ...draft, teacher: "x" } }), /Epochs: must be above 0/);
	assert.equal((await ask(requests.runs, {})).runs.length, before);
});

test("a second window on the folder says that the practice trainer is taken, and its list of runs still opens", async () => {
	const other = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
	try {
		const { link, runs } = requests.runs.result.parse(await other.connection.sendRequest(requests.runs.method, {}));
		assert.match(link, /another window/);
		assert.deepEqual(runs, []);
	} finally {
		await other.end();
	}
});
