/** Do the intrinsic metrics predict the student? Fitted on the metrics, judged on teachers and languages left out. */
import { finite } from "./finite.ts";
import { explained, leastSquares, predict, predictHeldOut } from "./linear-model.ts";
import type { IntrinsicRow } from "./rows.ts";
import { meanOf } from "./spearman.ts";
import { columnValue } from "./z-score.ts";

export const predictorNames = [
	"Prompt diversity",
	"Response diversity",
	"Rubric score",
	"−ln(1 + perplexity)",
] as const;

export interface Observation {
	readonly teacher: string;
	readonly language: string;
	/** The four metrics, perplexity on its logarithm. */
	readonly features: readonly number[];
	readonly target: number;
}

export interface Prediction {
	readonly n: number;
	readonly coefficients: readonly number[];
	/** In-sample prediction of each observation, in their order. */
	readonly predicted: readonly number[];
	readonly r2: number | null;
	readonly rmse: number;
	/** Each teacher predicted from the others; null where that cannot be fitted. */
	readonly r2LeaveTeacherOut: number | null;
	/** Each language predicted from the others. */
	readonly r2LeaveLanguageOut: number | null;
}

/** Pairs metrics with a target by teacher and language; a pair that lacks a number is left out. */
export function observe(
	intrinsic: readonly IntrinsicRow[],
	rows: readonly { teacher: string; language: string; target: number | null }[],
): Observation[] {
	const metrics = new Map(intrinsic.map((row) => [JSON.stringify([row.teacher_model, row.target_lang]), row]));
	return rows.flatMap(({ teacher, language, target }) => {
		const features = featuresOf(metrics.get(JSON.stringify([teacher, language])));
		return features && finite(target) !== null ? [{ teacher, language, features, target: target ?? Number.NaN }] : [];
	});
}

export function predictTarget(observations: readonly Observation[]): Prediction | null {
	const features = observations.map((one) => one.features);
	const target = observations.map((one) => one.target);
	const model = leastSquares(features, target);
	if (!model) return null;
	const predicted = features.map((row) => predict(model, row));
	const heldOut = (groups: string[]) => {
		const guesses = predictHeldOut(features, target, groups);
		return guesses && explained(target, guesses);
	};
	return {
		n: target.length,
		coefficients: model.coefficients,
		predicted,
		r2: explained(target, predicted),
		rmse: Math.sqrt(meanOf(target.map((y, index) => (y - (predicted[index] ?? Number.NaN)) ** 2))),
		r2LeaveTeacherOut: heldOut(observations.map(({ teacher }) => teacher)),
		r2LeaveLanguageOut: heldOut(observations.map(({ language }) => language)),
	};
}

/** Targets less their language's mean, so that only differences between teachers remain. */
export function centredInLanguage(observations: readonly Observation[]): Observation[] {
	const groups = Map.groupBy(observations, ({ language }) => language);
	const means = new Map([...groups].map(([language, rows]) => [language, meanOf(rows.map(({ target }) => target))]));
	return observations.map((one) => ({ ...one, target: one.target - (means.get(one.language) ?? Number.NaN) }));
}

function featuresOf(row: IntrinsicRow | undefined): number[] | null {
	if (!row) return null;
	const values = (
		["prompts_distinct_ri", "responses_distinct_ri", "rubric_score", "neg_log1p_perplexity"] as const
	).map((column) => columnValue(row, column));
	return values.every((value) => value !== null) ? values : null;
}
