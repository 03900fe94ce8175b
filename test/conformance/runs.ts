/** Launch, look, cancel, resume, delete; each wish once (protocol §5, §8, §9). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { type EventType, eventData, RunEventOfRun } from "../../server/core/trainer/events.ts";
import { methods } from "../../server/core/trainer/methods.ts";
import { Peer } from "./peer.ts";
import { datasetOf, launch, type Server, upload } from "./server.ts";

type Loose = Record<string, unknown>;
const runOf = (result: Loose) => result.run as Loose;

/** Protocol §8. */
const allowed: Record<string, readonly string[]> = {
	"": ["queued"],
	queued: ["queued", "preparing", "cancelling", "cancelled", "failed", "interrupted", "lost"],
	preparing: ["running", "cancelling", "failed", "interrupted", "lost"],
	running: ["finalizing", "cancelling", "failed", "interrupted", "lost"],
	finalizing: ["succeeded", "cancelling", "failed", "interrupted", "lost"],
	cancelling: ["cancelled", "succeeded"],
	interrupted: ["queued", "cancelled"],
	lost: ["preparing", "running", "finalizing", "succeeded", "failed", "interrupted", "queued", "cancelled"],
};

/** Every event has its type's shape, every state may follow the one before, and the last says so. */
export function assertLawful(events: readonly Loose[]): void {
	let state = "";
	events.forEach((raw, index) => {
		const { seq, type, data } = RunEventOfRun.parse(raw);
		assert.equal(seq, index + 1);
		assert.ok(type in eventData, type);
		assert.ok(eventData[type as EventType].safeParse(data).success, JSON.stringify(raw));
		if (type !== "run.state") return;
		assert.ok(allowed[state]?.includes(String(data.state)), `${state} → ${data.state}`);
		state = String(data.state);
		assert.equal(data.final, ["succeeded", "failed", "cancelled"].includes(state));
		if (data.final) assert.deepEqual([data.lastSeq, index], [seq, events.length - 1]);
	});
}

