import assert from "node:assert/strict";
import { test } from "node:test";
import { CellProgress, nextCell } from "../../../server/core/generate/cell-progress.ts";
import { estimateRun } from "../../../server/core/generate/estimate.ts";
import { estimateText } from "../../../server/core/generate/estimate-text.ts";
import { RateBucket } from "../../../server/core/generate/rate-bucket.ts";
import { budgetProblem, costOf, spentByCurrency } from "../../../server/core/generate/spending.ts";
import { estimatedTokens } from "../../../server/core/generate/token-estimate.ts";

const price = { inputPerMillion: 1, outputPerMillion: 4, currency: "EUR", asOf: "2026-11-01" };
const priced = { name: "a", baseUrl: "http://a", model: "m", price };
const unpriced = { name: "b", baseUrl: "http://b", model: "m" };
const cell = { teacher: "a", language: "de", strategy: "generate", target: 1_000 } as const;

test("money is tokens by millions", () => assert.equal(costOf(price, 500_000, 250_000), 1.5));

test("what was spent counts every attempt; a teacher without a price is left out, not free", () => {
	const progress = Object.assign(new CellProgress(cell, 0), {
		attempts: 10,
		promptTokens: 10_000,
		completionTokens: 5_000,
	});
	const other = Object.assign(new CellProgress({ ...cell, teacher: "b" }, 1), { promptTokens: 9_999 });
	assert.deepEqual(spentByCurrency([progress, other], [priced, unpriced]), { EUR: 0.03 });
});

test("a budget over unknown prices is refused, with the teacher's name", () => {
	assert.match(budgetProblem({ amount: 1, currency: "EUR" }, [priced, unpriced]) ?? "", /b has no price in EUR/);
	assert.match(budgetProblem({ amount: 1, currency: "USD" }, [priced]) ?? "", /a has no price in USD/);
	assert.equal(budgetProblem({ amount: 1, currency: "EUR" }, [priced, { ...unpriced, isPractice: true }]), undefined);
});

test("an estimate is a range, and an unknown price is said to be unknown", () => {
	const cells = [cell, { ...cell, teacher: "b" }];
	const estimate = estimateRun(cells, [priced, unpriced], () => ({ prompt: 500, answer: 100 }));
	assert.deepEqual(estimate.requests, [2_000, 3_000]);
	const [low = 0, high = 0] = estimate.cost.EUR ?? [];
	assert.ok(low > 0.3 && low < high && high < 5, `${low} ${high}`);
	assert.match(estimateText(estimate), /EUR and unknown for b/);
});

test("a token limit bounds the estimate", () => {
	const limited = { ...priced, sampling: { maxTokens: 10 } };
	const { completionTokens } = estimateRun([cell], [limited], () => ({ prompt: 1, answer: 100 }));
	assert.deepEqual(completionTokens, [10_000, 15_000]);
});

test("tokens are estimated by script", () => {
	assert.equal(estimatedTokens("a".repeat(38)), 10);
	assert.equal(estimatedTokens("日本語".repeat(4)), 10);
	assert.equal(estimatedTokens(""), 0);
});

test("a bucket lets a burst through, then one per interval, and takes back what was reserved too much", () => {
	let now = 0;
	const bucket = new RateBucket(600, () => now);
	for (let taken = 0; taken < 50; taken++) {
		assert.equal(bucket.waitMs(1), 0);
		bucket.take(1);
	}
	assert.equal(bucket.waitMs(1), 100);
	now += 100;
	assert.equal(bucket.waitMs(1), 0);
	bucket.take(20);
	assert.equal(bucket.waitMs(1), 2_000);
	bucket.take(-20);
	assert.equal(bucket.waitMs(1), 0);
});

test("more than the bucket holds is let through when it is full, and paid off afterwards", () => {
	let now = 0;
	const bucket = new RateBucket(1_200, () => now);
	assert.equal(bucket.waitMs(500), 0);
	bucket.take(500);
	now += 1_000;
	assert.equal(bucket.waitMs(1), 19_050);
});

test("cells grow evenly, and none has more under way than it wants", () => {
	const cells = [new CellProgress({ ...cell, target: 2 }, 0), new CellProgress({ ...cell, target: 4 }, 1)];
	const order: number[] = [];
	for (let next = nextCell(cells); next; next = nextCell(cells)) {
		next.outstanding += 1;
		next.planned += 1;
		order.push(next.index);
	}
	assert.deepEqual(order, [0, 1, 1, 0, 1, 1]);
});
