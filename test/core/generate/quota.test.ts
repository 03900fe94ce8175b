import assert from "node:assert/strict";
import { test } from "node:test";
import { durationMs, readQuota } from "../../../server/core/generate/quota.ts";
import { QuotaWindow } from "../../../server/core/generate/quota-window.ts";

const read = (headers: Record<string, string>) => readQuota((name) => headers[name] ?? null);

test("resets are read as providers spell them; anything else is unknown", () => {
	const check = (text: string | null, expected: number | null) =>
		assert.equal(durationMs(text), expected, String(text));
	check("12ms", 12);
	check("1m30s", 90_000);
	check("6h0m0.5s", 21_600_500);
	check("7.66s", 7_660);
	check("2", 2_000);
	check("", null);
	check("soon", null);
	check("1m soon", null);
	check("-1", null);
	check(null, null);
});

test("a quota needs what is left and when it is whole again; negative is unknown", () => {
	const whole = { "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "20s" };
	assert.deepEqual(read(whole), { requests: { limit: null, remaining: 3, resetMs: 20_000 }, tokens: null });
	assert.equal(read({ ...whole, "x-ratelimit-remaining-requests": "-1" }), undefined);
	assert.equal(read({ "x-ratelimit-remaining-tokens": "5" }), undefined);
	assert.equal(read({}), undefined);
});

test("Azure's other spelling of the reset is read", () =>
	assert.deepEqual(
		read({
			"x-ratelimit-limit-tokens": "100",
			"x-ratelimit-remaining-tokens": "7",
			"x-rate-limit-reset-tokens": "1s",
		}),
		{ requests: null, tokens: { limit: 100, remaining: 7, resetMs: 1_000 } },
	));

function controlled() {
	let now = 0;
	const window = new QuotaWindow(() => now);
	return {
		window,
		wait: (ms: number) => {
			now += ms;
		},
	};
}

test("nothing is known before the server says something", () => assert.equal(controlled().window.waitMs(1e9), 0));

test("what is left is used up, then the reset is waited for, then the whole is there", () => {
	const { window, wait } = controlled();
	window.told({ limit: 10, remaining: 2, resetMs: 5_000 }, 0);
	window.take(1);
	assert.equal(window.waitMs(1), 0);
	window.take(1);
	assert.equal(window.waitMs(1), 5_000);
	wait(4_999);
	assert.equal(window.waitMs(1), 1);
	wait(1);
	assert.equal(window.waitMs(1), 0);
	window.take(10);
	assert.equal(window.waitMs(1), 5_000);
});

test("requests on the wire are not in the server's word yet", () => {
	const { window } = controlled();
	window.told({ limit: 10, remaining: 3, resetMs: 1_000 }, 3);
	assert.equal(window.waitMs(1), 1_000);
	window.told({ limit: 10, remaining: 3, resetMs: 1_000 }, 2);
	assert.equal(window.waitMs(1), 0);
});

test("an amount above the whole quota goes out of a whole one, and not out of less", () => {
	const { window, wait } = controlled();
	window.told({ limit: 100, remaining: 99, resetMs: 1_000 }, 0);
	assert.equal(window.waitMs(500), 1_000);
	wait(1_000);
	assert.equal(window.waitMs(500), 0);
});
