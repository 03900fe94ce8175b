/** What a standard error says about the number of items behind an accuracy. */

/** More items than any benchmark here has by far: the largest asks about 3,000 a language. */
export const implausibleItems = 100_000;

/** n = p(1−p)/SE² + 1 of a binomial; 0 where the result is unknown or its variance is nil. */
export function impliedItems(p: number | null, stderr: number): number {
	return p === null || p <= 0 || p >= 1 ? 0 : (p * (1 - p)) / stderr ** 2 + 1;
}
