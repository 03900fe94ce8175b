/** The run panel's message: whole where it can be, thinned without losing a spike where it cannot. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RunPanelMessage } from "../../../server/core/trainer/panel-message.ts";
import { runPanelMessage, shownLink, thinned } from "../../../server/core/trainer/panel-message-of.ts";
import { emptyRunView, type Metric } from "../../../server/core/trainer/run-view.ts";

const metric = (step: number, loss: number | null, evalLoss?: number): Metric => ({
	step,
	epoch: 0,
	loss,
	lr: null,
	tokens: 0,
	trainTokens: 0,
	tokensPerS: null,
	...(evalLoss === undefined ? {} : { evalLoss }),
});

test("the message is what the panel's schema wants", () => {
	const view = { ...emptyRunView("r-7f3k2m9q"), metrics: [metric(1, 2, 3)] };
	const message = runPanelMessage(view, { state: "ready", sinceMs: 0 }, { others: [view] });
	assert.deepEqual(RunPanelMessage.parse(JSON.parse(JSON.stringify(message))), message);
});

test("a thinned curve is no longer than asked, in order, with its ends, peaks and newest held-out losses", () =>
	fc.assert(
		fc.property(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 3000 }), (losses) => {
			const metrics = losses.map((loss, step) => metric(step, loss, step % 10 === 0 ? loss : undefined));
			const shown = thinned(metrics, 200);
			assert.ok(shown.length <= 203, `${shown.length}`);
			assert.deepEqual(
				shown,
				shown.toSorted((a, b) => a.step - b.step),
			);
			assert.equal(new Set(shown).size, shown.length);
			assert.equal(shown.at(-1), metrics.at(-1));
			const values = (all: readonly Metric[]) => all.map(({ loss }) => loss ?? 0);
			assert.equal(Math.max(...values(shown)), Math.max(...losses));
			assert.equal(Math.min(...values(shown)), Math.min(...losses));
		}),
		{ numRuns: 100 },
	));

test("the link is named apart from the run", () => {
	const waiting = { state: "waiting", untilMs: 4200, why: "cut." } as const;
	assert.deepEqual(shownLink(waiting), { state: "waiting", message: "cut." });
	assert.deepEqual(shownLink({ state: "stopped", why: "wrong token" }), { state: "closed", message: "wrong token" });
});
