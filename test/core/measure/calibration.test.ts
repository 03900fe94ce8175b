import assert from "node:assert/strict";
import { test } from "node:test";
import { agreementOf } from "../../../server/core/measure/agreement.ts";
import { calibrationOf } from "../../../server/core/measure/calibration.ts";
import { HumanRating, OwnRatings, ratingsBySample } from "../../../server/core/measure/human-rating.ts";

test("a judge beside people, by hand", () => {
	const calibration = calibrationOf("j", [
		[1, 2],
		[3, 3],
		[5, 3],
		[4, null],
	]);
	assert.deepEqual([calibration.n, calibration.missing], [3, 1]);
	assert.ok(Math.abs((calibration.bias ?? 9) - (1 + 0 - 2) / 3) < 1e-15);
	assert.ok(Math.abs((calibration.error ?? 9) - 1) < 1e-15);
	assert.deepEqual([calibration.equal, calibration.within_one], [1 / 3, 2 / 3]);
	assert.deepEqual(calibration.confusion[4], [0, 0, 1, 0, 0]);
});

test("nothing rated by both is null everywhere, not 0", () => {
	const { n, alpha, bias, error, equal, within_one } = calibrationOf("j", [[3, null]]);
	assert.deepEqual(
		{ n, alpha, bias, error, equal, within_one },
		{ n: 0, alpha: null, bias: null, error: null, equal: null, within_one: null },
	);
});

const rated = (sample: string, rating: number | null, by?: string) =>
	HumanRating.parse({
		sample,
		decision: "rated",
		rating,
		...(by === undefined ? {} : { by }),
		at: "2026-11-25T00:00:00Z",
	});

test("the last rating of a person counts, and several people's median", () => {
	const ratings = ratingsBySample([
		rated("a", 1, "ann"),
		rated("a", 2, "ann"),
		rated("b", 1, "ann"),
		rated("b", 4, "bob"),
		rated("b", 5, "eve"),
		rated("c", 2, "ann"),
		rated("c", 3, "bob"),
	]);
	assert.deepEqual(
		[...ratings],
		[
			["a", 2],
			["b", 4],
			["c", 3],
		],
	);
	assert.equal(HumanRating.safeParse({ ...rated("a", 5), rating: 6 }).success, false);
});

test("a rating that was taken back counts no more, and only for whoever gave it", () => {
	const lines = [rated("a", 5, "ann"), rated("a", 2, "bob"), rated("a", null, "ann"), rated("b", 3), rated("b", null)];
	assert.deepEqual([...ratingsBySample(lines)], [["a", 2]]);
	const own = new OwnRatings();
	for (const line of [rated("a", 3), rated("a", 5, "ann"), rated("b", 4), rated("b", null)]) own.add(line);
	assert.deepEqual([own.of(10), own.of(11), own.of(12)], [3, null, null]);
});

test("three judges have a confusion for every two, and an alpha for every group", () => {
	const ratings = [
		[1, 1, 2],
		[5, 4, 5],
		[3, null, 3],
		[null, null, 4],
	];
	const { confusions, n, by_row } = agreementOf(["a", "b", "c"], ratings, [ratings.slice(0, 2), ratings.slice(3)]);
	assert.deepEqual(
		confusions.map(({ judges, missing }) => [...judges, missing]),
		[
			[0, 1, 2],
			[0, 2, 1],
			[1, 2, 2],
		],
	);
	assert.equal(n, 3);
	assert.deepEqual(
		by_row.map((row) => [row.row, row.n, row.alpha === null]),
		[
			[0, 2, false],
			[1, 0, true],
		],
	);
});
