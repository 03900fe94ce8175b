/** How certain ranks are: bootstrap intervals, and teachers whose results cannot be told apart. */

/** Numbers in [0, 1), handed in by the caller and seeded there, so that results repeat. */
export type Random = () => number;

export interface Estimate {
	readonly name: string;
	readonly value: number;
	readonly stderr: number;
}

export interface RankInterval {
	readonly name: string;
	/** 1 is the highest; equal values share the better rank. */
	readonly rank: number;
	/** Bounds that hold 95 % of the draws. */
	readonly low: number;
	readonly high: number;
}

/** Draws every estimate from its normal distribution again and again and ranks each draw. */
export function rankIntervals(estimates: readonly Estimate[], random: Random, draws = 2000): RankInterval[] {
	const values = estimates.map(({ value }) => value);
	const normal = normalDraws(random);
	const drawn = Array.from({ length: draws }, () => estimates.map(({ value, stderr }) => value + stderr * normal()));
	return intervals(
		estimates.map(({ name }) => name),
		values,
		drawn,
	);
}

/**
 * Paired bootstrap: the same items are drawn for everyone, so that what is hard for all cancels. `tasks` has a matrix
 * each, one row per name with a credit per item; a student's value is the plain mean over its tasks.
 */
export function drawByItem(tasks: readonly Matrix[], random: Random, draws = 2000): number[][] {
	return Array.from({ length: draws }, () => {
		const means = tasks.map((rows) => resampledMeans(rows, random));
		return (means[0] ?? []).map((_, name) => means.reduce((sum, task) => sum + (task[name] ?? 0), 0) / means.length);
	});
}

type Matrix = readonly (readonly number[])[];

/** Ranks of the values with intervals over draws that are already made; one row a draw, in the order of the names. */
export function rankIntervalsOf(
	names: readonly string[],
	values: readonly number[],
	drawn: readonly (readonly number[])[],
): RankInterval[] {
	return intervals(names, values, drawn);
}

/** Ranks by the mean over the items of one task. */
export function rankIntervalsByItem(
	names: readonly string[],
	items: Matrix,
	random: Random,
	draws = 2000,
): RankInterval[] {
	const width = items[0]?.length ?? 0;
	const values = items.map((row) => row.reduce((sum, score) => sum + score, 0) / width);
	return intervals(names, values, drawByItem([items], random, draws));
}

/** Do two columns of the same draws differ, all but 5 % of the time to the same side? */
export function differInDraws(drawn: readonly (readonly number[])[], left: number, right: number): boolean {
	const differences = drawn.map((draw) => (draw[left] ?? Number.NaN) - (draw[right] ?? Number.NaN));
	differences.sort((a, b) => a - b);
	return quantile(differences, 0.025) > 0 || quantile(differences, 0.975) < 0;
}

export interface PairedDifference {
	readonly difference: number;
	/** 95 % percentile interval. */
	readonly low: number;
	readonly high: number;
}

/** Difference of two means over the same items, items drawn in pairs. Null without items or of unequal length. */
export function pairedDifference(
	left: readonly number[],
	right: readonly number[],
	random: Random,
	draws = 2000,
): PairedDifference | null {
	if (left.length === 0 || left.length !== right.length) return null;
	const differences = left.map((score, index) => score - (right[index] ?? Number.NaN));
	const drawn = Array.from({ length: draws }, () => resampledMeans([differences], random)[0] ?? Number.NaN);
	drawn.sort((a, b) => a - b);
	const difference = differences.reduce((sum, one) => sum + one, 0) / differences.length;
	return { difference, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

/** Pairs that differ by at least 1.96 standard errors of their difference. */
export function distinguishablePairs(estimates: readonly Estimate[]): [Estimate, Estimate][] {
	return estimates.flatMap((left, index) =>
		estimates
			.slice(index + 1)
			.flatMap((right): [Estimate, Estimate][] => (areApart(left, right) ? [[left, right]] : [])),
	);
}

/** Names whose results cannot be told from the highest one, the highest first. */
export function leadingGroup(estimates: readonly Estimate[]): string[] {
	const sorted = estimates.toSorted((a, b) => b.value - a.value);
	const first = sorted[0];
	return first ? sorted.filter((one) => !areApart(first, one)).map(({ name }) => name) : [];
}

/**
 * Runs of neighbours, in order of value, of which no two can be told apart; each run is as long as it can be, and
 * runs may overlap: not being distinguishable is not transitive.
 */
export function indistinctGroups(estimates: readonly Estimate[]): string[][] {
	const sorted = estimates.toSorted((a, b) => b.value - a.value);
	const groups: { start: number; end: number }[] = [];
	for (let start = 0; start < sorted.length; start += 1) {
		let end = start + 1;
		while (end < sorted.length && sorted.slice(start, end).every((one) => !areApart(one, sorted[end] ?? one))) end += 1;
		if (end > (groups.at(-1)?.end ?? 0)) groups.push({ start, end });
	}
	return groups.map(({ start, end }) => sorted.slice(start, end).map(({ name }) => name));
}

/** At least 1.96 standard errors of their difference. */
export function areApart(left: Estimate, right: Estimate): boolean {
	return (
		Math.abs(left.value - right.value) >= 1.96 * Math.hypot(left.stderr, right.stderr) && left.value !== right.value
	);
}

function intervals(
	names: readonly string[],
	values: readonly number[],
	drawn: readonly (readonly number[])[],
): RankInterval[] {
	const ranks = drawn.map(descendingRanks);
	const own = descendingRanks(values);
	return names.map((name, index) => {
		const sorted = ranks.map((draw) => draw[index] ?? Number.NaN).sort((a, b) => a - b);
		return { name, rank: own[index] ?? Number.NaN, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
	});
}

function descendingRanks(values: readonly number[]): number[] {
	return values.map((value) => 1 + values.filter((other) => other > value).length);
}

/** The value with `share` of the sorted ones at or below it. */
function quantile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function resampledMeans(rows: readonly (readonly number[])[], random: Random): number[] {
	const width = rows[0]?.length ?? 0;
	const sums = rows.map(() => 0);
	for (let draw = 0; draw < width; draw += 1) {
		const at = Math.floor(random() * width);
		rows.forEach((row, index) => {
			sums[index] = (sums[index] ?? 0) + (row[at] ?? Number.NaN);
		});
	}
	return sums.map((sum) => sum / width);
}

/** Standard normal numbers by the polar method of Marsaglia. */
function normalDraws(random: Random): () => number {
	let spare: number | null = null;
	return () => {
		if (spare !== null) {
			const value = spare;
			spare = null;
			return value;
		}
		for (;;) {
			const [u, v] = [2 * random() - 1, 2 * random() - 1];
			const square = u * u + v * v;
			if (square === 0 || square >= 1) continue;
			const scale = Math.sqrt((-2 * Math.log(square)) / square);
			spare = v * scale;
			return u * scale;
		}
	};
}
