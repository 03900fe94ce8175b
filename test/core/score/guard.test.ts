/** What is missing stays missing, and what cannot be believed says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chooseAnchors } from "../../../server/core/score/anchor-choice.ts";
import { guardScores, joinScores } from "../../../server/core/score/join.ts";
import { anchorFrom, meanOfTasks, newestComplete, ownScore } from "../../../server/core/score/own-score.ts";
import { guardAnchor, recoveredGap, recoveredGapStderr } from "../../../server/core/score/performance-gap.ts";
import { OwnScoreRow, type Population, zColumns } from "../../../server/core/score/rows.ts";
import { populationOf, zScore } from "../../../server/core/score/z-score.ts";
import { published } from "./published-files.ts";

const { anchors, intrinsic, population } = published;
const reading = chooseAnchors(null, anchors);
const metrics = { teacher_model: "t", target_lang: "ar", prompts_distinct_ri: 0.7, responses_distinct_ri: 0.9 };
const result = { student_base: "olmo3-7b", teacher_model: "t", target_lang: "ar", result: 0.43, result_stderr: 0.01 };
const join = (left: object[], right: object[]) =>
	joinScores(left as never, right as never, { population: () => population, reading });

/** The guard's verdict on (base, ref, base error, reference error). */
const check = (
	[base, ref, base_stderr, ref_stderr]: [number, number, number?, number?],
	isInterpretable: boolean,
	reasons: string[],
) => assert.deepEqual(guardAnchor({ base, ref, base_stderr, ref_stderr }), { isInterpretable, reasons });

test("a reference at or below the base is not interpretable", () => {
	check([0.5, 0.4], false, ["reference_not_above_base", "anchor_stderr_missing"]);
	check([0.5, 0.5, 0.01, 0.01], false, ["reference_not_above_base"]);
});

test("a gap under two standard errors is not interpretable, one of two is", () => {
	check([0.5, 0.51, 0.003, 0.004], true, []);
	check([0.5, 0.509, 0.003, 0.004], false, ["reference_within_two_stderr"]);
});

test("unknown errors are named and do not forbid", () => {
	check([0.4, 0.5], true, ["anchor_stderr_missing"]);
	check([0.4, 0.5, 0.01], true, ["anchor_stderr_missing"]);
});

test("without anchors nothing is believed and nothing invented", () => {
	const [row] = join([], [{ ...result, target_lang: "xx" }]);
	assert.deepEqual([row?.pgr, row?.gain, row?.pg_score, row?.pgr_interpretable], [null, null, null, false]);
	assert.ok(row?.reasons.includes("anchor_missing"));
	const [unknownBase] = guardScores([{ ...result, student_base: "mine", pgr: 1, z_score: 1, pg_score: 1 }], reading);
	assert.ok(unknownBase?.reasons.includes("anchor_missing"));
	assert.equal(unknownBase?.pgr, 1);
});

test("a missing metric gives null with its reason, never a mean of the rest", () => {
	const [row] = join([{ ...metrics, rubric_score: null, perplexity: Number.NaN }], [result]);
	assert.deepEqual([row?.z_score, row?.pg_score], [null, null]);
	assert.notEqual(row?.pgr, null);
	for (const reason of ["rubric_score_missing", "perplexity_missing"]) assert.ok(row?.reasons.includes(reason), reason);
});

test("rows without a partner stay, with the reason", () => {
	const rows = join([metrics], [{ ...result, teacher_model: "other" }]);
	assert.equal(rows.length, 2);
	assert.ok(rows[0]?.reasons.includes("intrinsic_row_missing"));
	assert.ok(rows[1]?.reasons.includes("extrinsic_row_missing"));
	assert.deepEqual([rows[1]?.student_base, rows[1]?.result, rows[1]?.pg_score], [null, null, null]);
});

test("of two equal keys the earlier row says it is superseded", () => {
	const rows = guardScores(
		[1, 2].map((pgr) => ({ ...result, pgr, z_score: 0, pg_score: pgr / 2 })),
		reading,
	);
	assert.deepEqual(
		rows.map((row) => row.reasons.includes("superseded")),
		[true, false],
	);
});

test("a metric that does not vary counts nothing, with a flag", () => {
	const rows = intrinsic.map((row) => ({ ...row, rubric_score: 3.3 }));
	const constant = populationOf(rows, "constant");
	assert.equal(constant?.columns.rubric_score.sd, 0);
	const scored = constant && zScore({ ...rows[0], rubric_score: 5 } as (typeof rows)[0], constant);
	assert.equal(scored?.columns.rubric_score, 0);
	assert.deepEqual(scored?.reasons, ["population_without_spread"]);
});

test("a new teacher moves nobody's score over a frozen population", () => {
	const before = join([...intrinsic], [result]);
	const newcomer = { ...intrinsic[0], teacher_model: "newcomer", rubric_score: 1, perplexity: 1e6 };
	const after = join([...intrinsic, newcomer], [result]);
	assert.equal(after.length, before.length + 1);
	assert.deepEqual(after.slice(0, before.length), before);
});

