/** Two-sided p values of a test statistic. */
import jStat from "jstat";

/** From Student's t with `df` degrees of freedom; null below one. */
export function tTest(t: number, df: number): number | null {
	if (df < 1 || Number.isNaN(t)) return null;
	return Number.isFinite(t) ? Math.min(1, 2 * jStat.studentt.cdf(-Math.abs(t), df)) : 0;
}

export function normalTest(z: number): number | null {
	return Number.isNaN(z) ? null : Math.min(1, 2 * jStat.normal.cdf(-Math.abs(z), 0, 1));
}
