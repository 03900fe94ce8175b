/** Which intrinsic qualities go together, and how far they predict a student that was not in the fit. */
import { predictHeldOut } from "../linear-model.ts";
import { centredInLanguage, type Observation, observe, predictorNames, predictTarget } from "../predictors.ts";
import { principalComponents } from "../principal-components.ts";
import type { Published } from "../published.ts";
import type { DataAnalysis, TargetPrediction } from "./message.ts";

export function analyseData({ scores, intrinsic }: Published): DataAnalysis {
	const base = scores[0]?.student_base;
	const rows = scores.filter((row) => row.student_base === base);
	// Two stored perplexities are missing in the paper's files and were put back from elsewhere; a fit leaves them out.
	const stored = intrinsic.filter((row) => row.perplexity_source === "stored average");
	const observed = (column: "pg_score" | "pgr" | "result") =>
		observe(
			stored,
			rows.map((row) => ({ teacher: row.teacher_model, language: row.target_lang, target: row[column] ?? null })),
		);
	const targets: [string, Observation[]][] = [
		["PG-Score", observed("pg_score")],
		["PGR", observed("pgr")],
		["Result", observed("result")],
		["Result within language", centredInLanguage(observed("result"))],
	];
	const components = principalComponents(targets[0]?.[1].map(({ features }) => features) ?? []);
	return {
		features: [...predictorNames],
		components: (components?.loadings ?? []).map((loadings, k) => ({
			ratio: components?.ratios[k] ?? Number.NaN,
			loadings: [...loadings],
		})),
		predictions: targets.flatMap(([target, observations]) => predictionOf(target, observations)),
	};
}

function predictionOf(target: string, observations: readonly Observation[]): TargetPrediction[] {
	const found = predictTarget(observations);
	const unseen = predictHeldOut(
		observations.map(({ features }) => features),
		observations.map((one) => one.target),
		observations.map(({ teacher }) => teacher),
	);
	if (!found || !unseen) return [];
	const { n, r2, r2LeaveTeacherOut, r2LeaveLanguageOut, rmse } = found;
	const points = observations.map(({ teacher, language, target: actual }, index) => {
		return { teacher, language, actual, predicted: unseen[index] ?? Number.NaN };
	});
	return [{ target, n, r2, r2LeaveTeacherOut, r2LeaveLanguageOut, rmse, points }];
}
