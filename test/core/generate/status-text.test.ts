import assert from "node:assert/strict";
import { test } from "node:test";
import type { GenerationProgress } from "../../../server/core/engine-api.ts";
import { generationStatus } from "../../../server/core/generate/status-text.ts";

const running: GenerationProgress = {
	runId: "1",
	output: "/out.jsonl",
	state: "running",
	accepted: 38,
	rejected: 2,
	target: 120,
	ratePerS: 4.21,
	etaS: 20,
	waiting: null,
	message: null,
};

test("while samples come: how many, and how fast", () => check([running], "$(sync~spin) 38 of 120 · 4.2/s"));
test("where work waits, the reason", () =>
	check(
		[{ ...running, waiting: "gemma: server pause 41 s" }],
		"$(watch) 38 of 120 · waiting: gemma: server pause 41 s",
	));
test("before the first sample there is no rate to tell", () =>
	check([{ ...running, accepted: 0, ratePerS: null, etaS: null }], "$(sync~spin) 0 of 120"));
test("several runs are summed, and the one that waits is named", () =>
	check(
		[running, { ...running, runId: "2", waiting: "tpm bucket" }],
		"$(watch) 2 runs · 76 of 240 · waiting: tpm bucket",
	));
test("a paused run says why until it goes on", () =>
	check(
		[{ ...running, state: "paused", message: "The budget of 1 EUR is used up." }],
		"$(debug-pause) 38 of 120 · paused: The budget of 1 EUR is used up.",
	));
test("a failed run says why", () =>
	check(
		[{ ...running, state: "failed", message: "The disk is full." }],
		"$(error) 38 of 120 · failed: The disk is full.",
	));
test("a run under way goes before one that stopped", () =>
	check([{ ...running, state: "paused", message: "x" }, running], "$(sync~spin) 38 of 120 · 4.2/s"));
test("ended and cancelled runs say nothing here", () => {
	check([{ ...running, state: "done" }], null);
	check([{ ...running, state: "cancelled" }], null);
	check([], null);
});
test("a server's words are no icons, and long ones are cut", () => {
	const status = generationStatus([{ ...running, waiting: `$(bug) ${"x".repeat(200)}` }]);
	assert.ok(status && !status.text.slice(9).includes("$(") && status.text.length < 110);
	assert.ok(status.tooltip.includes("x".repeat(200)), "the tooltip has all of it");
});
test("the tooltip tells rejected ones and what is left", () =>
	assert.match(generationStatus([running])?.tooltip ?? "", /2 rejected, 4\.2 a second, 20 s left/));

function check(runs: readonly GenerationProgress[], expected: string | null): void {
	assert.equal(generationStatus(runs)?.text ?? null, expected);
}