test("PGR is 0 at the base, 1 at the reference, and null where they are equal", () => {
	const unit = fc.double({ min: 0, max: 1, noNaN: true });
	fc.assert(
		fc.property(unit, unit, (base, ref) => {
			const anchor = { base, ref };
			// A gap below the smallest normal number has no inverse.
			if (Math.abs(ref - base) < 1e-300) return recoveredGap(0.5, { base, ref: base }) === null;
			return recoveredGap(base, anchor) === 0 && recoveredGap(ref, anchor) === 1;
		}),
	);
});

test("the error of PGR is that of its parts moved one at a time", () => {
	const anchor = { base: 0.4, ref: 0.6, base_stderr: 0.004, ref_stderr: 0.003 };
	const stderr = recoveredGapStderr(0.5, 0.005, anchor);
	// Student, base and reference each moved a little, scaled up to one standard error.
	const move = (s: number, b: number, r: number) =>
		Number(recoveredGap(0.5 + s, { base: 0.4 + b, ref: 0.6 + r })) - 0.5;
	const expected = Math.hypot(move(0.005, 0, 0), move(0, 0.0004, 0) * 10, move(0, 0, 0.0003) * 10);
	assert.ok(Math.abs(Number(stderr) - expected) < 1e-4, `${stderr} against ${expected}`);
	assert.equal(recoveredGapStderr(0.5, null, anchor), null);
});

test("task errors add in quadrature, and a task without a value leaves no mean", () => {
	const two = [
		{ task: "a", value: 0.2, stderr: 0.03 },
		{ task: "b", value: 0.4, stderr: 0.04 },
	];
	const { value, stderr } = meanOfTasks(two);
	assert.ok(Math.abs(Number(value) - 0.3) < 1e-15 && Math.abs(Number(stderr) - 0.025) < 1e-15);
	assert.deepEqual(meanOfTasks([...two, { task: "c", value: null }]), { value: null, stderr: null });
	assert.deepEqual(meanOfTasks([]), { value: null, stderr: null });
});

test("anchors over other tasks or shots are refused with the reason", () => {
	const task = (shots: number) => [{ task: "mgsm", shots, value: 0.3 }];
	assert.equal(anchorFrom(task(5), task(5), task(5)).refusal, null);
	assert.match(String(anchorFrom(task(5), task(0), task(5)).refusal), /base was measured on mgsm \(0 shots\)/);
	assert.match(String(anchorFrom(task(5), task(5), []).refusal), /reference was measured on no task/);
});

test("the newest complete evaluation counts, not a newer one that lacks tasks", () => {
	const row = (rest: object) => OwnScoreRow.parse({ ...result, pgr: null, z_score: null, pg_score: null, ...rest });
	const rows = [row({ run_id: "old" }), row({ run_id: "whole" }), row({ run_id: "part", missing_tasks: ["mgsm"] })];
	assert.equal(newestComplete(rows)?.run_id, "whole");
	assert.equal(newestComplete([])?.run_id, undefined);
});

test("an own score carries what it rests on", () => {
	const row = ownScore({
		studentBase: "b",
		teacher: "t",
		language: "ar",
		tasks: [{ task: "mgsm", shots: 5, value: 0.5, stderr: 0.02 }],
		anchor: { base: 0.4, ref: 0.6 },
		intrinsic: intrinsic[0] ?? null,
		population,
		practice: true,
		runId: "r-1",
		createdAt: "2026-01-01T00:00:00Z",
		datasetSha256: null,
		codeVersion: null,
	});
	assert.ok(Math.abs(Number(row.pgr) - 0.5) < 1e-12);
	assert.equal(row.pg_score, (Number(row.pgr) + Number(row.z_score)) / 2);
	assert.deepEqual(OwnScoreRow.parse(JSON.parse(JSON.stringify(row))), row);
});

test("a z against a population measured with another model is refused, column by column", () => {
	const frozen = {
		name: "p",
		n: 2,
		columns: Object.fromEntries(zColumns.map((column) => [column, { mean: 0, sd: 1 }])) as Population["columns"],
		backends: { embedding_model: "nvidia/Llama-Embed-Nemotron-8B" },
	};
	const row = {
		teacher_model: "t",
		target_lang: "de",
		prompts_distinct_ri: 1,
		responses_distinct_ri: 1,
		rubric_score: 4,
		perplexity: 3,
	};
	const lexical = zScore({ ...row, embedding_model: "lexical-char-ngrams-2^18-v1" }, frozen);
	assert.deepEqual([lexical.z, lexical.columns.prompts_distinct_ri, lexical.columns.rubric_score], [null, null, 4]);
	assert.deepEqual(lexical.reasons, ["backend_differs"]);
	const same = zScore({ ...row, embedding_model: "http://host:1#nvidia/llama-embed-nemotron-8b" }, frozen);
	assert.equal(same.reasons.length, 0);
	assert.notEqual(same.z, null);
});
