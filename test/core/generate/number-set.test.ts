import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NumberSet } from "../../../server/core/generate/number-set.ts";

test("holds what a Set holds", () => {
	const values = fc.array(fc.integer({ min: 1, max: 2 ** 52 - 1 }), { maxLength: 3_000, size: "max" });
	fc.assert(
		fc.property(values, values, (added, asked) => {
			const own = new NumberSet();
			const reference = new Set(added);
			for (const value of added) own.add(value);
			assert.equal(own.size, reference.size);
			for (const value of [...added, ...asked]) assert.equal(own.has(value), reference.has(value));
		}),
		{ numRuns: 30 },
	);
});
