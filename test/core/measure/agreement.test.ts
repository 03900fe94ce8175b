import assert from "node:assert/strict";
import { test } from "node:test";
import { confusionMatrix, krippendorffAlpha, type Scale } from "../../../server/core/measure/agreement.ts";

const no = null;
/** The worked example of Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers, twelve units. */
const observers = [
	[1, 2, 3, 3, 2, 1, 4, 1, 2, no, no, no],
	[1, 2, 3, 3, 2, 2, 4, 1, 2, 5, no, 3],
	[no, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, no],
	[1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, no],
];
const example = Array.from({ length: 12 }, (_, unit) => observers.map((ratings) => ratings[unit] ?? null));

function check(scale: Scale, expected: number) {
	assert.equal(krippendorffAlpha(example, scale)?.toFixed(3), expected.toFixed(3));
}

test("the worked example, as names", () => check("nominal", 0.743));
test("the worked example, as ranks", () => check("ordinal", 0.815));
test("the worked example, as numbers", () => check("interval", 0.849));

test("judges who always agree have alpha 1", () =>
	assert.equal(
		krippendorffAlpha(
			[
				[1, 1],
				[4, 4],
				[5, 5],
			],
			"ordinal",
		),
		1,
	));
test("judges who always disagree are below chance", () =>
	assert.ok(
		(krippendorffAlpha(
			[
				[1, 5],
				[5, 1],
			],
			"ordinal",
		) ?? 1) < 0,
	));
test("without two ratings of one sample there is nothing to agree on", () =>
	assert.equal(
		krippendorffAlpha(
			[
				[1, null],
				[null, 2],
			],
			"ordinal",
		),
		null,
	));
test("one rating for everything says nothing about agreement", () =>
	assert.equal(
		krippendorffAlpha(
			[
				[3, 3],
				[3, 3],
			],
			"ordinal",
		),
		null,
	));
test("no sample at all", () => assert.equal(krippendorffAlpha([], "nominal"), null));

test("the confusion matrix counts pairs, and what is not a rating as missing", () => {
	const { matrix, n, missing } = confusionMatrix(
		[
			[1, 1],
			[1, 3],
			[3, 3],
			[null, 2],
			[2, null],
			[4, 1],
			[1, 0],
		],
		3,
	);
	assert.deepEqual(matrix, [
		[1, 0, 1],
		[0, 0, 0],
		[0, 0, 1],
	]);
	assert.deepEqual([n, missing], [3, 4]);
});
