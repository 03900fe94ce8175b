/** Two-sided p values of a test statistic. */
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import tCdf from "@stdlib/stats-base-dists-t-cdf";

/** From Student's t with `df` degrees of freedom; null below one. */
export function tTest(t: number, df: number): number | null {
	if (df < 1 || Number.isNaN(t)) return null;
	return Number.isFinite(t) ? Math.min(1, 2 * tCdf(-Math.abs(t), df)) : 0;
}

export function normalTest(z: number): number | null {
	return Number.isNaN(z) ? null : Math.min(1, 2 * normalCdf(-Math.abs(z), 0, 1));
}
