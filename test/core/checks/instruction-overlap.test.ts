import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OverlapSearch } from "../../../server/core/checks/instruction-overlap.ts";

/** Words by number; a prompt is a list of them. */
function found(prompts: readonly (readonly number[])[], strategy: string | null = "generate"): [number, number][] {
	const search = new OverlapSearch(0.7);
	for (const [at, words] of prompts.entries())
		search.add({ key: at, line: at + 1, strategy, askedWords: words.map((word) => Math.imul(word + 1, 0x9e3779b1)) });
	return [...search.find()].map(([key, { line }]): [number, number] => [key + 1, line]).sort((a, b) => a[0] - b[0]);
}

const words = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

test("the earlier prompt most like it is named, however far it stands", () => {
	const strangers = Array.from({ length: 3000 }, (_, at) => words(1000 + 40 * at, 12));
	const like = [...words(0, 11), 999];
	assert.deepEqual(found([words(0, 12), [...words(0, 9), 900, 901, 902], ...strangers, like]), [
		[2, 1],
		[3003, 1],
	]);
});

test("the order of the words counts: a prompt backwards overlaps in one word only", () =>
	assert.deepEqual(found([words(0, 12), words(0, 12).reverse()]), []));

test("the same prompt counts only where prompts are made", () => {
	assert.deepEqual(found([words(0, 12), words(0, 12)]), [[2, 1]]);
	assert.deepEqual(found([words(0, 12), words(0, 12)], null), []);
});

test("nearly all pairs with ROUGE-L over 0.7 are found among random prompts", () => {
	let asked = 0;
	let hit = 0;
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 12, maxLength: 40 }),
			fc.nat(11),
			(prompt, place) => {
				const changed = prompt.map((word, at) => (at % 6 === place % 6 ? 100_000 + at : word));
				asked += 1;
				hit += found([prompt, changed]).length;
			},
		),
		{ numRuns: 400, seed: 7 },
	);
	assert.ok(hit / asked > 0.98, `${hit} of ${asked}`);
});

test("ten thousand prompts of one template are searched in bounded time", () => {
	const prompts = Array.from({ length: 10_000 }, (_, at) => [...words(0, 20), 5000 + at]);
	const start = process.cpuUsage().user;
	assert.equal(found(prompts).length, 9999);
	assert.ok(process.cpuUsage().user - start < 5e6);
});
