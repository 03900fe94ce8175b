import assert from "node:assert/strict";
import { test } from "node:test";
import { CircuitBreaker } from "../../../server/core/generate/circuit-breaker.ts";

function controlled() {
	let now = 0;
	const breaker = new CircuitBreaker({ now: () => now, random: () => 1 });
	return {
		breaker,
		wait: (ms: number) => {
			now += ms;
		},
		now: () => now,
	};
}

test("an address where nothing ever answered stops the run at the third try", () => {
	const { breaker, wait, now } = controlled();
	const steps: string[] = [];
	for (let tries = 0; tries < 3; tries++) {
		wait(10_000);
		steps.push(breaker.failed("unreachable", "Nothing answers.", now()).type);
	}
	assert.deepEqual(steps, ["hold", "hold", "stop"]);
});

test("a server that went away is probed with growing holds, and the run stops after five minutes of silence", () => {
	const { breaker, wait, now } = controlled();
	breaker.succeeded();
	let held = 0;
	for (let tries = 0; tries < 100; tries++) {
		const step = breaker.failed("unreachable", "Nothing answers.", now());
		if (step.type === "stop") break;
		assert.ok(breaker.isProbing);
		if (step.type === "hold") {
			held += step.ms;
			wait(step.ms);
		}
	}
	assert.ok(held >= 300_000 && held < 340_000, String(held));
});

test("twenty 500s hold everything back only when they lasted: answers take longer than failures", () => {
	const { breaker, wait, now } = controlled();
	breaker.succeeded();
	for (let failure = 0; failure < 40; failure++) assert.equal(breaker.failed("transient", "500", now()).type, "go-on");
	wait(2_000);
	assert.deepEqual(breaker.failed("transient", "500", now()), { type: "hold", ms: 1_000 });
});

test("what was on the wire when the hold began does not prolong it", () => {
	const { breaker, wait } = controlled();
	breaker.succeeded();
	wait(1_000);
	assert.equal(breaker.failed("unreachable", "gone", 900).type, "hold");
	for (let late = 0; late < 50; late++) assert.equal(breaker.failed("unreachable", "gone", 900).type, "go-on");
});

test("twenty unusable answers in a row stop the run and say which", () => {
	const { breaker } = controlled();
	for (let answer = 0; answer < 19; answer++) assert.equal(breaker.failed("invalid", "no JSON", 0).type, "go-on");
	assert.deepEqual(breaker.failed("invalid", "no JSON", 0), {
		type: "stop",
		reason: "20 answers in a row were invalid; the last: no JSON",
	});
});

test("a success between them is enough to go on", () => {
	const { breaker } = controlled();
	for (let answer = 0; answer < 100; answer++) {
		if (answer % 19 === 0) breaker.succeeded();
		assert.equal(breaker.failed("invalid", "no JSON", 0).type, "go-on");
	}
});

test("five rejected requests at the start stop the run; later they only end their request", () => {
	const atStart = controlled().breaker;
	const later = controlled().breaker;
	later.succeeded();
	for (let answer = 0; answer < 4; answer++) atStart.failed("rejected", "temperature", 0);
	assert.equal(atStart.failed("rejected", "temperature", 0).type, "stop");
	for (let answer = 0; answer < 10; answer++) assert.equal(later.failed("rejected", "too long", 0).type, "go-on");
});

test("pauses that a busy server announced are no silence", () => {
	const { breaker, wait, now } = controlled();
	breaker.failed("busy", "slow down", now(), 600_000);
	wait(600_000);
	assert.equal(breaker.failed("busy", "slow down", now()).type, "go-on");
	wait(300_000);
	assert.equal(breaker.failed("busy", "slow down", now()).type, "stop");
});
