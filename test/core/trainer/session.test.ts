/** The client's state machine, over any order of events, cuts and refusals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Effect, type Input, newSession, type Session, step } from "../../../server/core/trainer/session.ts";

const runId = "r-7f3k2m9q";
const serverId = "88b54f2e-3c0d-4a0e-b1a7-2f6f5a9d7c03";
const logEpoch = "e0c1b7d4-52aa-4a38-9a43-6d0f5f6f2a11";
const world = { nowMs: 0, random: () => 0.5 };

/** The session and all effects after these inputs. */
function play(inputs: readonly Input[], start: Session = newSession({ serverId, logEpoch })) {
	let session = start;
	const effects: Effect[] = [];
	for (const input of inputs) {
		const next = step(session, input, world);
		session = next.session;
		effects.push(...next.effects);
	}
	return { session, effects };
}

const connected: readonly Input[] = [
	{ type: "connect" },
	{ type: "opened" },
	{ type: "initialized", result: { serverId, logEpoch, resumed: [] } },
];
const follow: Input = { type: "follow", runId, cursor: 0, isFinal: false };
const closed: Input = { type: "closed", code: 1006, why: "cut" };
const event = (seq: number, isFinal = false): Input => ({ type: "event", runId, seq, isFinal });

function check(inputs: readonly Input[], expected: readonly Effect[]): void {
	assert.deepEqual(play(inputs).effects, expected);
}

test("connecting opens, introduces itself and follows", () =>
	check(
		[...connected, follow],
		[{ type: "open" }, { type: "initialize", logEpoch, resume: [] }, { type: "subscribe", runId, afterSeq: 0 }],
	));

test("cursors of unfinished runs travel with initialize", () =>
	check(
		[{ ...follow, cursor: 41 } as Input, { type: "connect" }, { type: "opened" }],
		[{ type: "open" }, { type: "initialize", logEpoch, resume: [{ runId, afterSeq: 41 }] }],
	));

test("a first meeting has no cursors to offer", () => {
	const { effects } = play([{ type: "connect" }, { type: "opened" }], newSession({ serverId: null, logEpoch: null }));
	assert.deepEqual(effects.at(-1), { type: "initialize", logEpoch: null, resume: [] });
});

test("a gap asks again from the cursor, once", () => {
	const subscribed: Input = { type: "subscribed", runId, lastSeq: 9, final: false };
	const { effects, session } = play([...connected, follow, subscribed, event(1), event(3), event(4)]);
	assert.deepEqual(effects.slice(3), [
		{ type: "apply", runId },
		{ type: "subscribe", runId, afterSeq: 1 },
	]);
	assert.equal(session.runs[runId]?.cursor, 1);
});

const otherEpoch = "00000000-0000-4000-8000-000000000000";
const meeting = (result: { serverId: string; logEpoch: string }): Input[] => [
	{ ...follow, cursor: 5 } as Input,
	{ type: "connect" },
	{ type: "opened" },
	{ type: "initialized", result: { ...result, resumed: [] } },
];

test("another log of the same server restarts every run it still has, from 0", () => {
	const { effects, session } = play([
		...meeting({ serverId, logEpoch: otherEpoch }),
		event(6),
		{ type: "subscribed", runId, lastSeq: 3, final: false },
		event(1),
	]);
	assert.deepEqual(effects.slice(2), [
		{ type: "subscribe", runId, afterSeq: 0 },
		{ type: "restart", runId },
		{ type: "apply", runId },
	]);
	assert.deepEqual([session.logEpoch, session.runs[runId]?.cursor], [otherEpoch, 1]);
});

test("a run that ends makes room for one that could not be followed yet", () => {
	const other = "r-00000001";
	const { effects } = play([
		...connected,
		follow,
		{ ...follow, runId: other } as Input,
		{ type: "subscribeFailed", runId: other, code: "too_many_subscriptions" },
		event(1, true),
	]);
	assert.deepEqual(effects.slice(-2), [
		{ type: "apply", runId },
		{ type: "subscribe", runId: other, afterSeq: 0 },
	]);
});

test("another server leaves the runs of the first alone", () => {
	const { effects, session } = play(meeting({ serverId: otherEpoch, logEpoch: otherEpoch }));
	assert.deepEqual([effects.slice(2), session.runs], [[], {}]);
});

test("a cursor ahead of the server's log restarts the run", () =>
	assert.deepEqual(
		play([
			...connected,
			follow,
			{ type: "subscribeFailed", runId, code: "cursor_ahead" },
			{ type: "subscribed", runId, lastSeq: 3, final: false },
		]).effects.slice(3),
		[
			{ type: "subscribe", runId, afterSeq: 0 },
			{ type: "restart", runId },
		],
	));

