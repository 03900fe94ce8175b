/** The plane in which points differ most: the first two principal components, by the eigenvectors of their covariance. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

export interface Plane {
	/** Two coordinates a point. */
	readonly points: Float32Array<ArrayBuffer>;
	/** Shares of the total variance; 0 where the points do not differ. */
	readonly explained: readonly [number, number];
}

/** `rows` points of `dimensions` numbers. The largest loading of each axis is positive, so that maps repeat. */
export function principalPlane(values: Float32Array, dimensions: number): Plane {
	const rows = values.length / dimensions;
	const means = columnMeans(values, dimensions);
	const covariance = covarianceOf(values, means);
	const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
	const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
	const order = realEigenvalues
		.map((_, at) => at)
		.sort((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
	const axes = [0, 1].map((nth) => axis(eigenvectorMatrix, order[nth]));
	const share = (nth: number) => (total > 0 ? Math.max(0, realEigenvalues[order[nth] ?? -1] ?? 0) / total : 0);
	const points = new Float32Array(rows * 2);
	for (let row = 0; row < rows; row += 1)
		for (const [nth, loadings] of axes.entries()) {
			let sum = 0;
			for (let at = 0; at < dimensions; at += 1)
				sum += ((values[row * dimensions + at] ?? 0) - (means[at] ?? 0)) * (loadings[at] ?? 0);
			points[row * 2 + nth] = sum;
		}
	return { points, explained: [share(0), share(1)] };
}

function axis(vectors: Matrix, column: number | undefined): number[] {
	if (column === undefined) return [];
	const loadings = vectors.getColumn(column);
	const largest = loadings.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
	return largest < 0 ? loadings.map((value) => -value) : loadings;
}

function columnMeans(values: Float32Array, dimensions: number): Float64Array {
	const means = new Float64Array(dimensions);
	const rows = values.length / dimensions;
	for (let at = 0; at < values.length; at += 1)
		means[at % dimensions] = (means[at % dimensions] ?? 0) + (values[at] ?? 0);
	return means.map((sum) => sum / Math.max(1, rows));
}

function covarianceOf(values: Float32Array, means: Float64Array): Matrix {
	const dimensions = means.length;
	const covariance = Matrix.zeros(dimensions, dimensions);
	const sums = new Float64Array(dimensions * dimensions);
	const centred = new Float64Array(dimensions);
	for (let start = 0; start < values.length; start += dimensions) {
		for (let at = 0; at < dimensions; at += 1) centred[at] = (values[start + at] ?? 0) - (means[at] ?? 0);
		for (let left = 0; left < dimensions; left += 1) {
			const one = centred[left] ?? 0;
			if (one === 0) continue;
			for (let right = left; right < dimensions; right += 1) {
				const to = left * dimensions + right;
				sums[to] = (sums[to] ?? 0) + one * (centred[right] ?? 0);
			}
		}
	}
	const rows = Math.max(1, values.length / dimensions);
	for (let left = 0; left < dimensions; left += 1)
		for (let right = left; right < dimensions; right += 1) {
			const value = (sums[left * dimensions + right] ?? 0) / rows;
			covariance.set(left, right, value);
			covariance.set(right, left, value);
		}
	return covariance;
}
