import assert from "node:assert/strict";
import { test } from "node:test";
import { AdaptiveLimit } from "../../../server/core/generate/adaptive-limit.ts";

function controlled(max = 100, start = 8) {
	let now = 0;
	const limit = new AdaptiveLimit({ max, start, now: () => now, random: () => 1 });
	return {
		limit,
		wait: (ms: number) => {
			now += ms;
		},
		succeed: (times: number) => {
			for (let time = 0; time < times; time++) limit.succeeded();
		},
	};
}

test("the limit doubles per clean round up to the user's number", () => {
	const { limit, succeed } = controlled(40);
	const seen = [limit.limit];
	for (let round = 0; round < 4; round++) {
		succeed(limit.limit);
		seen.push(limit.limit);
	}
	assert.deepEqual(seen, [8, 16, 32, 40, 40]);
});

test("a burst of 429 is one cut: answers to requests sent before it do not count", () => {
	const { limit, wait, succeed } = controlled();
	succeed(8);
	wait(100);
	assert.deepEqual(limit.overloaded(50, 1_000), { limit: 8, cause: "overload" });
	for (let late = 0; late < 7; late++) assert.equal(limit.overloaded(60, 1_000), undefined);
	assert.equal(limit.limit, 8);
	wait(10);
	assert.equal(limit.overloaded(105, 1_000)?.limit, 4);
});

test("after the first cut it climbs half of the way per clean round, and not above where it was cut", () => {
	const { limit, wait, succeed } = controlled();
	succeed(8);
	wait(10);
	limit.overloaded(5, 0);
	const seen = [limit.limit];
	for (let round = 0; round < 4; round++) {
		succeed(limit.limit);
		seen.push(limit.limit);
	}
	assert.deepEqual(seen, [8, 12, 14, 15, 15]);
});

test("the answers of one burst tell how many the server has room for, and it climbs to there", () => {
	const { limit, wait, succeed } = controlled(100, 32);
	wait(10);
	// A server with room for 20 turns 12 of 32 away.
	for (let turnedAway = 0; turnedAway < 12; turnedAway++) limit.overloaded(5, 0);
	assert.equal(limit.limit, 16);
	for (let round = 0; round < 20; round++) succeed(limit.limit);
	assert.equal(limit.limit, 20);
});

test("trials above the ceiling that are not cut go further each minute", () => {
	const { limit, wait, succeed } = controlled(100, 4);
	wait(10);
	limit.overloaded(5, 0);
	const seen: number[] = [];
	for (let minute = 0; minute < 4; minute++) {
		wait(60_000);
		for (let round = 0; round < 20; round++) succeed(limit.limit);
		seen.push(limit.limit);
	}
	assert.deepEqual(seen, [4, 6, 10, 18]);
});

test("the ceiling is tried once a minute", () => {
	const { limit, wait, succeed } = controlled(100, 4);
	wait(10);
	limit.overloaded(5, 0);
	for (let round = 0; round < 5; round++) succeed(limit.limit);
	assert.equal(limit.limit, 3);
	wait(60_000);
	for (let round = 0; round < 5; round++) succeed(limit.limit);
	assert.equal(limit.limit, 4);
});

test("Retry-After of any length holds everything back, to the millisecond", () => {
	const { limit, wait } = controlled();
	wait(1);
	limit.overloaded(1, 90_000);
	assert.equal(limit.pauseMs, 90_000);
	wait(89_999);
	assert.equal(limit.maySend(0), false);
	wait(1);
	assert.equal(limit.maySend(0), true);
});

test("a later Retry-After of the same burst prolongs the pause and never shortens it", () => {
	const { limit, wait } = controlled();
	wait(10);
	limit.overloaded(5, 2_000);
	limit.overloaded(5, 5_000);
	limit.overloaded(5, 1_000);
	assert.equal(limit.pauseMs, 5_000);
});

test("without Retry-After the pause doubles per episode up to a minute, and a success resets it", () => {
	const { limit, wait } = controlled();
	const pauses: number[] = [];
	for (let episode = 0; episode < 7; episode++) {
		wait(70_000);
		limit.overloaded(Number.MAX_SAFE_INTEGER, null);
		pauses.push(limit.pauseMs);
	}
	assert.deepEqual(pauses, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
	limit.succeeded();
	wait(70_000);
	limit.overloaded(Number.MAX_SAFE_INTEGER, null);
	assert.equal(limit.pauseMs, 2_000);
});

test("the limit never falls below one", () => {
	const { limit } = controlled(100, 1);
	for (let episode = 0; episode < 5; episode++) limit.overloaded(Number.MAX_SAFE_INTEGER, 0);
	assert.equal(limit.limit, 1);
});

test("failures that may pass cut nothing, and as many at every limit do not hinder the growth", () => {
	const { limit, wait } = controlled();
	for (let round = 0; round < 3; round++) {
		wait(200);
		for (let attempt = limit.limit; attempt > 0; attempt--) {
			limit.stumbled();
			limit.succeeded(200);
		}
	}
	assert.equal(limit.limit, 64);
});

test("more failures at a higher limit without more answers stop the growth", () => {
	const { limit, wait } = controlled();
	// A server that answers 40 a second and fails the rest at once.
	for (let round = 0; round < 8; round++) {
		const size = limit.limit;
		wait((size / 40) * 1_000);
		for (let failure = 0; failure < Math.max(0, size - 8); failure++) limit.stumbled();
		for (let answer = 0; answer < size; answer++) limit.succeeded(200);
	}
	assert.equal(limit.limit, 16);
});

test("a server that never says 429 stops the growth by a flat rate and longer waits", () => {
	const { limit, wait } = controlled(1_000, 8);
	// A server that works on 16 at once: a round of `limit` takes as many turns of 100 ms as it has sixteens.
	for (let round = 0; round < 12; round++) {
		const turns = Math.max(1, limit.limit / 16);
		wait(100 * turns);
		const size = limit.limit;
		for (let answer = 0; answer < size; answer++) limit.succeeded(100 * turns);
	}
	assert.equal(limit.limit, 32);
});
