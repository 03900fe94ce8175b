import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { balancedSample, balancedShares } from "../../../server/core/measure/balanced-sample.ts";

function check(available: Readonly<Record<string, number>>, size: number, expected: Readonly<Record<string, number>>) {
	assert.deepEqual(Object.fromEntries(balancedShares(new Map(Object.entries(available)), size)), expected);
}

const plenty = { generate: 20_000, translate: 20_000, respond: 20_000 };
test("10,000 rows of three strategies are 3,334 + 3,333 + 3,333", () =>
	check(plenty, 10_000, { generate: 3_334, translate: 3_333, respond: 3_333 }));
test("10,500 rows are three times 3,500", () =>
	check(plenty, 10_500, { generate: 3_500, translate: 3_500, respond: 3_500 }));
test("what one strategy lacks is given by the one with most to spare", () =>
	check({ generate: 10, translate: 100, respond: 200 }, 120, { generate: 10, translate: 40, respond: 70 }));
test("and then by the next", () => check({ a: 1, b: 12, c: 11 }, 24, { a: 1, b: 12, c: 11 }));
test("fewer rows than asked for are all taken", () => check({ a: 2, b: 3 }, 100, { a: 2, b: 3 }));
test("no rows", () => check({}, 10, {}));

const strategies = fc.array(fc.constantFrom("generate", "translate", "respond"), { maxLength: 60 });

test("a draw has the shares, no row twice, and is the same for the same seed", () => {
	fc.assert(
		fc.property(strategies, fc.nat({ max: 80 }), fc.nat(), (rows, size, seed) => {
			const drawn = balancedSample(rows, size, seed);
			assert.equal(new Set(drawn).size, drawn.length);
			assert.equal(drawn.length, Math.min(size, rows.length));
			const available = new Map<string, number>();
			for (const strategy of rows) available.set(strategy, (available.get(strategy) ?? 0) + 1);
			for (const [strategy, share] of balancedShares(available, size))
				assert.equal(drawn.filter((place) => rows[place] === strategy).length, share);
			assert.deepEqual(balancedSample(rows, size, seed), drawn);
		}),
	);
});

test("another seed draws other rows", () => {
	const rows = Array.from({ length: 1_000 }, () => "generate");
	assert.notDeepEqual(balancedSample(rows, 100, 1), balancedSample(rows, 100, 2));
});

test("every row is as likely as any other", () => {
	const rows = Array.from({ length: 10 }, () => "generate");
	const drawn = new Array<number>(10).fill(0);
	for (let seed = 0; seed < 2_000; seed += 1)
		for (const place of balancedSample(rows, 3, seed)) drawn[place] = (drawn[place] ?? 0) + 1;
	// 600 expected, sd 20.5: five sd is one false alarm in a million.
	for (const count of drawn) assert.ok(Math.abs(count - 600) < 103, drawn.join());
});
