/** Statistics against the paper's numbers and against what theory says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../server/core/generate/seeded-random.ts";
import { alphaCorrelations } from "../../../server/core/score/alpha-family.ts";
import { chooseAnchors } from "../../../server/core/score/anchor-choice.ts";
import { familyEffect } from "../../../server/core/score/family-effect.ts";
import { guardScores } from "../../../server/core/score/join.ts";
import { mixedEffects } from "../../../server/core/score/mixed-effects.ts";
import { centredInLanguage, observe, predictTarget } from "../../../server/core/score/predictors.ts";
import { componentScores, principalComponents } from "../../../server/core/score/principal-components.ts";
import {
	distinguishablePairs,
	indistinctGroups,
	leadingGroup,
	pairedDifference,
	rankIntervals,
	rankIntervalsByItem,
} from "../../../server/core/score/rank-intervals.ts";
import { averageRanks, meanOf, medianOf, spearman } from "../../../server/core/score/spearman.ts";
import { teacherMeans } from "../../../server/core/score/teacher-means.ts";
import { mediaRows, modelNames, oracle, published, tables } from "./published-files.ts";

const { scores, intrinsic, teachers } = published;
const olmo = scores.filter((row) => row.student_base === "olmo3-7b");
const near = (actual: number | null | undefined, expected: number, tolerance: number, what = "") =>
	assert.ok(
		typeof actual === "number" && Math.abs(actual - expected) <= tolerance,
		`${what} ${actual} against ${expected}`,
	);

test("the Spearman matrix of the alpha family is Figure 7's", () => {
	const { rho, p_two_sided } = oracle("alpha-robustness.json");
	const matrix = alphaCorrelations(olmo.map((row) => ({ z: row.z_score ?? null, pgr: row.pgr ?? null })));
	matrix.forEach((row, i) => {
		row.forEach((cell, j) => {
			near(cell.rho, rho[i][j], 1e-9, `rho ${i} ${j}`);
			assert.equal(cell.n, 60);
			near(cell.p, p_two_sided[i][j], 1e-9, `p ${i} ${j}`);
		});
	});
});

test("Spearman shares ranks between equal values and says nothing where it cannot", () => {
	assert.deepEqual(averageRanks([3, 1, 3, 2]), [3.5, 1, 3.5, 2]);
	assert.deepEqual(spearman([1, 1, 1], [1, 2, 3]), { rho: null, p: null, n: 3 });
	assert.deepEqual(spearman([1, null], [1, 2]), { rho: null, p: null, n: 1 });
	assert.equal(spearman([1, 2, 3, null], [1, 2, 3, 4]).rho, 1);
	assert.equal(medianOf([4, 1, 3, 2]), 2.5);
	assert.equal(medianOf([]), null);
});

test("ρ(z, PGR) and ρ(PG, result) over the published rows", () => {
	const column = (name: "z_score" | "pgr" | "pg_score" | "result") => olmo.map((row) => row[name] ?? null);
	near(spearman(column("z_score"), column("pgr")).rho, 0.407, 5e-4);
	near(spearman(column("z_score"), column("pgr")).p, 0.0012, 5e-5);
	near(spearman(column("pg_score"), column("result")).rho, -0.42, 5e-3);
});

test("teacher ranks between student bases agree with the three safe pairs of Figure 2, and with the rows for all", () => {
	const guarded = guardScores(scores, chooseAnchors(null, published.anchors));
	const threeLanguages = guarded.filter((row) => ["ar", "de", "id"].includes(row.target_lang));
	const meansOn = (base: string) => {
		const means = teacherMeans(threeLanguages, base);
		return teachers.map(({ teacher_model }) => means.find((one) => one.teacher === teacher_model)?.mean ?? null);
	};
	for (const pair of oracle("student-base-correlations.json").pairs) {
		const { rho, p, n } = spearman(meansOn(pair.a), meansOn(pair.b));
		assert.equal(n, 10);
		near(rho, pair.rho_from_rows, 5e-5, `${pair.a} ${pair.b}`);
		near(p, pair.p_from_rows, 5e-5, `${pair.a} ${pair.b}`);
	}
});

const groupsBy = (xOf: (teacher: string) => number | null) =>
	[...Map.groupBy(olmo, (row) => row.teacher_model)].flatMap(([teacher, rows]) => {
		const x = xOf(teacher);
		return x === null ? [] : [{ x, scores: rows.map((row) => row.pg_score ?? Number.NaN) }];
	});

test("Table 3 by REML: neither size nor benchmark rank predicts the score", () => {
	const { reproduced } = oracle("mixed-effects.json");
	const [size, benchmark] = Object.values<{ n: number; groups: number; beta: number; se: number; p: number }>(
		reproduced,
	);
	assert.ok(size && benchmark);
	const sizeOf = (name: string) => teachers.find(({ teacher_model }) => teacher_model === name)?.size_b_code ?? null;
	const averages = new Map(mediaRows("teacher-benchmarks.jsonl").map((row) => [row.teacher_model, row.avg_all]));
	const fits = [
		[mixedEffects(groupsBy((name) => (sizeOf(name) === null ? null : Math.log(Number(sizeOf(name)))))), size],
		[mixedEffects(groupsBy((name) => averages.get(name) ?? null)), benchmark],
	] as const;
	for (const [fit, expected] of fits) {
		assert.deepEqual([fit?.rows, fit?.groups], [expected.n, expected.groups]);
		near(fit?.beta, expected.beta, 1e-4);
		near(fit?.stderr, expected.se, 1e-4);
		near(fit?.pNormal, expected.p, 1e-4);
		assert.ok(Number(fit?.pT) > Number(fit?.pNormal), "few teachers make t wider than normal");
	}
});

test("Table 3 with languages as fixed effects: the same slope, and still no evidence", () => {
	const groups = [...Map.groupBy(olmo, (row) => row.teacher_model)].flatMap(([teacher, rows]) => {
		const size = teachers.find(({ teacher_model }) => teacher_model === teacher)?.size_b_code ?? null;
		const scored = rows.map((row) => row.pg_score ?? Number.NaN);
		return size === null ? [] : [{ x: Math.log(size), scores: scored, languages: rows.map((row) => row.target_lang) }];
	});
	const fit = mixedEffects(groups);
	near(fit?.beta, 0.0532, 1e-4);
	near(fit?.stderr, 0.0803, 1e-4);
	assert.ok(Number(fit?.pT) > 0.5);
});

test("mixed effects refuse what nothing can be estimated from", () => {
	const group = (x: number, ...values: number[]) => ({ x, scores: values });
	assert.equal(mixedEffects([group(1, 1, 2), group(2, 1, 2)]), null);
	assert.equal(mixedEffects([group(1, 1), group(2, 1), group(3, 2)]), null);
	assert.equal(mixedEffects([group(1, 1, 2, 3), group(1, 3), group(1, 5, 9)]), null);
	assert.equal(mixedEffects([group(1, 1, 2), group(1, 3, 4), group(1, 5, 9)]), null);
});

const excluded: [string, string][] = oracle("pca.json").excluded_rows;
const isKept = (row: { teacher_model: string; target_lang: string }) =>
	!excluded.some(([teacher, language]) => row.teacher_model === teacher && row.target_lang === language);

test("the correlation of the four shared metrics is that of the published components", () => {
	const rows = intrinsic.filter(isKept);
	assert.equal(rows.length, 58);
	const raw = rows.map((row) =>
		[row.prompts_distinct_ri, row.responses_distinct_ri, row.perplexity, row.rubric_score].map(Number),
	);
	const found = principalComponents(raw);
	const expected: number[][] = oracle("pca.json").feature_correlation;
	found?.correlation.forEach((row, i) => {
		row.forEach((value, j) => {
			near(value, expected[i]?.[j] ?? Number.NaN, 1e-5);
		});
	});
	assert.equal(found?.correlation.length, 4);
});

test("components carry the eigenvalues' variance, in order, the largest loading positive", () => {
	const raw = intrinsic.map((row) =>
		[row.prompts_distinct_ri, row.responses_distinct_ri, row.rubric_score].map(Number),
	);
	const found = principalComponents(raw);
	assert.ok(found);
	near(
		found.eigenvalues.reduce((sum, value) => sum + value, 0),
		3,
		1e-12,
	);
	const projected = componentScores(raw, found);
	found.eigenvalues.forEach((eigenvalue, k) => {
		near(meanOf(projected.map((row) => (row[k] ?? 0) ** 2)), eigenvalue, 1e-9);
		const loading = found.loadings[k] ?? [];
		assert.ok(Math.max(...loading) >= Math.max(...loading.map((value) => -value)));
	});
	assert.equal(
		principalComponents([
			[1, 2],
			[1, 3],
		]),
		null,
	);
});

test("the published R², intercept and RMSE follow from the published components", () => {
	const { coefficients, eigenvalues, r2, intercept, rmse_published } = oracle("pca.json");
	const targets = olmo.filter(isKept).map((row) => row.pg_score ?? Number.NaN);
	near(meanOf(targets), intercept, 1e-9);
	const variance = meanOf(targets.map((target) => (target - meanOf(targets)) ** 2));
	const model = coefficients.reduce((sum: number, c: number, k: number) => sum + c * c * eigenvalues[k], 0);
	near(model / variance, r2, 1e-9);
	near(Math.sqrt(variance * (1 - r2)), rmse_published, 5e-4);
});

test("left-out teachers and languages show how far the metrics predict", () => {
	const rows = (target: "pg_score" | "pgr" | "result") =>
		observe(
			intrinsic.filter(isKept),
			olmo.map((row) => ({ teacher: row.teacher_model, language: row.target_lang, target: row[target] ?? null })),
		);
	const expected = [
		[rows("pg_score"), 0.62, 0.52, 0.39],
		[rows("pgr"), 0.33, 0.15, -0.09],
		[rows("result"), 0.51, 0.34, -0.16],
		[centredInLanguage(rows("result")), 0.1, -0.76, -0.27],
	] as const;
	for (const [observations, inSample, teacher, language] of expected) {
		const found = predictTarget(observations);
		assert.equal(found?.n, 58);
		near(found?.r2, inSample, 5e-3, "in sample");
		near(found?.r2LeaveTeacherOut, teacher, 5e-3, "teacher");
		near(found?.r2LeaveLanguageOut, language, 5e-3, "language");
	}
});

test("Table 14, and the family effect net of row and column means", () => {
	const families: Record<string, string> = {
		"gemma3-4b": "Gemma",
		"llama3-8b": "Llama",
		"qwen3-8b": "Qwen",
		"olmo3-7b": "OLMo",
	};
	const rows = scores.filter((row) => ["ar", "de", "id"].includes(row.target_lang));
	const cellsOf = (column: "pg_score" | "result") =>
		[...Map.groupBy(rows, (row) => JSON.stringify([row.teacher_model, row.student_base]))].map(([key, group]) => {
			const [teacher, studentBase] = JSON.parse(key);
			const family = teachers.find((one) => one.teacher_model === teacher)?.family;
			return {
				teacher,
				studentBase,
				isMatched: family === families[studentBase],
				value: meanOf(group.map((row) => Number(row[column]))),
			};
		});
	const cells = cellsOf("pg_score");
	const valueOn = (teacher: string | undefined, base: string) =>
		cells.find((cell) => cell.teacher === teacher && cell.studentBase === base)?.value ?? Number.NaN;
	for (const [name, printed] of Object.entries<number[]>(tables.table14_family_increase_pct.rows)) {
		["gemma3-4b", "llama3-8b"].forEach((base, index) => {
			const own = valueOn(modelNames[name], "olmo3-7b");
			near(
				(100 * (valueOn(modelNames[name], base) - own)) / Math.abs(own),
				printed[index] ?? Number.NaN,
				0.5,
				`${name} ${base}`,
			);
		});
	}
	const pg = familyEffect(cells);
	assert.deepEqual([pg?.matched, pg?.cells], [5, 40]);
	near(pg?.effect, -0.05, 5e-3);
	near(familyEffect(cellsOf("result"))?.effect, 0.001, 5e-4);
	assert.equal(familyEffect(cells.slice(1)), null);
});

/** PG-Scores of a language with Table 13's errors, which are errors of the result, carried to the PG scale. */
const estimates = (language: string) =>
	olmo
		.filter((row) => row.target_lang === language)
		.map((row) => {
			const name = Object.keys(modelNames).find((one) => modelNames[one] === row.teacher_model) ?? "";
			const column = tables.table13_standard_errors.columns.indexOf(language);
			const gap = published.anchors.languages[language];
			const stderr =
				tables.table13_standard_errors.rows[name][column] / (2 * Math.abs(Number(gap?.ref) - Number(gap?.base)));
			return { name, value: Number(row.pg_score), stderr };
		});

