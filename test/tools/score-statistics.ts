/** The score's statistics for other programs: cases as JSON on stdin, what our own code says of them on stdout. */
import { text } from "node:stream/consumers";
import { explained, leastSquares, predict, predictHeldOut } from "../../server/core/score/linear-model.ts";
import { mixedEffects, type TeacherGroup } from "../../server/core/score/mixed-effects.ts";
import { componentScores, principalComponents } from "../../server/core/score/principal-components.ts";
import type { IntrinsicRow } from "../../server/core/score/rows.ts";
import { spearman } from "../../server/core/score/spearman.ts";
import { normalTest, tTest } from "../../server/core/score/two-sided.ts";
import { populationOf, zScore } from "../../server/core/score/z-score.ts";

type Matrix = readonly (readonly number[])[];

interface Cases {
	readonly spearman: readonly { x: (number | null)[]; y: (number | null)[] }[];
	readonly t: readonly { t: number; df: number }[];
	readonly normal: readonly { z: number }[];
	readonly regression: readonly { features: Matrix; target: number[]; groups: string[] }[];
	readonly components: readonly { features: Matrix }[];
	readonly mixed: readonly { groups: TeacherGroup[] }[];
	readonly population: readonly { rows: IntrinsicRow[] }[];
}

const cases: Cases = JSON.parse(await text(process.stdin));
const answers = {
	spearman: cases.spearman.map(({ x, y }) => spearman(x, y)),
	t: cases.t.map(({ t, df }) => tTest(t, df)),
	normal: cases.normal.map(({ z }) => normalTest(z)),
	regression: cases.regression.map(({ features, target, groups }) => {
		const model = leastSquares(features, target);
		const predicted = model && features.map((row) => predict(model, row));
		const unseen = predictHeldOut(features, target, groups);
		return {
			rank: model?.rank ?? null,
			predicted,
			r2: predicted && explained(target, predicted),
			heldOut: unseen,
			r2HeldOut: unseen && explained(target, unseen),
		};
	}),
	components: cases.components.map(({ features }) => {
		const found = principalComponents(features);
		return found && { ...found, scores: componentScores(features, found) };
	}),
	mixed: cases.mixed.map(({ groups }) => mixedEffects(groups)),
	population: cases.population.map(({ rows }) => {
		const population = populationOf(rows, "given");
		return population && { population, z: rows.map((row) => zScore(row, population)) };
	}),
};
process.stdout.write(JSON.stringify(answers));
