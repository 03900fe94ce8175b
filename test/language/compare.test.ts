import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { type ComparisonPlan, GenerationProgress, notifications, requests } from "../../server/core/engine-api.ts";
import { CompareMessage } from "../../server/core/generate/compare-message.ts";
import { MonitorMessage } from "../../server/core/generate/monitor-message.ts";
import { practiceSeeds } from "../node/generate-rig.ts";
import { type Session, startSession } from "./lsp-session.ts";

const plan: ComparisonPlan = {
	teachers: ["practice-careful", "practice-drifting"],
	language: "de",
	strategy: "respond",
	seeds: { path: practiceSeeds("de"), count: 6 },
};

async function withSession(body: (session: Session, folder: string) => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-comparison-"));
	const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
	try {
		await body(session, folder);
		await session.end();
	} finally {
		session.kill();
	}
}

/** Compares, and gives the panel's message of the finished run. */
async function compared(session: Session, wanted: ComparisonPlan): Promise<CompareMessage> {
	const end = new Promise<GenerationProgress>((resolve) => {
		session.connection.onNotification(notifications.generationProgress.method, (params) => {
			const progress = GenerationProgress.parse(params);
			if (progress.state !== "running") resolve(progress);
		});
	});
	const { runId } = await session.connection.sendRequest<{ runId: string }>(requests.startComparison.method, wanted);
	await end;
	return watched(session, runId);
}

const watched = async (session: Session, runId: string) =>
	CompareMessage.parse(await session.connection.sendRequest(requests.watchComparison.method, { runId }));

test("every teacher is asked each seed once, and the annotator's word stands beside each answer", () =>
	withSession(async (session, folder) => {
		const shown = await compared(session, plan);
		assert.deepEqual([shown.state, shown.language, shown.strategy], ["done", "de", "respond"]);
		assert.equal(shown.seeds.length, 6);
		assert.equal(new Set(shown.seeds.map(({ id }) => id)).size, 6);
		for (const { answers, turns } of shown.seeds) {
			assert.deepEqual(
				answers.map(({ teacher }) => teacher),
				plan.teachers,
			);
			assert.ok(turns.length > 0 && answers.every(({ state }) => state !== "waiting"));
		}
		const [careful, drifting] = shown.teachers;
		assert.deepEqual([careful?.answered, careful?.failed, careful?.withFindings], [6, 0, 0]);
		assert.ok((drifting?.withFindings ?? 0) + (drifting?.failed ?? 0) > 0, "the drifting one is found out");
		const [answer] = shown.seeds[0]?.answers ?? [];
		assert.ok((answer?.metrics.length ?? 0) > 2 && (answer?.latencyMs ?? -1) >= 0);
		assert.equal(careful?.cost, null, "practice has no price, and no price is not a price of 0");
		const files = (await readdir(join(folder, ".polyglot/runs", shown.runId))).sort();
		for (const name of ["journal.jsonl", "manifest.json", "plan.jsonl", "samples.jsonl", "seeds.jsonl"])
			assert.ok(files.includes(name), name);
	}));

test("the same comparison again sends nothing: the answers are taken over", () =>
	withSession(async (session) => {
		await compared(session, plan);
		const again = await compared(session, plan);
		assert.ok(again.seeds.every(({ answers }) => answers.every((one) => one.isReused || one.state === "failed")));
		assert.equal(again.teachers[0]?.meanSeconds, null, "no time was spent, so none is told");
		const listed = await session.connection.sendRequest<{ runId: string }[]>(requests.comparisons.method, {});
		assert.equal(listed.length, 2);
		assert.equal(listed[0]?.runId, again.runId);
	}));

test("rows chosen in an editor are the seeds, whatever strategy made them", () =>
	withSession(async (session) => {
		const rows = ["Was ist ein Fjord?", "Wie kocht man Reis?"].map((prompt, index) =>
			JSON.stringify({ id: `own-${index}`, language: "de", strategy: "translate", prompt, response: "Antwort." }),
		);
		const shown = await compared(session, { ...plan, seeds: { lines: rows } });
		assert.deepEqual(shown.seeds.map(({ id }) => id).sort(), ["own-0", "own-1"]);
		assert.deepEqual(shown.seeds.flatMap(({ turns }) => turns.map(({ text }) => text)).sort(), [
			"Was ist ein Fjord?",
			"Wie kocht man Reis?",
		]);
	}));

test("what was compared is not asked again when samples are generated from the same seeds", () =>
	withSession(async (session, folder) => {
		const seeds = ["Was ist ein Fjord?", "Wie kocht man Reis?"].map((prompt, index) =>
			JSON.stringify({ id: `own-${index}`, language: "de", prompt, response: "Antwort." }),
		);
		const path = join(folder, "seeds.jsonl");
		await writeFile(path, `${seeds.join("\n")}\n`);
		await compared(session, { ...plan, teachers: ["practice-careful"], seeds: { path, count: 2 } });
		const { runId } = await session.connection.sendRequest<{ runId: string }>(requests.startGeneration.method, {
			cells: [{ teacher: "practice-careful", language: "de", strategy: "respond", target: 2 }],
			...{
				seeds: [path],
				output: join(folder, "out.jsonl"),
				seed: 7,
				acceptByChecks: false,
				reuse: true,
				probe: false,
			},
		});
		const watch = async () =>
			MonitorMessage.parse(await session.connection.sendRequest(requests.watchGeneration.method, { runId }));
		let seen = await watch();
		while (seen.state === "running") seen = await watch();
		assert.deepEqual([seen.state, seen.accepted, seen.reused, seen.lanes[0]?.attempts], ["done", 2, 2, 0]);
	}));

test("an accepted answer is a decision of the team, and the comparison shows it", () =>
	withSession(async (session, folder) => {
		const { runId, seeds } = await compared(session, plan);
		const key = seeds[0]?.answers[0]?.key;
		await session.connection.sendRequest("workspace/executeCommand", {
			command: "polyglot.review.decide",
			arguments: [{ key, decision: "accepted" }],
		});
		const shown = await watched(session, runId);
		assert.equal(shown.seeds[0]?.answers[0]?.decision, "accepted");
		assert.equal(shown.teachers[0]?.accepted, 1);
		const [line = ""] = (await readFile(join(folder, ".polyglot/review.jsonl"), "utf8")).split("\n");
		assert.equal((JSON.parse(line) as { decision: string }).decision, "accepted");
	}));

test("seeds in another language are refused in words, and nothing is left behind", () =>
	withSession(async (session, folder) => {
		await assert.rejects(
			session.connection.sendRequest(requests.startComparison.method, {
				...plan,
				seeds: { path: practiceSeeds("ar"), count: 6 },
			}),
			/None of \d+ rows is in de/,
		);
		await assert.rejects(readdir(join(folder, ".polyglot/runs")));
	}));
