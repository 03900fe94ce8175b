import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { GenerationProgress, notifications, requests } from "../../server/core/engine-api.ts";
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

const planIn = (folder: string, count: number) => ({
	teachers: ["practice-careful"],
	language: "id",
	strategies: ["generate", "translate", "respond"],
	seeds: practiceSeeds("id"),
	output: join(folder, "samples.jsonl"),
	count,
	seed: 0,
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
			strategies: ["generate"],
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

test("an untrusted workspace sends nothing", () =>
	withSession(async (session, folder) => {
		await assert.rejects(
			session.connection.sendRequest(requests.startGeneration.method, planIn(folder, 1)),
			/not trusted/,
		);
	}, false));
