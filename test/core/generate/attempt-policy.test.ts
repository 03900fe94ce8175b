import assert from "node:assert/strict";
import { test } from "node:test";
import {
	canDouble,
	judge,
	nextStep,
	type Outcome,
	retryDelayMs,
	tokenLimit,
} from "../../../server/core/generate/attempt-policy.ts";
import { apiBase } from "../../../server/core/generate/base-url.ts";
import { classifyHttp, classifyInBody, retryAfterMs } from "../../../server/core/generate/classify-failure.ts";
import { redact } from "../../../server/core/generate/redact.ts";
import type { Answer } from "../../../server/core/generate/reply.ts";

const answer: Answer = {
	type: "answer",
	text: '{"prompt":"a","response":"b"}',
	finishReason: "stop",
	usage: null,
	isRefusal: false,
	hasReasoning: false,
	isPractice: false,
};
const outcomeOf = (change: Partial<Answer>) => judge({ ...answer, ...change }, null).outcome;

test("each kind of answer has its outcome", () => {
	assert.equal(outcomeOf({}), "answered");
	assert.equal(outcomeOf({ text: "no" }), "invalid");
	assert.equal(outcomeOf({ finishReason: "length" }), "truncated");
	assert.equal(outcomeOf({ text: `{${" ".repeat(300)}`, finishReason: "length" }), "degenerate");
	assert.equal(outcomeOf({ text: " " }), "empty");
	assert.equal(outcomeOf({ isRefusal: true }), "refused");
	assert.equal(judge({ ...answer, text: "Ja." }, "Frage?").pair?.response, "Ja.");
});

test("an empty answer after long thoughts says what to raise", () => {
	const judged = judge({ ...answer, text: "", hasReasoning: true, finishReason: "length" }, null);
	assert.match(judged.reason ?? "", /raise maxTokens/);
});

test("retries are chosen by outcome", () => {
	const steps = (outcome: Outcome, tries: number) =>
		Array.from({ length: tries }, (_, earlier) =>
			nextStep(
				outcome,
				Array.from({ length: earlier }, () => outcome),
			),
		);
	assert.deepEqual(steps("answered", 1), ["keep"]);
	assert.deepEqual(steps("invalid", 3), ["again", "again", "drop"]);
	assert.deepEqual(steps("empty", 2), ["again", "drop"]);
	assert.deepEqual(steps("truncated", 1), ["drop"]);
	assert.deepEqual(steps("refused", 1), ["drop"]);
	assert.deepEqual(steps("rejected", 1), ["drop"]);
	assert.deepEqual(steps("fatal", 1), ["stop"]);
	assert.deepEqual(steps("transient", 6), ["again", "again", "again", "again", "again", "drop"]);
	assert.equal(steps("busy", 50).at(-1), "again");
});

test("a cut-off answer is asked again once where doubling is allowed, with twice the limit and no more than the bound", () => {
	assert.deepEqual([nextStep("truncated", [], true), nextStep("truncated", ["truncated"], true)], ["again", "drop"]);
	assert.equal(tokenLimit(500, []), 500);
	assert.equal(tokenLimit(500, ["busy", "truncated"]), 1_000);
	assert.equal(tokenLimit(20_000, ["truncated"]), 32_768);
	assert.equal(tokenLimit(undefined, ["truncated"]), undefined);
	assert.deepEqual([undefined, 500, 32_768].map(canDouble), [false, true, false]);
});

test("a busy answer uses up nothing of what other failures may use", () => {
	assert.equal(nextStep("empty", ["busy", "busy", "transient"]), "again");
});

test("the delay before a retry doubles up to a minute", () => {
	const delay = (earlier: number) =>
		retryDelayMs(
			"transient",
			Array.from({ length: earlier }, () => "transient" as const),
			() => 1,
		);
	assert.deepEqual([0, 1, 2, 3, 9].map(delay), [1_000, 2_000, 4_000, 8_000, 60_000]);
	assert.equal(
		retryDelayMs("busy", [], () => 1),
		0,
	);
});

function checkHttp(status: number, code: string | null, message: string, expected: string): void {
	assert.equal(classifyHttp({ status, code, message }), expected, `${status} ${code} ${message}`);
}

test("HTTP failures have their kinds", () => {
	checkHttp(429, "rate_limit_exceeded", "", "busy");
	checkHttp(429, "insufficient_quota", "", "fatal");
	checkHttp(503, null, "The model is overloaded", "busy");
	checkHttp(503, null, "no healthy upstream", "transient");
	checkHttp(529, null, "", "busy");
	for (const status of [408, 409, 500, 502, 504]) checkHttp(status, null, "", "transient");
	for (const status of [400, 413, 422]) checkHttp(status, null, "", "rejected");
	for (const status of [401, 402, 403, 404]) checkHttp(status, null, "", "fatal");
});

test("an error inside a 200 counts as the status it names", () => {
	assert.equal(classifyInBody("429", ""), "busy");
	assert.equal(classifyInBody("401", ""), "fatal");
	assert.equal(classifyInBody(null, "upstream"), "transient");
});

test("Retry-After is read in seconds, milliseconds and as a date; nonsense is null", () => {
	const read = (headers: Record<string, string>) => retryAfterMs((name) => headers[name] ?? null, Date.UTC(2026, 0, 1));
	assert.equal(read({ "retry-after": "90" }), 90_000);
	assert.equal(read({ "retry-after": "2", "retry-after-ms": "150" }), 150);
	assert.equal(read({ "retry-after": "Thu, 01 Jan 2026 00:00:41 GMT" }), 41_000);
	assert.equal(read({ "retry-after": "-1" }), null);
	assert.equal(read({}), null);
});

test("addresses are read the way people write them", () => {
	assert.equal(apiBase("http://h:8000"), "http://h:8000/v1");
	assert.equal(apiBase("http://h:8000/v1/"), "http://h:8000/v1");
	assert.equal(apiBase("https://h/api/"), "https://h/api/v1");
	assert.equal(apiBase("https://h/v1/chat/completions"), "https://h/v1");
	assert.equal(apiBase("https://x.openai.azure.com/openai/v1/"), "https://x.openai.azure.com/openai/v1");
	assert.equal(apiBase("https://h/v1beta/openai"), "https://h/v1beta/openai");
});

test("keys, users and control characters leave no trace", () => {
	const text = redact("Wrong key abc-123!\u0007 Bearer eyJ0.x sk-proj-abcdef123 at https://me:pw@h/", ["abc-123!"]);
	assert.doesNotMatch(text, /abc-123|eyJ0|sk-proj|me:pw|\p{Cc}/u);
	assert.ok(redact("x".repeat(5_000)).length <= 301);
});
