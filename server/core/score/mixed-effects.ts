/** score = β₀ + β·x + u_teacher + ε by REML, for balanced rows, where REML has a closed form. */
import { leastSquares, predict } from "./linear-model.ts";
import { meanOf } from "./spearman.ts";
import { normalTest, tTest } from "./two-sided.ts";

export interface MixedEffects {
	readonly intercept: number;
	readonly beta: number;
	readonly stderr: number;
	/** From the normal distribution, as published. */
	readonly pNormal: number | null;
	/** From t with groups − 2 degrees of freedom: x varies between teachers only. */
	readonly pT: number | null;
	readonly rows: number;
	readonly groups: number;
	/** Variance between teachers; 0 where they differ no more than rows of one teacher do. */
	readonly teacherVariance: number;
}

export interface TeacherGroup {
	/** What the teacher's score is regressed on, such as ln(size). */
	readonly x: number;
	readonly scores: readonly number[];
}

/** Null with fewer than three teachers, unequal numbers of rows, one row each, or an x that does not vary. */
export function mixedEffects(groups: readonly TeacherGroup[]): MixedEffects | null {
	const each = groups[0]?.scores.length ?? 0;
	const count = groups.length;
	if (count < 3 || each < 2 || groups.some(({ scores }) => scores.length !== each)) return null;
	const xs = groups.map(({ x }) => x);
	const means = groups.map(({ scores }) => meanOf(scores));
	const spread = xs.reduce((sum, x) => sum + (x - meanOf(xs)) ** 2, 0);
	const model = leastSquares(
		xs.map((x) => [x]),
		means,
	);
	if (!model || spread === 0) return null;
	const between = each * means.reduce((sum, mean, g) => sum + (mean - predict(model, [xs[g] ?? Number.NaN])) ** 2, 0);
	const within = groups.reduce((sum, { scores }, g) => {
		return sum + scores.reduce((inner, score) => inner + (score - (means[g] ?? Number.NaN)) ** 2, 0);
	}, 0);
	const [msb, msw] = [between / (count - 2), within / (count * (each - 1))];
	// Where teachers differ less than their rows, the variance between them is estimated as 0 and the squares are pooled.
	const meanSquare = msb >= msw ? msb : (between + within) / (count * each - 2);
	const beta = model.coefficients[0] ?? Number.NaN;
	const stderr = Math.sqrt(meanSquare / (each * spread));
	return {
		intercept: model.intercept,
		beta,
		stderr,
		pNormal: normalTest(beta / stderr),
		pT: tTest(beta / stderr, count - 2),
		rows: count * each,
		groups: count,
		teacherVariance: Math.max(0, (msb - msw) / each),
	};
}
