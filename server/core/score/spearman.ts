/** Spearman's rank correlation with average ranks for ties. */
import { tTest } from "./two-sided.ts";

export interface Correlation {
	/** Null with fewer than three pairs or where one side does not vary. */
	readonly rho: number | null;
	/** Two-sided, from t with n − 2 degrees of freedom. */
	readonly p: number | null;
	/** Pairs of which both sides are known. */
	readonly n: number;
}

export function spearman(xs: readonly (number | null)[], ys: readonly (number | null)[]): Correlation {
	const pairs = xs.flatMap((x, index) => {
		const y = ys[index];
		return x === null || y === null || y === undefined ? [] : [[x, y] as const];
	});
	const n = pairs.length;
	const rho = n < 3 ? null : pearson(averageRanks(pairs.map(([x]) => x)), averageRanks(pairs.map(([, y]) => y)));
	if (rho === null) return { rho, p: null, n };
	return { rho, p: tTest(rho * Math.sqrt((n - 2) / (1 - rho ** 2)), n - 2), n };
}

/** Ranks from 1, ascending; equal values share the mean of their ranks. */
export function averageRanks(values: readonly number[]): number[] {
	const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
	const ranks = new Array<number>(values.length).fill(0);
	for (let start = 0; start < order.length; ) {
		let end = start + 1;
		while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
		for (const index of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2;
		start = end;
	}
	return ranks;
}

/** Null where one side does not vary. */
export function pearson(xs: readonly number[], ys: readonly number[]): number | null {
	const [mx, my] = [meanOf(xs), meanOf(ys)];
	let [xx, yy, xy] = [0, 0, 0];
	xs.forEach((x, index) => {
		const y = ys[index] ?? Number.NaN;
		xx += (x - mx) ** 2;
		yy += (y - my) ** 2;
		xy += (x - mx) * (y - my);
	});
	if (xx === 0 || yy === 0) return null;
	return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

export function meanOf(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function medianOf(values: readonly number[]): number | null {
	if (values.length === 0) return null;
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)] ?? Number.NaN;
	return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}