export function runTests(server: () => Server): void {
	test("a run is queued before the answer, and its log obeys the law to its end", async () => {
		const peer = await Peer.greet(server());
		const sha256 = await upload(peer, datasetOf(6));
		const params = { idempotencyKey: randomUUID(), ...server().launch(sha256, "quick"), title: "Grüße", group: "g1" };
		const launched = methods["runs.launch"].result.parse(await peer.ask("runs.launch", params));
		assert.deepEqual(
			[launched.created, launched.run.state, launched.run.lastSeq, launched.run.title, launched.run.group],
			[true, "queued", 1, "Grüße", "g1"],
		);
		assert.ok(launched.run.spec, "the spec as stored");
		const { runId } = launched.run;
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		const events = await peer.untilFinal(runId);
		assertLawful(events);
		assert.equal((events.at(-1)?.data as Loose | undefined)?.state, "succeeded");
		assert.ok(events.some(({ type }) => type === "run.metric"));
		assert.equal(events.filter(({ type }) => type === "run.data").length, 1);
		const { run } = methods["runs.get"].result.parse(await peer.ask("runs.get", { runId }));
		assert.deepEqual([run.final, run.state, run.lastSeq], [true, "succeeded", events.length]);
		assert.ok(run.startedAt && run.endedAt);
		await peer.close();
	});

	test("the same key makes the same run, another wish under it is a conflict", async () => {
		const peer = await Peer.greet(server());
		const { runId, params } = await launch(peer, server());
		const again = await peer.ask("runs.launch", params);
		assert.deepEqual([runOf(again).runId, again.created], [runId, false]);
		const { error } = await peer.call("runs.launch", { ...params, title: "other" });
		assert.deepEqual([error?.data.code, error?.data.runId], ["idempotency_conflict", runId]);
		const reordered = Object.fromEntries(Object.entries(params).reverse());
		assert.equal(runOf(await peer.ask("runs.launch", reordered)).runId, runId);
		await peer.close();
	});

	test("two launches with one key in one breath make one run", async () => {
		const peer = await Peer.greet(server());
		const sha256 = await upload(peer, datasetOf(6));
		const params = { idempotencyKey: randomUUID(), ...server().launch(sha256, "quick") };
		const both = await Promise.all([peer.ask("runs.launch", params), peer.ask("runs.launch", params)]);
		assert.equal(runOf(both[0]).runId, runOf(both[1]).runId);
		assert.deepEqual(both.map(({ created }) => created).sort(), [false, true]);
		await peer.close();
	});

	test("a launch cancelled before it arrives never happens", async () => {
		const peer = await Peer.greet(server());
		const sha256 = await upload(peer, datasetOf(2));
		const idempotencyKey = randomUUID();
		assert.deepEqual(await peer.ask("runs.cancel", { idempotencyKey }), { tombstone: true });
		const params = { idempotencyKey, ...server().launch(sha256, "quick") };
		assert.equal(await peer.refusal("runs.launch", params), "launch_cancelled");
		await peer.close();
	});

	test("a wrong spec is refused with the field", async () => {
		const peer = await Peer.greet(server());
		const sha256 = await upload(peer, datasetOf(2));
		const { spec, title } = server().launch(sha256, "quick");
		const refused = async (change: Loose) => {
			const params = { idempotencyKey: randomUUID(), title, spec: { ...spec, ...change } };
			return (await peer.call("runs.launch", params)).error?.data as Loose;
		};
		const typo = await refused({ trian: {} });
		assert.deepEqual([typo.code, (typo.issues as Loose[])[0]?.param], ["invalid_spec", "/trian"]);
		const below = await refused({ train: { learningRate: -1 } });
		assert.deepEqual([below.code, (below.issues as Loose[])[0]?.param], ["invalid_spec", "/train/learningRate"]);
		assert.equal((await refused({ model: { id: "nobody/nothing" } })).code, "model_not_allowed");
		assert.equal((await refused({ backend: "nonesuch" })).code, "capability_missing");
		assert.equal((await refused({ data: { sha256: "3".repeat(64) } })).code, "dataset_missing");
		await peer.close();
	});

	test("a run under way is cancelled, and cancelling again changes nothing", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await launch(peer, server(), "endless");
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		await peer.untilState(runId, "running");
		assert.equal(await peer.refusal("runs.delete", { runId }), "run_active");
		assert.equal(await peer.refusal("runs.resume", { runId, idempotencyKey: randomUUID() }), "not_resumable");
		const { run } = (await peer.ask("runs.cancel", { runId, graceS: 5 })) as { run: Loose };
		assert.ok(["cancelling", "cancelled"].includes(String(run.state)));
		const events = await peer.untilFinal(runId);
		assertLawful(events);
		const last = (events.at(-1)?.data ?? {}) as Loose;
		assert.deepEqual([last.state, last.reason, last.fault], ["cancelled", "user", "user"]);
		assert.equal(runOf(await peer.ask("runs.cancel", { runId })).lastSeq, events.length);
		await peer.close();
	});

	test("a run that waits is cancelled at once; by its key, too", async () => {
		const peer = await Peer.greet(server());
		const first = await launch(peer, server(), "endless");
		const second = await launch(peer, server(), "endless");
		const run = runOf(await peer.ask("runs.cancel", { idempotencyKey: second.key }));
		assert.equal(run.runId, second.runId);
		await peer.ask("runs.cancel", { runId: first.runId });
		for (const { runId } of [first, second]) {
			await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
			assertLawful(await peer.untilFinal(runId));
		}
		await peer.close();
	});

	test("a cancelled run resumes as a new one that names its parent, once per key", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await launch(peer, server(), "endless");
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		await peer.untilState(runId, "running");
		await peer.ask("runs.cancel", { runId, graceS: 5 });
		await peer.untilFinal(runId);
		const wish = { runId, idempotencyKey: randomUUID() };
		const resumed = await peer.ask("runs.resume", wish);
		assert.deepEqual([resumed.continued, runOf(resumed).parentRunId], [false, runId]);
		assert.notEqual(runOf(resumed).runId, runId);
		assert.equal(runOf(await peer.ask("runs.resume", wish)).runId, runOf(resumed).runId);
		const conflict = { ...wish, fromStep: 0 };
		assert.equal(await peer.refusal("runs.resume", conflict), "idempotency_conflict");
		const lost = { runId, idempotencyKey: randomUUID(), fromStep: 999_999 };
		assert.equal(await peer.refusal("runs.resume", lost), "checkpoint_missing");
		await peer.ask("runs.cancel", { runId: String(runOf(resumed).runId), graceS: 5 });
		await peer.close();
	});

	test("a deleted run is gone, and its key is spent", async () => {
		const peer = await Peer.greet(server());
		const { runId, params } = await launch(peer, server());
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		await peer.untilFinal(runId);
		assert.deepEqual(await peer.ask("runs.delete", { runId }), { deleted: true });
		assert.deepEqual(await peer.ask("runs.delete", { runId }), { deleted: false });
		for (const method of ["runs.get", "artifacts.list", "runs.cancel"]) {
			assert.equal(await peer.refusal(method, { runId }), "not_found", method);
		}
		assert.equal(await peer.refusal("runs.launch", params), "launch_cancelled");
		await peer.close();
	});

	test("lists are newest first, filtered, and turn pages", async () => {
		const peer = await Peer.greet(server());
		const group = randomUUID();
		const sha256 = await upload(peer, datasetOf(2));
		const made: unknown[] = [];
		for (let count = 0; count < 3; count += 1) {
			const params = { idempotencyKey: randomUUID(), group, ...server().launch(sha256, "quick") };
			made.unshift(runOf(await peer.ask("runs.launch", params)).runId);
		}
		const first = methods["runs.list"].result.parse(await peer.ask("runs.list", { group, limit: 2 }));
		assert.equal(first.runs.length, 2);
		assert.ok(first.nextCursor);
		const rest = methods["runs.list"].result.parse(
			await peer.ask("runs.list", { group, limit: 2, cursor: first.nextCursor }),
		);
		assert.deepEqual([...first.runs, ...rest.runs].map(({ runId }) => runId).sort(), made.toSorted());
		assert.equal(rest.nextCursor, null);
		const times = [...first.runs, ...rest.runs].map(({ createdAt }) => createdAt);
		assert.deepEqual(times, times.toSorted().reverse());
		assert.ok(first.runs.every((run) => run.spec === undefined));
		const none = await peer.ask("runs.list", { group, kind: "eval" });
		assert.deepEqual(none, { runs: [], nextCursor: null });
		await peer.close();
	});

	test("preflight counts rows and steps, and refuses what a launch would", async () => {
		const peer = await Peer.greet(server());
		const sha256 = await upload(peer, datasetOf(8));
		const { spec } = server().launch(sha256, "quick");
		const quick = methods["server.preflight"].result.parse(
			await peer.ask("server.preflight", { spec, depth: "quick" }),
		);
		assert.deepEqual([quick.depth, quick.estimated, quick.rows], ["quick", true, 8]);
		assert.ok((quick.steps ?? 0) >= 1);
		assert.equal(
			await peer.refusal("server.preflight", { spec: { ...spec, trian: 1 }, depth: "quick" }),
			"invalid_spec",
		);
		await peer.close();
	});

	test("a full preflight shows a row as the trainer sees it, cut where training begins", async () => {
		const peer = await Peer.greet(server());
		const { spec } = server().launch(await upload(peer, datasetOf(8)), "quick");
		const full = methods["server.preflight"].result.parse(await peer.ask("server.preflight", { spec, depth: "full" }));
		assert.deepEqual([full.depth, full.estimated], ["full", false]);
		assert.ok((full.trainTokens ?? 0) > 0 && (full.trainTokens ?? 0) <= (full.tokens ?? 0));
		assert.deepEqual(full.dropped, { tooLong: 0, noTrainedTokens: 0 });
		assert.ok(full.sample?.segments.some(({ trained, text }) => trained && text !== ""));
		assert.ok((full.longestTokens ?? 0) > 0);
		await peer.close();
	});

	test("the log is read from both ends", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await launch(peer, server());
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		await peer.untilFinal(runId);
		const read = async (offset: number, limit?: number) =>
			methods["logs.read"].result.parse(
				await peer.ask("logs.read", { runId, stream: "worker", offset, ...(limit ? { limit } : {}) }),
			);
		const whole = await read(0);
		assert.deepEqual([whole.offset, whole.eof, whole.nextOffset], [0, true, whole.size]);
		const tail = await read(-5);
		assert.ok(whole.text.endsWith(tail.text));
		const page = await read(0, 4);
		assert.equal(page.text, whole.text.slice(0, page.text.length));
		assert.equal(await peer.refusal("logs.read", { runId, stream: "worker", offset: whole.size + 1 }), "range_invalid");
		await peer.close();
	});

	test("info has what the capabilities promise", async () => {
		const peer = await Peer.greet(server());
		const info = methods["server.info"].result.parse(await peer.ask("server.info"));
		assert.equal(info.serverId, peer.hello.serverId);
		assert.deepEqual(info.capabilities, peer.hello.capabilities);
		await peer.close();
	});

	test("a student is evaluated, its results and their summary come in order", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await launch(peer, server());
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		await peer.untilFinal(runId);
		const spec = await server().evaluate(runId, (bytes) => upload(peer, bytes, "eval-jsonl"));
		const launched = await peer.ask("evals.launch", { idempotencyKey: randomUUID(), spec });
		const evaluation = String(runOf(launched).runId);
		assert.equal(runOf(launched).kind, "eval");
		await peer.ask("runs.subscribe", { runId: evaluation, afterSeq: 0 });
		const events = await peer.untilFinal(evaluation);
		assertLawful(events);
		assert.equal(events.filter(({ type }) => type === "eval.summary").length, 1);
		assert.ok(events.some(({ type }) => type === "eval.result"));
		assert.ok(events.every(({ type }) => !["run.data", "run.metric", "run.checkpoint"].includes(String(type))));
		const elsewhere = { ...spec, target: { runId: "r-00000000" } };
		const wish = { idempotencyKey: randomUUID(), spec: elsewhere };
		assert.equal(await peer.refusal("evals.launch", wish), "checkpoint_missing");
		await peer.close();
	});
}
