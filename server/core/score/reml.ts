/** A linear mixed model with one random intercept a group, by restricted maximum likelihood; groups of any size. */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { meanOf } from "./spearman.ts";

export interface GroupedRow {
	readonly group: string;
	/** Fixed effects without the intercept, equally many in every row. */
	readonly x: readonly number[];
	readonly y: number;
}

export interface RemlFit {
	/** The intercept first, then one a fixed effect, in the units they were given in. */
	readonly coefficients: readonly number[];
	/** Of the fixed effects, without the intercept's. */
	readonly stderrs: readonly number[];
	readonly groupVariance: number;
	readonly residualVariance: number;
	readonly rows: number;
	readonly groups: number;
}

/**
 * Null where there is nothing to estimate from: under three groups, no group with two rows, no more rows than
 * unknowns, or fixed effects of which one follows from the others.
 */
export function fitReml(rows: readonly GroupedRow[]): RemlFit | null {
	const width = rows[0]?.x.length ?? 0;
	const groups = [...Map.groupBy(rows, ({ group }) => group).values()];
	if (groups.length < 3 || groups.every(({ length }) => length < 2) || rows.length <= width + 2) return null;
	const scaling = scalingOf(rows, width);
	const sums = groups.map((group) => sumsOf(group, scaling));
	const at = (share: number) => profile(sums, rows.length, share);
	if (!at(0)) return null;
	const share = lowest((value) => at(value)?.criterion ?? Number.POSITIVE_INFINITY);
	const best = at(share);
	if (!best) return null;
	const { beta, inverse, variance } = best;
	const coefficients = scaling.scales.map((scale, k) => (beta[k + 1] ?? Number.NaN) / scale);
	const shift = coefficients.reduce((sum, one, k) => sum + one * (scaling.centres[k] ?? 0), 0);
	return {
		coefficients: [(beta[0] ?? Number.NaN) + scaling.centre - shift, ...coefficients],
		stderrs: scaling.scales.map((scale, k) => Math.sqrt(variance * inverse.get(k + 1, k + 1)) / scale),
		groupVariance: (variance * share) / (1 - share),
		residualVariance: variance,
		rows: rows.length,
		groups: groups.length,
	};
}

interface Scaling {
	readonly centre: number;
	readonly centres: readonly number[];
	readonly scales: readonly number[];
}

/** Centred and scaled, so that sums of squares keep their digits whatever the units. */
function scalingOf(rows: readonly GroupedRow[], width: number): Scaling {
	const column = (k: number) => rows.map(({ x }) => x[k] ?? Number.NaN);
	const centres = Array.from({ length: width }, (_, k) => meanOf(column(k)));
	const scales = centres.map((centre, k) => Math.sqrt(meanOf(column(k).map((value) => (value - centre) ** 2))) || 1);
	return { centre: meanOf(rows.map(({ y }) => y)), centres, scales };
}

/** All that the likelihood needs of a group: n, X'X, X'1, X'y, y'1 and y'y, the intercept as first column. */
interface GroupSums {
	readonly n: number;
	readonly xx: Matrix;
	readonly x1: Matrix;
	readonly xy: Matrix;
	readonly y1: number;
	readonly yy: number;
}

function sumsOf(group: readonly GroupedRow[], { centre, centres, scales }: Scaling): GroupSums {
	const scaled = ({ x }: GroupedRow) => x.map((value, k) => (value - (centres[k] ?? 0)) / (scales[k] ?? 1));
	const x = new Matrix(group.map((row) => [1, ...scaled(row)]));
	const y = Matrix.columnVector(group.map((row) => row.y - centre));
	const turned = x.transpose();
	return {
		n: group.length,
		xx: turned.mmul(x),
		x1: turned.mmul(Matrix.ones(group.length, 1)),
		xy: turned.mmul(y),
		y1: y.sum(),
		yy: y.dot(y),
	};
}

/**
 * Fixed effects and variance at a given share of the groups in the whole variance, and −2 times the restricted
 * log-likelihood up to a constant. With ratio r = share / (1 − share) the inverse covariance of a group is
 * I − r / (1 + r n) · 11ᵀ. Null where the fixed effects cannot be told apart.
 */
function profile(sums: readonly GroupSums[], rows: number, share: number) {
	const ratio = share / (1 - share);
	const width = sums[0]?.xx.rows ?? 0;
	const xx = Matrix.zeros(width, width);
	const xy = Matrix.zeros(width, 1);
	let [yy, logs] = [0, 0];
	for (const group of sums) {
		const weight = ratio / (1 + ratio * group.n);
		xx.add(group.xx).sub(group.x1.mmul(group.x1.transpose()).mul(weight));
		xy.add(group.xy).sub(Matrix.mul(group.x1, weight * group.y1));
		yy += group.yy - weight * group.y1 ** 2;
		logs += Math.log1p(ratio * group.n);
	}
	const root = new CholeskyDecomposition(xx);
	const diagonal = root.lowerTriangularMatrix.diag();
	if (!root.isPositiveDefinite() || diagonal.some((value) => !(value > 1e-6 * Math.sqrt(rows)))) return null;
	const beta = root.solve(xy).to1DArray();
	const left = yy - beta.reduce((sum, one, k) => sum + one * xy.get(k, 0), 0);
	const freedom = rows - width;
	const variance = Math.max(0, left) / freedom;
	const determinant = 2 * diagonal.reduce((sum, value) => sum + Math.log(value), 0);
	const criterion = freedom * Math.log(variance) + logs + determinant;
	return { beta, inverse: root.solve(Matrix.eye(width, width)), variance, criterion };
}

const grid = 64;
const golden = (Math.sqrt(5) - 1) / 2;

/** The share in [0, 1) where the criterion is lowest: a grid finds the valley, the golden section its bottom. */
function lowest(criterion: (share: number) => number): number {
	const shares = Array.from({ length: grid }, (_, step) => step / grid);
	const best = shares.reduce((low, share) => (criterion(share) < criterion(low) ? share : low), 0);
	let [from, to] = [Math.max(0, best - 1 / grid), Math.min(1 - 1e-9, best + 1 / grid)];
	for (let step = 0; step < 60; step += 1) {
		const [left, right] = [to - golden * (to - from), from + golden * (to - from)];
		if (criterion(left) <= criterion(right)) to = right;
		else from = left;
	}
	const bottom = (from + to) / 2;
	// Where groups differ no more than rows do, the valley ends at the wall.
	return criterion(0) <= criterion(bottom) ? 0 : bottom;
}
