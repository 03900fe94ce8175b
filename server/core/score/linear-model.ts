/** Ordinary least squares with an intercept, and how well it predicts what it has not seen. */
import { Matrix, SVD } from "ml-matrix";
import { meanOf } from "./spearman.ts";

export interface LinearModel {
	readonly intercept: number;
	readonly coefficients: readonly number[];
	/** Independent columns among the predictors; fewer than there are means that some say the same. */
	readonly rank: number;
}

/** `features` has one row per observation. Null without observations. Columns that say the same share their weight. */
export function leastSquares(features: readonly (readonly number[])[], target: readonly number[]): LinearModel | null {
	const width = features[0]?.length ?? 0;
	if (features.length === 0 || width === 0) return null;
	const centres = columnMeans(features);
	const scales = columnScales(features, centres);
	const centre = meanOf(target);
	// Centred and scaled, so that the rank does not depend on units.
	const x = new Matrix(features.map((row) => row.map((value, k) => (value - (centres[k] ?? 0)) / (scales[k] ?? 1))));
	const svd = new SVD(x, { autoTranspose: true });
	const weights = svd.solve(Matrix.columnVector(target.map((value) => value - centre))).to1DArray();
	const coefficients = weights.map((weight, k) => weight / (scales[k] ?? 1));
	const intercept = centre - coefficients.reduce((sum, c, k) => sum + c * (centres[k] ?? 0), 0);
	return { intercept, coefficients, rank: svd.rank };
}

export function predict({ intercept, coefficients }: LinearModel, row: readonly number[]): number {
	return coefficients.reduce((sum, coefficient, k) => sum + coefficient * (row[k] ?? Number.NaN), intercept);
}

/** 1 − SS(residual)/SS(total) around the mean of all targets; below 0 = worse than that mean. Null without spread. */
export function explained(target: readonly number[], predicted: readonly number[]): number | null {
	const centre = meanOf(target);
	const total = target.reduce((sum, y) => sum + (y - centre) ** 2, 0);
	const residual = target.reduce((sum, y, index) => sum + (y - (predicted[index] ?? Number.NaN)) ** 2, 0);
	return total === 0 ? null : 1 - residual / total;
}

/** Each observation predicted by a model that saw no observation of its group; null where a model cannot be fitted. */
export function predictHeldOut(
	features: readonly (readonly number[])[],
	target: readonly number[],
	groups: readonly string[],
): number[] | null {
	const predicted = new Array<number>(target.length).fill(Number.NaN);
	for (const group of new Set(groups)) {
		const kept = groups.map((one) => one !== group);
		const seen = features.filter((_, index) => kept[index]);
		const model = leastSquares(
			seen,
			target.filter((_, index) => kept[index]),
		);
		// Fewer observations than unknowns fit anything.
		if (!model || seen.length <= model.coefficients.length + 1) return null;
		features.forEach((row, index) => {
			if (!kept[index]) predicted[index] = predict(model, row);
		});
	}
	return predicted;
}

function columnMeans(rows: readonly (readonly number[])[]): number[] {
	return (rows[0] ?? []).map((_, k) => meanOf(rows.map((row) => row[k] ?? Number.NaN)));
}

function columnScales(rows: readonly (readonly number[])[], centres: readonly number[]): number[] {
	return centres.map((centre, k) => Math.sqrt(meanOf(rows.map((row) => ((row[k] ?? Number.NaN) - centre) ** 2))) || 1);
}