test("a run the server does not know is gone", () =>
	assert.deepEqual(play([...connected, follow, { type: "subscribeFailed", runId, code: "not_found" }]).effects.at(-1), {
		type: "gone",
		runId,
	}));

test("delays double up to 30 s, times chance", () => {
	let { session } = play([follow]);
	const waits: number[] = [];
	for (let time = 0; time < 9; time += 1) {
		const input: Input = time === 0 ? { type: "connect" } : { type: "timer" };
		const next = play([input, closed], session);
		session = next.session;
		for (const effect of next.effects) if (effect.type === "wait") waits.push(effect.ms / 1000);
	}
	assert.deepEqual(waits, [0.25, 0.5, 1, 2, 4, 8, 15, 15, 15]);
});

test("a server that names a longer wait is obeyed", () =>
	assert.deepEqual(play([{ type: "connect" }, { ...closed, retryAfterS: 40 } as Input]).effects.at(-1), {
		type: "wait",
		ms: 40_000,
	}));

test("without an open run ten tries are enough; with one it never gives up", () => {
	const tries = (first: readonly Input[]) => {
		let session = play([...first, { type: "connect" }]).session;
		for (let time = 0; time < 50; time += 1) session = play([closed, { type: "timer" }], session).session;
		return session.link.state;
	};
	assert.equal(tries([]), "stopped");
	assert.equal(tries([follow]), "connecting");
	assert.equal(tries([{ type: "want", by: 1 }]), "connecting");
	assert.equal(
		tries([
			{ type: "want", by: 1 },
			{ type: "want", by: -1 },
		]),
		"stopped",
	);
});

for (const input of [
	{ type: "refused", why: "wrong token" },
	{ type: "closed", code: 4401, why: "revoked" },
	{ type: "closed", code: 4406, why: "version" },
] as const) {
	test(`no retry by itself after ${input.type} ${"code" in input ? input.code : ""}`, () => {
		const { session, effects } = play([follow, { type: "connect" }, { type: "opened" }, input]);
		assert.equal(session.link.state, "stopped");
		assert.ok(effects.every(({ type }) => type !== "wait"));
	});
}

test("a link that held for a minute starts counting anew", () => {
	const failed = { ...play([...connected, follow]).session, failures: 7 };
	const late = step(failed, closed, { nowMs: 60_000, random: () => 1 });
	assert.deepEqual(late.effects, [{ type: "wait", ms: 500 }]);
});

/** A trainer with a log of `length` events, a client, and chance in between. */
type Chance =
	| { readonly kind: "deliver"; readonly seq: number }
	| { readonly kind: "next" }
	| { readonly kind: "cut" }
	| { readonly kind: "answer" };
const length = 12;
const chance: fc.Arbitrary<Chance> = fc.oneof(
	{ weight: 5, arbitrary: fc.constant<Chance>({ kind: "next" }) },
	{ weight: 3, arbitrary: fc.integer({ min: 1, max: length }).map((seq): Chance => ({ kind: "deliver", seq })) },
	{ weight: 2, arbitrary: fc.constant<Chance>({ kind: "cut" }) },
	{ weight: 3, arbitrary: fc.constant<Chance>({ kind: "answer" }) },
);

test("whatever comes in whatever order, each event is applied once and in order", () =>
	fc.assert(
		fc.property(fc.array(chance, { maxLength: 120 }), (chances) => {
			let session = play([...connected, follow]).session;
			const applied: number[] = [];
			const feed = (input: Input) => {
				const next = step(session, input, world);
				session = next.session;
				for (const effect of next.effects) {
					if (effect.type === "apply" && input.type === "event") applied.push(input.seq);
					if (effect.type === "subscribe") assert.equal(effect.afterSeq, applied.length);
					if (effect.type === "initialize") {
						const isOver = applied.length === length;
						assert.deepEqual(effect.resume, isOver ? [] : [{ runId, afterSeq: applied.length }]);
					}
				}
			};
			const deliver = (seq: number) => feed(event(seq, seq === length));
			for (const one of chances) {
				if (one.kind === "deliver") deliver(one.seq);
				else if (one.kind === "next") deliver(applied.length + 1);
				else if (one.kind === "answer") feed({ type: "subscribed", runId, lastSeq: length, final: true });
				else {
					feed(closed);
					feed({ type: "timer" });
					feed({ type: "opened" });
					const resumed = [{ runId, lastSeq: length, final: true }];
					feed({ type: "initialized", result: { serverId, logEpoch, resumed } });
				}
				assert.deepEqual(
					applied,
					Array.from({ length: applied.length }, (_, index) => index + 1),
				);
				assert.equal(session.runs[runId]?.cursor, applied.length);
				assert.equal(session.runs[runId]?.isFinal, applied.length === length);
				assert.equal(session.link.state, "ready");
			}
		}),
		{ numRuns: 2000 },
	));
