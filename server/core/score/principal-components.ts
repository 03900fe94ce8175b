/** Principal components of standardised features (ddof 0), with the published sign rule. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { meanOf, pearson } from "./spearman.ts";

export interface PrincipalComponents {
	/** Of the correlation matrix, largest first. */
	readonly eigenvalues: readonly number[];
	/** Share of the variance each component holds. */
	readonly ratios: readonly number[];
	/** Rows are components; the largest absolute loading of each is positive. */
	readonly loadings: readonly (readonly number[])[];
	readonly correlation: readonly (readonly number[])[];
}

/** Null when a feature does not vary: it has no direction. */
export function principalComponents(features: readonly (readonly number[])[]): PrincipalComponents | null {
	const width = features[0]?.length ?? 0;
	const columns = Array.from({ length: width }, (_, k) => features.map((row) => row[k] ?? Number.NaN));
	const correlation: number[][] = [];
	for (const left of columns) {
		const row = columns.map((right) => pearson(left, right));
		if (row.length === 0 || row.some((value) => value === null || Number.isNaN(value))) return null;
		correlation.push(row.map((value) => value ?? Number.NaN));
	}
	if (correlation.length === 0) return null;
	const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(correlation), {
		assumeSymmetric: true,
	});
	const order = realEigenvalues.map((_, k) => k).sort((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
	const eigenvalues = order.map((k) => realEigenvalues[k] ?? Number.NaN);
	return {
		eigenvalues,
		ratios: eigenvalues.map((value) => value / width),
		loadings: order.map((k) => signed(eigenvectorMatrix.getColumn(k))),
		correlation,
	};
}

/** Scores of each observation on each component. */
export function componentScores(
	features: readonly (readonly number[])[],
	{ loadings }: PrincipalComponents,
): number[][] {
	const width = features[0]?.length ?? 0;
	const centres = Array.from({ length: width }, (_, k) => meanOf(features.map((row) => row[k] ?? Number.NaN)));
	const scales = centres.map((centre, k) =>
		Math.sqrt(meanOf(features.map((row) => ((row[k] ?? Number.NaN) - centre) ** 2))),
	);
	const standardised = features.map((row) => row.map((value, k) => (value - (centres[k] ?? 0)) / (scales[k] ?? 1)));
	return standardised.map((row) =>
		loadings.map((loading) => loading.reduce((sum, weight, k) => sum + weight * (row[k] ?? Number.NaN), 0)),
	);
}

function signed(loading: readonly number[]): number[] {
	const largest = loading.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
	return loading.map((value) => (largest < 0 ? -value : value));
}
