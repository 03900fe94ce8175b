import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DiversitySum } from "../../../server/core/measure/diversity-sum.ts";
import { Jackknife } from "../../../server/core/measure/jackknife.ts";

const root = Math.SQRT1_2;

function check(embeddings: readonly (readonly number[])[], expected: number | null) {
	const value = sumOf(embeddings, embeddings[0]?.length ?? 2).distinctRi();
	if (expected === null || value === null) assert.equal(value, expected);
	else assert.ok(Math.abs(value - expected) < 1e-14, `${value} is not ${expected}`);
}

function sumOf(embeddings: readonly ArrayLike<number>[], dimensions: number): DiversitySum {
	const sum = new DiversitySum(dimensions);
	for (const embedding of embeddings) sum.add(embedding);
	return sum;
}

/** The published definition, word for word: the mean cosine distance over all ordered pairs. */
function allPairs(embeddings: readonly (readonly number[])[]): number {
	const units = embeddings.map((embedding) => {
		const norm = Math.hypot(...embedding);
		return embedding.map((value) => value / norm);
	});
	let distances = 0;
	for (const [i, left] of units.entries())
		for (const [j, right] of units.entries())
			if (i !== j) distances += 1 - left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
	return distances / (units.length * (units.length - 1));
}

test("two texts at a right angle differ by 1", () =>
	check(
		[
			[1, 0],
			[0, 7],
		],
		1,
	));
test("two opposite texts differ by 2, the largest value n/(n − 1) allows", () => check([[3], [-1]], 2));
test("equal texts differ by 0", () =>
	check(
		[
			[1, 2],
			[1, 2],
			[2, 4],
		],
		0,
	));
// Pairs: 0° and 45° differ by 1 − √½, 45° and 90° by the same, 0° and 90° by 1; the mean is (3 − √2)/3.
test("three texts at 0, 45 and 90 degrees", () =>
	check(
		[
			[1, 0],
			[1, 1],
			[0, 1],
		],
		(3 - 2 * root) / 3,
	));
test("one text has no diversity to measure", () => check([[1, 0]], null));
test("no text has none either", () => check([], null));

test("embeddings without a direction are left out and counted, and change nothing", () => {
	const bad = [
		[0, 0],
		[Number.NaN, 1],
		[Number.POSITIVE_INFINITY, 1],
		[1, 2, 3],
	];
	const sum = sumOf([[1, 0], ...bad, [0, 1]], 2);
	assert.deepEqual([sum.count, sum.invalid, sum.distinctRi()], [2, 4, 1]);
	for (const embedding of bad) assert.equal(sum.alignment(embedding), null);
});

test("the length of a vector does not matter, however odd its scale", () => {
	const sum = sumOf(
		[
			[1e-200, 0],
			[0, 1e200],
			[5e-324, 0],
		],
		2,
	);
	assert.equal(sum.count + sum.invalid, 3);
	assert.ok(sum.count >= 2);
	assert.ok(
		Math.abs(
			(sumOf(
				[
					[1e-200, 1e-200],
					[0, 1e200],
				],
				2,
			).distinctRi() ?? 0) -
				(1 - root),
		) < 1e-15,
	);
});

const vectors = fc.integer({ min: 1, max: 8 }).chain((dimensions) =>
	fc.array(
		fc
			.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: dimensions, maxLength: dimensions })
			.filter((values) => Math.hypot(...values) > 1e-3),
		{ minLength: 3, maxLength: 30 },
	),
);

test("the closed form is the mean over all pairs, to 1e-9 relative", () => {
	fc.assert(
		fc.property(vectors, (embeddings) => {
			const expected = allPairs(embeddings);
			const value = sumOf(embeddings, embeddings[0]?.length ?? 0).distinctRi() ?? Number.NaN;
			assert.ok(Math.abs(value - expected) <= 1e-9 * Math.max(Math.abs(expected), 1e-3), `${value} ${expected}`);
		}),
	);
});

test("without one text is the mean over the pairs of the others; distances to the others average to the whole", () => {
	fc.assert(
		fc.property(vectors, (embeddings) => {
			const sum = sumOf(embeddings, embeddings[0]?.length ?? 0);
			let distances = 0;
			for (const [at, embedding] of embeddings.entries()) {
				const alignment = sum.alignment(embedding) ?? Number.NaN;
				const others = allPairs(embeddings.toSpliced(at, 1));
				assert.ok(Math.abs((sum.withoutOne(alignment) ?? Number.NaN) - others) < 1e-9);
				distances += (sum.distanceToOthers(alignment) ?? Number.NaN) / embeddings.length;
			}
			assert.ok(Math.abs(distances - (sum.distinctRi() ?? Number.NaN)) < 1e-9);
		}),
	);
});

test("the standard error is the jackknife's over the values without one text", () => {
	fc.assert(
		fc.property(vectors, (embeddings) => {
			const sum = sumOf(embeddings, embeddings[0]?.length ?? 0);
			const jackknife = new Jackknife();
			for (const embedding of embeddings) jackknife.add(sum.alignment(embedding) ?? Number.NaN);
			const n = embeddings.length;
			const left = embeddings.map((_, at) => allPairs(embeddings.toSpliced(at, 1)));
			const mean = left.reduce((total, value) => total + value, 0) / n;
			const expected = Math.sqrt(((n - 1) / n) * left.reduce((total, value) => total + (value - mean) ** 2, 0));
			assert.ok(Math.abs((jackknife.standardError() ?? Number.NaN) - expected) < 1e-8);
		}),
	);
});

test("two texts have no standard error", () => {
	const jackknife = new Jackknife();
	jackknife.add(1);
	jackknife.add(2);
	assert.equal(jackknife.standardError(), null);
});

test("taking a text back, and adding parts of a file, gives what one pass over it gives", () => {
	fc.assert(
		fc.property(vectors, fc.nat(), (embeddings, seed) => {
			const dimensions = embeddings[0]?.length ?? 0;
			const cut = seed % embeddings.length;
			const parts = sumOf(embeddings.slice(0, cut), dimensions);
			parts.merge(sumOf(embeddings.slice(cut), dimensions));
			const changed = sumOf([...embeddings, Array.from({ length: dimensions }, () => 1)], dimensions);
			changed.remove(Array.from({ length: dimensions }, () => 1));
			const whole = sumOf(embeddings, dimensions).distinctRi() ?? Number.NaN;
			for (const other of [parts, changed]) {
				assert.equal(other.count, embeddings.length);
				assert.ok(Math.abs((other.distinctRi() ?? Number.NaN) - whole) < 1e-12);
			}
		}),
	);
});

test("a sparse embedding counts as the same embedding written out", () => {
	const dense = [
		[0, 3, 0, 4],
		[1, 0, 0, 0],
		[0, 1, 1, 0],
	];
	const sparse = new DiversitySum(4);
	for (const embedding of dense) {
		const places = embedding.flatMap((value, place) => (value === 0 ? [] : [place]));
		const values = Float64Array.from(places, (place) => embedding[place] ?? 0);
		sparse.add({ places: Uint32Array.from(places), values });
	}
	sparse.add({ places: new Uint32Array(), values: new Float64Array() });
	assert.equal(sparse.invalid, 1);
	assert.equal(sparse.distinctRi(), sumOf(dense, 4).distinctRi());
});

test("sums of different dimensions can't be merged", () => {
	assert.throws(() => new DiversitySum(2).merge(new DiversitySum(3)), RangeError);
});
