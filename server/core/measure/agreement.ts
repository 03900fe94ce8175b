/** How far judges agree: Krippendorff's alpha and the confusion matrix of two judges. */
import * as z from "zod/mini";

const Confusion = z.object({
	/** Places of the two among the judges. */
	judges: z.tuple([z.int(), z.int()]),
	/** The first one's 1 to 5 in rows, the second's in columns. */
	matrix: z.array(z.array(z.int())),
	/** Samples that one of the two did not rate. */
	missing: z.int(),
});

export const Agreement = z.object({
	judges: z.array(z.string()),
	/** Ordinal Krippendorff's alpha: 1 = always agree, 0 = as by chance. */
	alpha: z.nullable(z.number()),
	/** Samples rated by two judges at least. */
	n: z.int(),
	/** Of every two judges. */
	confusions: z.array(Confusion),
	/** The same alpha within each row of the report that has one. */
	by_row: z.array(z.object({ row: z.int(), alpha: z.nullable(z.number()), n: z.int() })),
});
export type Agreement = z.infer<typeof Agreement>;

/** Of ratings from 1 to 5; `groups` are those of the report's rows. */
export function agreementOf(judges: readonly string[], ratings: Ratings, groups: readonly Ratings[] = []): Agreement {
	const pairs = judges.flatMap((_, first) =>
		judges.slice(first + 1).map((_other, at) => [first, first + 1 + at] as const),
	);
	return {
		judges: [...judges],
		alpha: krippendorffAlpha(ratings, "ordinal"),
		n: ratedTwice(ratings),
		confusions: pairs.map(([first, second]) => ({
			judges: [first, second],
			...confusionMatrix(
				ratings.map((row) => [row[first] ?? null, row[second] ?? null]),
				5,
			),
		})),
		by_row: groups.map((own, row) => ({ row, alpha: krippendorffAlpha(own, "ordinal"), n: ratedTwice(own) })),
	};
}

const ratedTwice = (ratings: Ratings): number =>
	ratings.filter((row) => row.filter((rating) => rating !== null).length > 1).length;

/** How far apart two ratings are: as names, as ranks, or as numbers. */
export type Scale = "nominal" | "ordinal" | "interval";

/** One row a sample, one place a judge; null where a judge gave no rating. */
export type Ratings = readonly (readonly (number | null)[])[];

/**
 * Krippendorff's alpha with missing ratings (Computing Krippendorff's Alpha-Reliability, 2011): 1 − observed /
 * expected disagreement. Null where no sample has two ratings, or all ratings are the same and chance has no spread.
 */
export function krippendorffAlpha(ratings: Ratings, scale: Scale): number | null {
	const units = ratings
		.map((row) => row.filter((value): value is number => value !== null))
		.filter((row) => row.length > 1);
	const values = [...new Set(units.flat())].sort((left, right) => left - right);
	const totals = new Map(values.map((value) => [value, 0]));
	for (const value of units.flat()) totals.set(value, (totals.get(value) ?? 0) + 1);
	const distance = distanceOn(scale, values, totals);
	const n = units.reduce((sum, row) => sum + row.length, 0);
	const observed = units.reduce((sum, row) => sum + pairSum(row, distance) / (row.length - 1), 0);
	const expected = expectedSum(totals, distance) / (n - 1);
	return n === 0 || expected === 0 ? null : 1 - observed / expected;
}

type Distance = (left: number, right: number) => number;

function distanceOn(scale: Scale, values: readonly number[], totals: ReadonlyMap<number, number>): Distance {
	if (scale === "nominal") return (left, right) => (left === right ? 0 : 1);
	if (scale === "interval") return (left, right) => (left - right) ** 2;
	return (left, right) => {
		const [low, high] = left < right ? [left, right] : [right, left];
		const between = values.filter((value) => value >= low && value <= high);
		const rank = between.reduce((sum, value) => sum + (totals.get(value) ?? 0), 0);
		return (rank - ((totals.get(low) ?? 0) + (totals.get(high) ?? 0)) / 2) ** 2;
	};
}

function pairSum(row: readonly number[], distance: Distance): number {
	let sum = 0;
	for (const [at, left] of row.entries()) {
		for (const [other, right] of row.entries()) if (at !== other) sum += distance(left, right);
	}
	return sum;
}

function expectedSum(totals: ReadonlyMap<number, number>, distance: Distance): number {
	let sum = 0;
	for (const [left, leftCount] of totals) {
		for (const [right, rightCount] of totals) sum += leftCount * rightCount * distance(left, right);
	}
	return sum;
}

/** `matrix[i][j]`: samples the first judge gave i + 1 and the second j + 1; ratings are 1 to `levels`. */
export function confusionMatrix(
	pairs: readonly (readonly [number | null, number | null])[],
	levels: number,
): { readonly matrix: number[][]; readonly n: number; readonly missing: number } {
	const matrix = Array.from({ length: levels }, () => Array.from({ length: levels }, () => 0));
	let n = 0;
	for (const [first, second] of pairs) {
		const row = first === null ? undefined : matrix[first - 1];
		if (!row || second === null || row[second - 1] === undefined) continue;
		row[second - 1] = (row[second - 1] ?? 0) + 1;
		n += 1;
	}
	return { matrix, n, missing: pairs.length - n };
}
