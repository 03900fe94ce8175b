/** The paper's own numbers, recomputed: what is safe to compare with is listed in the reference. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseAnchors } from "../../../server/core/score/anchor-choice.ts";
import { guardScores, joinScores } from "../../../server/core/score/join.ts";
import { recoveredGap } from "../../../server/core/score/performance-gap.ts";
import { polyglotScore } from "../../../server/core/score/scored-row.ts";
import { teacherMeans } from "../../../server/core/score/teacher-means.ts";
import { populationOf, zScore } from "../../../server/core/score/z-score.ts";
import { mediaRows, modelNames, published, tables } from "./published-files.ts";

const { scores, intrinsic, anchors, population } = published;
const reading = chooseAnchors(null, anchors);
const metricsOf = (teacher: string, language: string) => {
	const row = intrinsic.find((one) => one.teacher_model === teacher && one.target_lang === language);
	assert.ok(row, `${teacher} ${language}`);
	return row;
};
const near = (actual: number | null | undefined, expected: number | null | undefined, tolerance: number, what = "") => {
	assert.equal(typeof actual, "number", `${what}: ${actual}`);
	assert.ok(Math.abs(Number(actual) - Number(expected)) <= tolerance, `${what}: ${actual} against ${expected}`);
};

test("PG is (PGR + z) / 2 in all 150 published rows", () => {
	assert.equal(scores.length, 150);
	for (const row of scores) near(polyglotScore(row.pgr ?? null, row.z_score ?? null), row.pg_score, 1e-9);
});

test("z follows from the raw metrics and the frozen population in all 60 pairs", () => {
	const rows = scores.filter((row) => row.student_base === "olmo3-7b");
	assert.equal(rows.length, 60);
	for (const row of rows) {
		near(zScore(metricsOf(row.teacher_model, row.target_lang), population).z, row.z_score, 1e-5, row.teacher_model);
	}
});

test("the frozen population is that of the 60 published rows", () => {
	const own = populationOf(intrinsic, "recomputed");
	assert.ok(own);
	assert.equal(own.n, 60);
	for (const column of Object.keys(population.columns) as (keyof typeof population.columns)[]) {
		near(own.columns[column].mean, population.columns[column].mean, 1e-9, column);
		near(own.columns[column].sd, population.columns[column].sd, 1e-9, column);
	}
});

test("z is the same for every student base", () => {
	for (const row of scores) {
		const first = scores.find(
			(one) =>
				one.student_base === "olmo3-7b" &&
				one.teacher_model === row.teacher_model &&
				one.target_lang === row.target_lang,
		);
		near(row.z_score, first?.z_score, 1e-9);
	}
});

test("PGR follows from the anchors outside Japanese on OLMo, and in the translation rows", () => {
	const rows = scores.filter((row) => row.student_base !== "olmo3-7b" || row.target_lang !== "ja");
	assert.equal(rows.length, 140);
	for (const row of [...rows, ...mediaRows("translation-ablation.jsonl")]) {
		const { anchor } = reading("olmo3-7b", row.target_lang);
		near(recoveredGap(row.result ?? null, anchor), row.pgr, 1e-6, `${row.teacher_model} ${row.target_lang}`);
	}
});

test("Japanese rows leave the line by whole numbers only", () => {
	const offsets = scores
		.filter((row) => row.student_base === "olmo3-7b" && row.target_lang === "ja")
		.map((row) => Number(row.pgr) - Number(recoveredGap(Number(row.result), reading("olmo3-7b", "ja").anchor)));
	for (const offset of offsets) near(offset, Math.round(offset), 1e-6);
	assert.deepEqual(
		offsets.map((offset) => Math.round(offset) + 0).sort((a, b) => a - b),
		[-2, 0, 0, 0, 1, 2, 2, 3, 4, 6],
	);
});

test("all 70 cells of Table 1 come out to three decimals", () => {
	const means = teacherMeans(guardScores(scores, reading), "olmo3-7b");
	let cells = 0;
	for (const [name, printed] of Object.entries<number[]>(tables.table1_pg_score.rows)) {
		const mean = means.find((one) => one.teacher === modelNames[name]);
		tables.table1_pg_score.columns.forEach((column: string, index: number) => {
			const actual = column === "Average" ? mean?.mean : mean?.byLanguage.get(column)?.pg_score;
			near(actual, printed[index], 6e-4, `${name} ${column}`);
			cells += 1;
		});
	}
	assert.equal(cells, 70);
});

test("the worked example: Gemma 3 27B in Arabic", () => {
	const [row] = joinScores(
		[metricsOf("gemma-3-27b-it", "ar")],
		[{ student_base: "olmo3-7b", teacher_model: "gemma-3-27b-it", target_lang: "ar", result: 0.4223708933 }],
		{ population: () => population, reading },
	);
	near(row?.z_score, 0.36364, 1e-5);
	near(row?.pgr, -0.07372, 1e-5);
	near(row?.pg_score, 0.14496, 1e-5);
	const columns = zScore(metricsOf("gemma-3-27b-it", "ar"), population).columns;
	[-0.2156, 0.7089, 0.5605, 0.4007].forEach((expected, index) => {
		near(Object.values(columns)[index], expected, 5e-5);
	});
});

test("joining the published metrics and results gives the published scores back", () => {
	const olmo = scores.filter((row) => row.student_base === "olmo3-7b" && row.target_lang !== "ja");
	const metrics = intrinsic.filter((row) => row.target_lang !== "ja");
	const joined = joinScores(metrics, olmo, { population: () => population, reading });
	assert.equal(joined.length, 50);
	joined.forEach((row, index) => {
		near(row.pg_score, olmo[index]?.pg_score, 1e-5);
	});
});

test("five of six published languages are not interpretable", () => {
	const guarded = guardScores(scores, reading).filter((row) => row.student_base === "olmo3-7b");
	const believed = new Set(guarded.filter((row) => row.pgr_interpretable).map((row) => row.target_lang));
	assert.deepEqual([...believed], ["ar"]);
	for (const row of guarded) assert.ok(row.reasons.includes("anchor_stderr_missing"));
});

test("a teacher's mean PG-Score over translations is what Figure 6 prints", () => {
	const printed = { "nllb-translate-both": 0.847, "translate-then-respond": 0.797, "translate-synthetic": 1.36 };
	for (const [method, expected] of Object.entries(printed)) {
		const rows = mediaRows("translation-ablation.jsonl").filter((row) => row.translate_method === method);
		near(rows.reduce((sum, row) => sum + row.pg_score, 0) / rows.length, expected, 6e-4, method);
	}
});

test("Table 16's averages are the means of its languages", () => {
	for (const [average, ...cells] of Object.values<number[]>(tables.table16_olmo3_32b.rows)) {
		near(cells.reduce((sum, cell) => sum + cell, 0) / cells.length, average, 6e-4);
	}
});
