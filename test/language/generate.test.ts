import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { type GenerationPlan, GenerationProgress, notifications, requests } from "../../server/core/engine-api.ts";
import { EstimateRanges } from "../../server/core/generate/estimate.ts";
import { MonitorMessage } from "../../server/core/generate/monitor-message.ts";
import { practiceSeeds, repeatedRequests, rowsOf } from "../node/generate-rig.ts";
import { type Session, startSession } from "./lsp-session.ts";

async function withSession(body: (session: Session, folder: string) => Promise<void>, isTrusted = true): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-generation-"));
	const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted });
	try {
		await body(session, folder);
		await session.end();
	} finally {
		session.kill();
	}
}

/** A third each of the three strategies. */
const planIn = (folder: string, count: number, teacher = "practice-careful"): GenerationPlan => ({
	cells: (["generate", "translate", "respond"] as const).map((strategy) => ({
		teacher,
		language: "id",
		strategy,
		target: count / 3,
	})),
	seeds: [practiceSeeds("id"), practiceSeeds("en")],
	output: join(folder, "samples.jsonl"),
	seed: 0,
	acceptByChecks: false,
	reuse: true,
	probe: false,
});

/** The run's end as the editor is told it. */
function ended(session: Session): Promise<GenerationProgress> {
	return new Promise((resolve) => {
		session.connection.onNotification(notifications.generationProgress.method, (params) => {
			const progress = GenerationProgress.parse(params);
			if (progress.state !== "running") resolve(progress);
		});
	});
}

test("the editor starts a run over all strategies, watches it, and gets the monitor's last word", () =>
	withSession(async (session, folder) => {
		const end = ended(session);
		const last = new Promise<MonitorMessage>((resolve) => {
			session.connection.onNotification(notifications.runView.method, ({ message }: { message: unknown }) => {
				const seen = MonitorMessage.parse(message);
				if (seen.state !== "running") resolve(seen);
			});
		});
		const { runId } = await session.connection.sendRequest<{ runId: string }>(
			requests.startGeneration.method,
			planIn(folder, 12),
		);
		MonitorMessage.parse(await session.connection.sendRequest(requests.watchGeneration.method, { runId }));
		assert.deepEqual([(await end).state, (await end).accepted], ["done", 12]);
		// The run may have ended before it was watched; then the answer was its last word.
		const now = MonitorMessage.parse(await session.connection.sendRequest(requests.watchGeneration.method, { runId }));
		const shown = now.state === "running" ? await last : now;
		assert.deepEqual([shown.state, shown.accepted, shown.cells.length, shown.latest.length], ["done", 12, 3, 5]);
		const listed = await session.connection.sendRequest<{ runId: string; state: string }[]>(
			requests.generations.method,
			{},
		);
		assert.deepEqual(
			listed.map((run) => [run.runId, run.state]),
			[[runId, "done"]],
		);
	}));

test("pausing keeps what is there, and resuming goes on without a repeated row", () =>
	withSession(async (session, folder) => {
		const paused = ended(session);
		const { runId } = await session.connection.sendRequest<{ runId: string }>(requests.startGeneration.method, {
			...planIn(folder, 600),
			cells: [{ teacher: "practice-careful", language: "id", strategy: "generate", target: 600 }],
		});
		await session.connection.sendRequest(requests.pauseGeneration.method, { runId });
		const { state, accepted, message } = await paused;
		assert.equal(state, "paused");
		assert.match(message ?? "", /Paused by you/);
		assert.ok(accepted < 600);
		const done = ended(session);
		await session.connection.sendRequest(requests.resumeGeneration.method, { runId });
		assert.equal((await done).accepted, 600);
		const rows = await rowsOf(join(folder, "samples.jsonl"));
		assert.deepEqual([rows.length, repeatedRequests(rows)], [600, []]);
	}));

test("an estimate tells requests, tokens and time, and sends nothing", () =>
	withSession(async (session, folder) => {
		const plan = planIn(folder, 30);
		const estimate = EstimateRanges.parse(
			await session.connection.sendRequest(requests.estimateGeneration.method, plan),
		);
		assert.deepEqual([estimate.requests, estimate.cost, estimate.unpriced], [[30, 45], {}, []]);
		assert.ok(estimate.promptTokens[0] > 0 && estimate.seconds[1] > estimate.seconds[0]);
		await assert.rejects(
			session.connection.sendRequest(requests.estimateGeneration.method, { ...plan, seeds: [practiceSeeds("de")] }),
			/seeds in Indonesian/,
		);
		await assert.rejects(readdir(join(folder, ".polyglot")), "nothing was begun");
	}));

