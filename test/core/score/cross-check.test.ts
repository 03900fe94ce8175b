/** The statistics against scipy, scikit-learn and statsmodels, on random data with ties, gaps and equal columns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explained, leastSquares, predict, predictHeldOut } from "../../../server/core/score/linear-model.ts";
import { mixedEffects } from "../../../server/core/score/mixed-effects.ts";
import { principalComponents } from "../../../server/core/score/principal-components.ts";
import { spearman } from "../../../server/core/score/spearman.ts";
import { normalTest, tTest } from "../../../server/core/score/two-sided.ts";
import { oracle } from "./published-files.ts";

const cases = oracle("statistics.json");

/** Equal to so many parts of the value, or absolutely for values near zero. */
function near(actual: number | null | undefined, expected: number, tolerance: number, what: string) {
	const allowed = tolerance * Math.max(1, Math.abs(expected));
	assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= allowed, `${what}: ${actual}, ${expected}`);
}

function allNear(actual: readonly number[] | null, expected: readonly number[], tolerance: number, what: string) {
	assert.equal(actual?.length, expected.length, what);
	expected.forEach((value, index) => {
		near(actual?.[index], value, tolerance, `${what} ${index}`);
	});
}

test("Spearman with ties and gaps (scipy)", () => {
	for (const { x, y, rho, p, n } of cases.spearman) {
		const found = spearman(x, y);
		assert.equal(found.n, n);
		near(found.rho, rho, 1e-12, "rho");
		near(found.p, p, 1e-9, "p");
	}
});

test("two-sided p of t and normal (scipy)", () => {
	for (const { t, df, p } of cases.t) near(tTest(t, df), p, 1e-12, `t ${t}, ${df}`);
	for (const { z, p } of cases.normal) near(normalTest(z), p, 1e-12, `z ${z}`);
	assert.equal(tTest(1, 0), null);
	assert.equal(tTest(Number.NaN, 5), null);
});

test("least squares in sample and left out, also with two equal columns (scikit-learn)", () => {
	assert.equal(cases.regression.length, 2);
	for (const { features, target, groups, predicted, r2, held_out, r2_held_out } of cases.regression) {
		const model = leastSquares(features, target);
		assert.ok(model);
		const own = features.map((row: number[]) => predict(model, row));
		allNear(own, predicted, 1e-9, "predicted");
		near(explained(target, own), r2, 1e-9, "R²");
		const unseen = predictHeldOut(features, target, groups);
		allNear(unseen, held_out, 1e-8, "held out");
		near(explained(target, unseen ?? []), r2_held_out, 1e-8, "R² held out");
	}
	assert.equal(leastSquares(cases.regression[1].features, cases.regression[1].target)?.rank, 3);
});

test("principal components (scikit-learn)", () => {
	for (const { features, ratios, loadings } of cases.components) {
		const found = principalComponents(features);
		allNear(found?.ratios ?? null, ratios, 1e-9, "ratio");
		found?.loadings.forEach((loading, k) => {
			allNear(loading, loadings[k], 1e-7, `loading ${k}`);
		});
	}
});

test("mixed effects by REML: without variance between groups, groups of any size, languages fixed (statsmodels)", () => {
	assert.equal(cases.mixed.length, 3);
	assert.equal(cases.unbalanced.length, 2);
	for (const { groups, beta, stderr, p, variance } of [...cases.mixed, ...cases.unbalanced]) {
		const found = mixedEffects(groups);
		near(found?.beta, beta, 1e-6, "beta");
		// statsmodels iterates to a tolerance; the closed form does not.
		near(found?.stderr, stderr, 1e-4, "stderr");
		near(found?.pNormal, p, 1e-3, "p");
		near(found?.teacherVariance, variance, 1e-3, "variance");
	}
});
