/** The learning curve before it is drawn: holes stay holes, smoothing does not lag, labels stay apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runPanelMessage } from "../../../server/core/trainer/panel-message-of.ts";
import { emptyRunView } from "../../../server/core/trainer/run-view.ts";
import { apart, curvesOf, endOf, holesOf, smoothed } from "../../../webview/run/loss-curves.ts";

const metric = (step: number, loss: number | null) => ({
	step,
	epoch: 0,
	loss,
	lr: null,
	tokens: 0,
	trainTokens: 0,
	tokensPerS: null,
	...(loss === null ? { nonFinite: { loss: "nan" as const } } : {}),
	...(step % 10 === 0 ? { evalLoss: 1 } : {}),
});
const viewOf = (losses: readonly (number | null)[]) =>
	runPanelMessage(
		{ ...emptyRunView("r-00000000"), kind: "train", metrics: losses.map((loss, index) => metric(index + 1, loss)) },
		{ state: "idle" },
	).view;

test("a loss that was not finite breaks the line and is marked", () => {
	const view = viewOf([3, null, 2]);
	const training = curvesOf(view, [], 1).find(({ kind }) => kind === "training");
	assert.deepEqual(
		training?.points.map(({ loss }) => loss),
		[3, null, 2],
	);
	assert.deepEqual(holesOf(view), [2]);
});

test("a short curve is drawn as it is, a long one raw and smoothed", () => {
	const kinds = (count: number) => curvesOf(viewOf(Array(count).fill(2)), [], 1).map(({ kind }) => kind);
	assert.deepEqual(kinds(40), ["training", "held-out"]);
	assert.deepEqual(kinds(400), ["raw", "training", "held-out"]);
});

test("bits are nats by ln 2", () => {
	const [training] = curvesOf(viewOf([Math.LN2]), [], 1 / Math.LN2);
	assert.ok(training && Math.abs((endOf(training)?.loss ?? 0) - 1) < 1e-12);
});

test("another run is compared by its held-out loss where it has one", () => {
	const points = [
		{ step: 1, loss: 9, evalLoss: null },
		{ step: 2, loss: 8, evalLoss: 2 },
	];
	const [other] = curvesOf(viewOf([1]), [{ runId: "r-00000001", title: "x".repeat(60), points }], 1);
	assert.deepEqual(other?.points, [{ step: 2, loss: 2 }]);
	assert.equal(other?.name.length, 24);
});

test("a straight line is smoothed to itself, but for its newest points", () =>
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: -5, max: 5 }), (count, slope) => {
			const points = Array.from({ length: count }, (_, step) => ({ step, loss: slope * step }));
			const settled = Math.floor(count * 0.98);
			for (const { step, loss } of smoothed(points).slice(0, settled))
				assert.ok(Math.abs((loss ?? 0) - slope * step) < 1e-6);
		}),
	));

test("labels keep their order and a line's height apart, within the chart where they fit", () =>
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 8 }), (heights) => {
			const placed = apart(
				heights.map((y) => ({ y })),
				250,
			).map(({ y }) => y);
			placed.forEach((y, index) => {
				assert.ok(y <= 250);
				if (index > 0) assert.ok(y - (placed[index - 1] ?? 0) >= 15);
			});
		}),
	));
