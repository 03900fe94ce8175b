/** Events once and in order, from any cursor, over any number of links and restarts (protocol §3, §8). */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { methods } from "../../server/core/trainer/methods.ts";
import { Peer } from "./peer.ts";
import { assertLawful } from "./runs.ts";
import { datasetOf, launch, type Server, upload } from "./server.ts";

type Loose = Record<string, unknown>;
const seqs = (events: readonly Loose[]) => events.map(({ seq }) => seq);
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

export function replayTests(server: () => Server): void {
	async function finished(peer: Peer): Promise<{ runId: string; events: Loose[] }> {
		const { runId } = await launch(peer, server());
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		return { runId, events: await peer.untilFinal(runId) };
	}

	test("a finished run is replayed from every cursor, and the subscription ends", async () => {
		const peer = await Peer.greet(server());
		const { runId, events } = await finished(peer);
		for (const afterSeq of [0, 1, Math.floor(events.length / 2), events.length - 1]) {
			const reader = await Peer.greet(server());
			const answer = await reader.ask("runs.subscribe", { runId, afterSeq });
			assert.deepEqual(answer, { runId, afterSeq, lastSeq: events.length, final: true });
			assert.deepEqual(await reader.untilFinal(runId), events.slice(afterSeq));
			await reader.close();
		}
		await peer.close();
	});

	test("the response comes before the first event", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await finished(peer);
		const reader = await Peer.greet(server());
		await reader.ask("runs.subscribe", { runId, afterSeq: 0 });
		await reader.untilFinal(runId);
		assert.equal(reader.order.filter((one) => one !== "notice")[1], "2");
		await Promise.all([peer.close(), reader.close()]);
	});

	test("pages of events join without a seam", async () => {
		const peer = await Peer.greet(server());
		const { runId, events } = await finished(peer);
		const paged: Loose[] = [];
		for (let more = true; more; ) {
			const page = methods["runs.events"].result.parse(
				await peer.ask("runs.events", { runId, afterSeq: paged.length, limit: 5 }),
			);
			assert.ok(page.events.length <= 5);
			paged.push(...page.events);
			more = page.more;
		}
		assert.deepEqual(
			paged,
			events.map(({ runId: _, ...event }) => event),
		);
		await peer.close();
	});

	test("a cursor ahead of the log is refused with where it ends", async () => {
		const peer = await Peer.greet(server());
		const { runId, events } = await finished(peer);
		for (const method of ["runs.subscribe", "runs.events"]) {
			const { error } = await peer.call(method, { runId, afterSeq: events.length + 1 });
			assert.deepEqual([error?.data.code, error?.data.lastSeq], ["cursor_ahead", events.length], method);
		}
		await peer.close();
	});

	test("a link cut at random loses nothing and repeats nothing beyond the cursor", async () => {
		const first = await Peer.greet(server());
		const { runId } = await launch(first, server(), "quick", 40);
		await first.ask("runs.subscribe", { runId, afterSeq: 0 });
		const seen: Loose[] = [];
		let peer: Peer = first;
		for (let isOver = false; !isOver; ) {
			const want = 1 + Math.floor(Math.random() * 6);
			await peer.until(() => {
				const events = peer.events(runId);
				isOver = (events.at(-1)?.data as Loose | undefined)?.final === true;
				return events.length >= want || isOver || undefined;
			});
			seen.push(...peer.events(runId));
			peer.socket.terminate();
			if (isOver) break;
			peer = await Peer.greet(server());
			await peer.ask("runs.subscribe", { runId, afterSeq: seen.length });
		}
		assert.deepEqual(seqs(seen), from(1, seen.length));
		assertLawful(seen);
	});

	test("initialize with cursors resumes them, and says which cannot be", async () => {
		const peer = await Peer.greet(server());
		const { runId, events } = await finished(peer);
		const reader = await Peer.greet(server(), {
			logEpoch: String(peer.hello.logEpoch),
			resume: [
				{ runId, afterSeq: 2 },
				{ runId: "r-00000000", afterSeq: 0 },
			],
		});
		const [known, unknown] = reader.hello.resumed as Loose[];
		assert.deepEqual(known, { runId, lastSeq: events.length, final: true });
		assert.deepEqual([unknown?.runId, unknown?.error], ["r-00000000", "not_found"]);
		assert.deepEqual(seqs(await reader.untilFinal(runId)), from(3, events.length));
		await Promise.all([peer.close(), reader.close()]);
	});

	test("a second subscription replaces the first, and none is none", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await launch(peer, server(), "endless");
		await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
		await peer.untilState(runId, "running");
		const before = peer.heard.length;
		const { lastSeq } = await peer.ask("runs.subscribe", { runId, afterSeq: 1 });
		await peer.until(() => (peer.events(runId).filter(({ seq }) => seq === lastSeq).length > 1 ? true : undefined));
		const again = peer.heard.slice(before).filter(({ method }) => method === "event");
		assert.equal(again.find(({ params }) => Number(params.seq) <= 2)?.params.seq, 2);
		assert.deepEqual(await peer.ask("runs.unsubscribe", { runId }), {});
		assert.deepEqual(await peer.ask("runs.unsubscribe", { runId }), {});
		const silent = peer.events(runId).length;
		await peer.ask("runs.cancel", { runId, graceS: 5 });
		const other = await Peer.greet(server());
		await other.ask("runs.subscribe", { runId, afterSeq: 0 });
		await other.untilFinal(runId);
		assert.equal(peer.events(runId).length, silent);
		await Promise.all([peer.close(), other.close()]);
	});

	test("two clients see the same log", async () => {
		const [a, b] = [await Peer.greet(server()), await Peer.greet(server())];
		const { runId } = await launch(a, server());
		await Promise.all([a, b].map((peer) => peer.ask("runs.subscribe", { runId, afterSeq: 0 })));
		const [left, right] = await Promise.all([a.untilFinal(runId), b.untilFinal(runId)]);
		assert.deepEqual(left, right);
		await Promise.all([a.close(), b.close()]);
	});

	test("whoever follows a run is told when it is deleted", async () => {
		const peer = await Peer.greet(server());
		const { runId } = await finished(peer);
		assert.equal(await peer.refusal("runs.subscribe", { runId: "r-00000000", afterSeq: 0 }), "not_found");
		await peer.ask("runs.delete", { runId });
		assert.equal(await peer.refusal("runs.subscribe", { runId, afterSeq: 0 }), "not_found");
		await peer.close();
	});

	test("a restart keeps the server's name, its log and its keys", async (context) => {
		const { restart } = server();
		if (!restart) return context.skip("this server cannot be restarted here");
		const peer = await Peer.greet(server());
		const { runId, events } = await finished(peer);
		const sha256 = await upload(peer, datasetOf(4));
		const params = { idempotencyKey: randomUUID(), ...server().launch(sha256, "quick") };
		const launched = (await peer.ask("runs.launch", params)) as { run: Loose };
		await restart.call(server());
		const reader = await Peer.greet(server());
		assert.deepEqual([reader.hello.serverId, reader.hello.logEpoch], [peer.hello.serverId, peer.hello.logEpoch]);
		await reader.ask("runs.subscribe", { runId, afterSeq: 0 });
		assert.deepEqual(await reader.untilFinal(runId), events);
		const again = (await reader.ask("runs.launch", params)) as { run: Loose; created: boolean };
		assert.deepEqual([again.run.runId, again.created], [launched.run.runId, false]);
		const goesOn = String(again.run.runId);
		await reader.ask("runs.subscribe", { runId: goesOn, afterSeq: 0 });
		assertLawful(await reader.untilFinal(goesOn));
		await reader.close();
	});
}
