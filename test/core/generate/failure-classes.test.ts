import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureClasses } from "../../../server/core/generate/failure-classes.ts";
import type { JournalLine } from "../../../server/core/generate/run-records.ts";

const line = (change: Partial<JournalLine>): JournalLine => ({
	key: "k",
	attempt: 1,
	outcome: "transient",
	verdict: "again",
	reasons: ["500 Server error"],
	finishReason: null,
	usage: null,
	status: 500,
	latencyMs: 1,
	answer: null,
	...change,
});

test("attempts asked again and requests given up are counted apart, most frequent class first", () => {
	const classes = new FailureClasses();
	classes.add("gemma", line({ outcome: "truncated", verdict: "dropped", reasons: ["cut off"] }));
	for (const verdict of ["again", "again", "dropped"] as const) classes.add("gemma", line({ verdict }));
	classes.add("gemma", line({ verdict: "accepted", outcome: "answered", reasons: [] }));
	assert.deepEqual(
		classes.list().map(({ cause, again, dropped }) => [cause, again, dropped]),
		[
			["transient", 2, 1],
			["truncated", 0, 1],
		],
	);
});

test("a row turned away by two checks counts in both, under their names", () => {
	const classes = new FailureClasses();
	classes.add("gemma", line({ outcome: "answered", verdict: "dropped", reasons: ["language-mismatch", "refusal"] }));
	assert.deepEqual(
		classes.list().map(({ cause }) => cause),
		["language-mismatch", "refusal"],
	);
});

test("the newest distinct messages are kept, with their request and without keys", () => {
	const classes = new FailureClasses();
	for (const number of [1, 2, 2, 3, 4])
		classes.add("gemma", line({ key: `k${number}`, reasons: [`failed ${number} Bearer sk-secret12345`] }));
	const [found] = classes.list();
	assert.deepEqual(
		found?.examples.map(({ key }) => key),
		["k4", "k3", "k2"],
	);
	assert.ok(!JSON.stringify(found).includes("secret12345"));
});
