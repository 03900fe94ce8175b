/** Both variants of PGR, and anchors that were measured on something else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anchorFrom, ownScore } from "../../../server/core/score/own-score.ts";
import { recoveredGap } from "../../../server/core/score/performance-gap.ts";
import type { Task } from "../../../server/core/score/rows.ts";
import { computeScore } from "../../../server/core/score/scored-row.ts";
import { meanOfGaps } from "../../../server/core/score/task-gaps.ts";

const task = (name: string, value: number | null, stderr: number | null = 0.01, shots = 0): Task => ({
	task: name,
	shots,
	value,
	stderr,
});
const anchorOf = (base: readonly Task[], reference: readonly Task[], student: readonly Task[] = base) =>
	anchorFrom(student, base, reference).anchor;
const near = (actual: number | null | undefined, expected: number, tolerance = 1e-12) =>
	assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= tolerance, `${actual} against ${expected}`);

const base = [task("a", 0.4), task("b", 0.2)];
const reference = [task("a", 0.6), task("b", 0.6)];

test("the mean of ratios and the ratio of means differ where the gaps do", () => {
	const student = [task("a", 0.5), task("b", 0.5)];
	const anchor = anchorOf(base, reference);
	const found = meanOfGaps(student, anchor);
	near(found?.pgr, (0.1 / 0.2 + 0.3 / 0.4) / 2);
	near(recoveredGap(0.5, anchor), (0.5 - 0.3) / (0.6 - 0.3));
	assert.equal(found?.isInterpretable, true);
	assert.deepEqual(found?.reasons, []);
});

test("they agree where every task has the same gap", () => {
	const value = fc.double({ min: 0, max: 1, noNaN: true });
	fc.assert(
		fc.property(
			value,
			value,
			value,
			value,
			fc.double({ min: 0.05, max: 0.5, noNaN: true }),
			(a, b, low, other, gap) => {
				const anchor = anchorOf([task("a", low), task("b", other)], [task("a", low + gap), task("b", other + gap)]);
				const student = [task("a", a), task("b", b)];
				near(meanOfGaps(student, anchor)?.pgr, Number(recoveredGap((a + b) / 2, anchor)), 1e-9);
			},
		),
	);
});

test("its error is the delta method's, task by task, in quadrature", () => {
	const found = meanOfGaps([task("a", 0.5), task("b", 0.5)], anchorOf(base, reference));
	const variance = (pgr: number, gap: number) => (0.01 ** 2 * (1 + (1 - pgr) ** 2 + pgr ** 2)) / gap ** 2;
	near(found?.stderr, Math.sqrt(variance(0.5, 0.2) + variance(0.75, 0.4)) / 2);
	assert.equal(meanOfGaps([task("a", 0.5, null), task("b", 0.5)], anchorOf(base, reference))?.stderr, null);
});

test("one task whose reference is not above its base makes the mean of ratios uninterpretable", () => {
	const anchor = anchorOf(base, [task("a", 0.39), task("b", 0.9)]);
	const found = meanOfGaps([task("a", 0.5), task("b", 0.5)], anchor);
	assert.deepEqual([found?.isInterpretable, found?.reasons], [false, ["task_reference_not_above_base"]]);
	// Over the means the same reference is far above the base: only task by task is the trouble seen.
	assert.ok(Number(anchor?.ref) - Number(anchor?.base) > 0.3);
	assert.equal(found?.gaps.filter(({ isInterpretable }) => isInterpretable).length, 1);
});

test("a task without a value leaves no mean of the others", () => {
	const found = meanOfGaps([task("a", null), task("b", 0.5)], anchorOf(base, reference));
	assert.deepEqual([found?.pgr, found?.isInterpretable], [null, false]);
	assert.equal(meanOfGaps([], anchorOf(base, reference)), null);
	assert.equal(meanOfGaps(base, { base: 0.3, ref: 0.6 }), null);
});

const row = (tasks: readonly Task[]) => ({
	student_base: "mine",
	teacher_model: "t",
	target_lang: "de",
	result: 0.5,
	result_stderr: 0.01,
	tasks,
});

test("a row carries both variants by name; either may enter the score", () => {
	const anchor = anchorOf(base, reference);
	const reading = { anchor, anchorReasons: [] };
	const student = row([task("a", 0.5), task("b", 0.5)]);
	const [code, printed] = (["ratio-of-means", "mean-of-ratios"] as const).map((variant) =>
		computeScore(student, null, null, reading, variant),
	);
	assert.deepEqual([code?.pgr_variant, printed?.pgr_variant], ["ratio-of-means", "mean-of-ratios"]);
	near(code?.pgr, 2 / 3);
	near(printed?.pgr, 0.625);
	for (const scored of [code, printed]) {
		near(scored?.pgr_ratio_of_means, 2 / 3);
		near(scored?.pgr_mean_of_ratios, 0.625);
	}
	assert.notEqual(code?.pgr_stderr, printed?.pgr_stderr);
});

test("anchors on other tasks or shots are refused with the reason, in files as in runs", () => {
	const anchor = anchorOf(base, reference);
	const reading = { anchor, anchorReasons: [] };
	for (const other of [[task("a", 0.5)], [task("a", 0.5), task("b", 0.5, 0.01, 5)]]) {
		const scored = computeScore(row(other), null, null, reading);
		assert.deepEqual([scored.pgr, scored.gain, scored.base, scored.pgr_interpretable], [null, null, null, false]);
		assert.ok(scored.reasons.includes("anchors_on_other_tasks"));
		assert.ok(!scored.reasons.includes("anchor_missing"));
		assert.match(
			anchorFrom(other, base, reference).refusal ?? "",
			/The base was measured on a \(0 shots\), b \(0 shots\)/,
		);
	}
});

test("an own score keeps base and reference task by task, and the reason where they were refused", () => {
	const parts = {
		studentBase: "mine",
		teacher: "t",
		language: "de",
		tasks: [task("a", 0.5), task("b", 0.5)],
		intrinsic: null,
		population: null,
		practice: false,
		runId: null,
		createdAt: "2026-01-01T00:00:00Z",
		datasetSha256: null,
		codeVersion: null,
	};
	const kept = ownScore({ ...parts, anchor: anchorOf(base, reference) });
	near(kept.pgr_mean_of_ratios, 0.625);
	assert.deepEqual(
		kept.anchor_tasks?.map(({ task: name, base: low, ref }) => [name, low, ref]),
		[
			["a", 0.4, 0.6],
			["b", 0.2, 0.6],
		],
	);
	const refused = ownScore({ ...parts, anchor: null, anchorRefusal: "Other shots." });
	assert.deepEqual([refused.anchor_refusal, refused.pgr, refused.pgr_mean_of_ratios], ["Other shots.", null, null]);
});
