/** score(α) = α·z + (1−α)·PGR (paper Eq. 4): how much the weight between the two parts decides. */
import { type Correlation, spearman } from "./spearman.ts";

export const publishedAlphas = [0, 0.25, 0.5, 0.75, 1] as const;

/** α = 0.5 is the Polyglot Score. Null when a part with weight is missing. */
export function scoreAt(alpha: number, z: number | null, pgr: number | null): number | null {
	if (alpha === 1) return z;
	if (alpha === 0) return pgr;
	return z === null || pgr === null ? null : alpha * z + (1 - alpha) * pgr;
}

/** Spearman between every two weights, over the same rows. */
export function alphaCorrelations(
	rows: readonly { readonly z: number | null; readonly pgr: number | null }[],
	alphas: readonly number[] = publishedAlphas,
): Correlation[][] {
	const scores = alphas.map((alpha) => rows.map(({ z, pgr }) => scoreAt(alpha, z, pgr)));
	return scores.map((left) => scores.map((right) => spearman(left, right)));
}
