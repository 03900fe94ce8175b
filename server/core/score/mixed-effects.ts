/** score = β₀ + β·x + u_teacher + ε by REML: in closed form where every teacher has equally many rows, else iterated. */
import { leastSquares, predict } from "./linear-model.ts";
import { fitReml } from "./reml.ts";
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
	/** Language of each score; given for all teachers, languages become fixed effects. */
	readonly languages?: readonly string[];
}

/** Null with fewer than three teachers, with one row each, or where x does not vary. */
export function mixedEffects(groups: readonly TeacherGroup[]): MixedEffects | null {
	const each = groups[0]?.scores.length ?? 0;
	const hasLanguages = groups.every(({ languages }) => languages !== undefined);
	const isBalanced = each >= 2 && groups.every(({ scores }) => scores.length === each);
	return isBalanced && !hasLanguages ? balanced(groups, each) : iterated(groups, hasLanguages);
}

function balanced(groups: readonly TeacherGroup[], each: number): MixedEffects | null {
	const count = groups.length;
	const xs = groups.map(({ x }) => x);
	const means = groups.map(({ scores }) => meanOf(scores));
	const spread = xs.reduce((sum, x) => sum + (x - meanOf(xs)) ** 2, 0);
	const model = leastSquares(
		xs.map((x) => [x]),
		means,
	);
	if (count < 3 || !model || spread === 0) return null;
	const between = each * means.reduce((sum, mean, g) => sum + (mean - predict(model, [xs[g] ?? Number.NaN])) ** 2, 0);
	const within = groups.reduce((sum, { scores }, g) => {
		return sum + scores.reduce((inner, score) => inner + (score - (means[g] ?? Number.NaN)) ** 2, 0);
	}, 0);
	const [msb, msw] = [between / (count - 2), within / (count * (each - 1))];
	// Where teachers differ less than their rows, the variance between them is estimated as 0 and the squares are pooled.
	const meanSquare = msb >= msw ? msb : (between + within) / (count * each - 2);
	const [beta, stderr] = [model.coefficients[0] ?? Number.NaN, Math.sqrt(meanSquare / (each * spread))];
	const teacherVariance = Math.max(0, (msb - msw) / each);
	return tested({ intercept: model.intercept, beta, stderr, rows: count * each, groups: count, teacherVariance });
}

function iterated(groups: readonly TeacherGroup[], hasLanguages: boolean): MixedEffects | null {
	const all = hasLanguages ? [...new Set(groups.flatMap(({ languages }) => languages ?? []))].sort() : [];
	// The first language is what the others are compared with.
	const others = all.slice(1);
	const rows = groups.flatMap(({ x, scores, languages }, g) =>
		scores.map((y, k) => ({
			group: String(g),
			x: [x, ...others.map((language) => (languages?.[k] === language ? 1 : 0))],
			y,
		})),
	);
	const fit = fitReml(rows);
	if (!fit) return null;
	const [intercept = Number.NaN, beta = Number.NaN] = fit.coefficients;
	const [stderr = Number.NaN] = fit.stderrs;
	return tested({
		intercept,
		beta,
		stderr,
		rows: fit.rows,
		groups: fit.groups,
		teacherVariance: fit.groupVariance,
	});
}

function tested(fit: Omit<MixedEffects, "pNormal" | "pT">): MixedEffects {
	const statistic = fit.beta / fit.stderr;
	return { ...fit, pNormal: normalTest(statistic), pT: tTest(statistic, fit.groups - 2) };
}
