/** The rows that are measured, and trained on: equal shares of every strategy, drawn by a seed (paper/README section 3). */
import { seededRandom, shuffled } from "../generate/seeded-random.ts";

/** Rows a strategy gives, in order of first appearance. */
export type Shares = ReadonlyMap<string, number>;

/**
 * quota = floor(size / strategies); each gives at most what it has; what is then missing is taken from the strategies
 * with rows to spare, the largest spare first.
 */
export function balancedShares(available: Shares, size: number): Shares {
	const quota = available.size === 0 ? 0 : Math.floor(size / available.size);
	const shares = new Map([...available].map(([strategy, count]) => [strategy, Math.min(quota, count)]));
	let remaining = size - [...shares.values()].reduce((sum, share) => sum + share, 0);
	const spare = [...available].map(([strategy, count]) => ({ strategy, rows: count - (shares.get(strategy) ?? 0) }));
	spare.sort((left, right) => right.rows - left.rows);
	for (const { strategy, rows } of spare) {
		const extra = Math.min(remaining, rows);
		shares.set(strategy, (shares.get(strategy) ?? 0) + extra);
		remaining -= extra;
	}
	return shares;
}

/**
 * Places of the drawn rows, by strategy in order of first appearance, not shuffled. The same rows, seed and size
 * always give the same draw; fewer than `size` where there are fewer. `strategies[i]` is row i's.
 */
export function balancedSample(strategies: readonly string[], size: number, seed: number): number[] {
	const places = new Map<string, number[]>();
	for (const [place, strategy] of strategies.entries()) {
		const group = places.get(strategy);
		if (group) group.push(place);
		else places.set(strategy, [place]);
	}
	const shares = balancedShares(new Map([...places].map(([strategy, rows]) => [strategy, rows.length])), size);
	return [...places].flatMap(([strategy, rows]) =>
		shuffled(rows, seededRandom(`measured sample ${seed} ${strategy}`)).slice(0, shares.get(strategy)),
	);
}