test("few published pairs of teachers can be told apart", () => {
	const counts = ["de", "ja", "id", "ar", "es"].map((language) => distinguishablePairs(estimates(language)).length);
	assert.deepEqual(counts, [0, 0, 5, 11, 16]);
	assert.equal(leadingGroup(estimates("de")).length, 10);
	assert.deepEqual(
		indistinctGroups(estimates("ja")).map((group) => group.length),
		[10],
	);
});

test("groups are runs of neighbours and may overlap", () => {
	const at = (name: string, value: number) => ({ name, value, stderr: 1 / 1.96 / Math.SQRT2 });
	assert.deepEqual(indistinctGroups([at("a", 3), at("b", 2.2), at("c", 1.4), at("d", 0)]), [
		["a", "b"],
		["b", "c"],
		["d"],
	]);
	assert.deepEqual(leadingGroup([at("a", 0), at("b", 0.5)]), ["b", "a"]);
});

test("rank intervals hold the rank, shrink with the error, and repeat with the seed", () => {
	const sure = [3, 2, 1].map((value) => ({ name: `${value}`, value, stderr: 0 }));
	assert.deepEqual(
		rankIntervals(sure, seededRandom("1"), 50).map(({ rank, low, high }) => [rank, low, high]),
		[
			[1, 1, 1],
			[2, 2, 2],
			[3, 3, 3],
		],
	);
	const german = rankIntervals(estimates("de"), seededRandom("7"));
	assert.ok(german.every(({ rank, low, high }) => low <= rank && rank <= high));
	assert.ok(meanOf(german.map(({ low, high }) => high - low)) > 5);
	assert.deepEqual(rankIntervals(estimates("de"), seededRandom("7")), german);
});

test("pairing by item finds a difference that separate errors hide", () => {
	// Hard and easy items move both students alike; the second solves one more in ten.
	const first = Array.from({ length: 400 }, (_, item) => (item % 2 === 0 ? 1 : 0));
	const second = first.map((score, item) => (item % 20 === 1 ? 1 : score));
	const paired = pairedDifference(second, first, seededRandom("3"));
	assert.ok(paired && paired.low > 0, JSON.stringify(paired));
	near(paired.difference, 0.05, 1e-12);
	const unpaired = 1.96 * Math.sqrt(2 * (0.25 / 400));
	assert.ok(paired.difference < unpaired);
	assert.deepEqual(
		rankIntervalsByItem(["first", "second"], [first, second], seededRandom("3"), 500).map(({ low, high }) => [
			low,
			high,
		]),
		[
			[2, 2],
			[1, 1],
		],
	);
	assert.equal(pairedDifference([1], [1, 0], seededRandom("1")), null);
});