test("with the checks as judges, a drifting teacher's rows are turned away with their reasons, and a resumed run keeps to it", () =>
	withSession(async (session, folder) => {
		const end = ended(session);
		const { runId } = await session.connection.sendRequest<{ runId: string }>(requests.startGeneration.method, {
			...planIn(folder, 12, "practice-drifting"),
			acceptByChecks: true,
		});
		const { rejected, accepted } = await end;
		assert.ok(rejected > 0 && accepted <= 12, `${rejected} rejected, ${accepted} accepted`);
		const seen = MonitorMessage.parse(await session.connection.sendRequest(requests.watchGeneration.method, { runId }));
		assert.ok(
			seen.reasons.some(({ reason }) => ["language-mismatch", "degenerate-loop", "stop-words"].includes(reason)),
			JSON.stringify(seen.reasons),
		);
		const manifest: unknown = JSON.parse(
			await readFile(join(folder, ".polyglot/runs", runId, "manifest.json"), "utf8"),
		);
		assert.equal((manifest as { accept: string }).accept, "checks");
	}));

test("two windows cannot write one run: the second is told who writes it", () =>
	withSession(async (first, folder) => {
		const { runId } = await first.connection.sendRequest<{ runId: string }>(requests.startGeneration.method, {
			...planIn(folder, 3000),
			cells: [{ teacher: "practice-careful", language: "id", strategy: "generate", target: 3000 }],
		});
		const second = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
		try {
			await assert.rejects(
				second.connection.sendRequest(requests.resumeGeneration.method, { runId }),
				/already writing this run/,
			);
			assert.deepEqual(await second.connection.sendRequest(requests.interruptedGenerations.method, {}), []);
			const seen = MonitorMessage.parse(
				await second.connection.sendRequest(requests.watchGeneration.method, { runId }),
			);
			assert.equal(seen.state, "interrupted");
			assert.match(seen.message ?? "", /already writing this run/);
			await first.connection.sendRequest(requests.cancelGeneration.method, { runId });
		} finally {
			second.kill();
		}
	}));

test("after the engine was killed, a monitor shows what is on disk, and the run goes on", async () => {
	const folder = await mkdtemp(join(tmpdir(), "polyglot-generation-"));
	const options = { folderUri: pathToFileURL(folder).href, isTrusted: true };
	const first = await startSession(options);
	const { runId } = await first.connection.sendRequest<{ runId: string }>(requests.startGeneration.method, {
		...planIn(folder, 900),
		cells: [{ teacher: "practice-careful", language: "id", strategy: "generate", target: 900 }],
	});
	await new Promise<void>((resolve) => {
		first.connection.onNotification(notifications.generationProgress.method, (params) => {
			if (GenerationProgress.parse(params).accepted > 0) resolve();
		});
	});
	first.kill();
	const second = await startSession(options);
	try {
		const watch = async () =>
			MonitorMessage.parse(await second.connection.sendRequest(requests.watchGeneration.method, { runId }));
		const seen = await watch();
		assert.equal(seen.state, "interrupted");
		assert.ok(seen.accepted > 0 && seen.accepted < 900 && seen.lanes[0] && seen.lanes[0].attempts >= seen.accepted);
		const end = ended(second);
		await second.connection.sendRequest(requests.resumeGeneration.method, { runId });
		assert.deepEqual([(await end).state, (await end).accepted], ["done", 900]);
		assert.equal((await watch()).state, "done");
		await second.end();
	} finally {
		second.kill();
	}
});

test("an untrusted workspace sends nothing", () =>
	withSession(async (session, folder) => {
		await assert.rejects(
			session.connection.sendRequest(requests.startGeneration.method, planIn(folder, 3)),
			/not trusted/,
		);
		await assert.rejects(
			session.connection.sendRequest(requests.estimateGeneration.method, planIn(folder, 3)),
			/not trusted/,
		);
	}, false));
