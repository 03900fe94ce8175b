/** What an audit of a score file finds, and that it finds nothing where nothing is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { auditText, looksLikeScoreRow } from "../../../server/core/score/audit/audit.ts";
import { mediaText } from "./published-files.ts";

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");

/** A file that adds up: PGR over anchors 0.4 and 0.6, four teachers in each language. */
function soundRows() {
	return ["ar", "de"].flatMap((target_lang, shift) =>
		[0.41, 0.47, 0.53, 0.55].map((result, index) => {
			const [pgr, z_score] = [(result + shift / 100 - 0.4) / 0.2, Math.sin(index)];
			const teacher_model = `t${index}`;
			const pg_score = (pgr + z_score) / 2;
			return {
				student_base: "b",
				teacher_model,
				target_lang,
				result: result + shift / 100,
				result_stderr: 0.01,
				pgr,
				z_score,
				pg_score,
			};
		}),
	);
}

/** Codes with their line, of what is found beside the sound rows' nothing. */
function check(text: string, expected: readonly string[]) {
	assert.deepEqual(
		auditText(text).map(({ code, line }) => `${code}@${line}`),
		expected,
	);
}

test("the published rows: seven off the line by whole numbers, eleven gaps that are none, three repeated results", () => {
	const findings = auditText(mediaText("scores.jsonl"));
	const of = (code: string) => findings.filter((finding) => finding.code === code);
	assert.equal(of("pgr-off-the-line").length, 7);
	const offsets = of("pgr-off-the-line").map(({ message }) =>
		Number(/Difference (-?[\d.]+), a whole/u.exec(message)?.[1]),
	);
	assert.deepEqual(
		offsets.sort((a, b) => a - b),
		[-2, 1, 2, 2, 3, 4, 6],
	);
	for (const { message } of of("pgr-off-the-line")) assert.match(message, /rows of ja/);
	assert.equal(of("reference-not-above-base").length, 11);
	assert.match(
		of("reference-not-above-base")[0]?.message ?? "",
		/cs: PGR implies base 0\.52936 and reference 0\.508955/,
	);
	assert.deepEqual(
		of("equal-results").map(({ message }) => message.slice(0, 25)),
		["7 of 10 rows of cs on olmo", "5 of 10 rows of ar on qwen", "7 of 10 rows of id on qwen"].map((text) =>
			text.slice(0, 25),
		),
	);
	assert.equal(of("coverage-differs").length, 3);
	assert.equal(findings.length, 7 + 11 + 3 + 3);
	for (const { message } of findings) assert.doesNotMatch(message, /error|wrong|mistake|fraud|false/iu);
});

test("a file that adds up has no findings", () => check(lines(soundRows()), []));

test("a row whose parts don't add up is found, and only that row", () => {
	const any = fc.record({ at: fc.nat(7), off: fc.double({ min: 0.01, max: 5, noNaN: true }) });
	fc.assert(
		fc.property(any, ({ at, off }) => {
			const rows = soundRows().map((row, index) => (index === at ? { ...row, pg_score: row.pg_score + off } : row));
			check(lines(rows), [`pg-not-its-parts@${at + 1}`]);
		}),
	);
});

/** As `polyglot evaluate` and the editor leave them: with anchors, tasks and gain. */
const ownRow = (rest: object = {}) => ({
	...soundRows()[1],
	base: 0.4,
	ref: 0.6,
	gain: 0.47 - 0.4,
	tasks: [
		{ task: "a", shots: 0, value: 0.5 },
		{ task: "b", shots: 5, value: 0.44 },
	],
	...rest,
});

test("a row that carries its parts is recomputed from them", () => {
	check(lines([ownRow()]), []);
	check(lines([ownRow({ gain: 0.08 })]), ["gain-not-its-parts@1"]);
	check(lines([ownRow({ ref: 0.7 })]), ["pgr-not-its-anchors@1"]);
	check(lines([ownRow({ ref: 0.7, pgr_variant: "mean-of-ratios" })]), []);
	check(lines([ownRow({ tasks: [{ task: "a", shots: 0, value: 0.5 }] })]), ["result-not-its-tasks@1"]);
	check(lines([ownRow({ base: 0.4, ref: 0.4 })]), []);
	const [finding] = auditText(lines([ownRow({ gain: 0.08 })]));
	assert.equal(finding?.message, "gain is 0.08; result − base = 0.47 − 0.4 = 0.07. Difference 0.01.");
});

test("a row off the line is found from three that share it", () => {
	const rows = soundRows().map((row, index) =>
		index === 6 ? { ...row, pgr: row.pgr + 2, pg_score: row.pg_score + 1 } : row,
	);
	check(lines(rows), ["pgr-off-the-line@7"]);
});

test("columns of three decimals are allowed their rounding", () => {
	const round = (value: number) => Number(value.toFixed(3));
	const rows = soundRows().map((row) => ({
		...row,
		result: round(row.result),
		pgr: round(row.pgr),
		pg_score: round(row.pg_score),
	}));
	check(lines(rows), []);
});

test("rows that share no line are one remark, not a row each", () => {
	const rows = soundRows()
		.slice(0, 4)
		.map((row, index) => ({ ...row, pgr: index ** 3 / 7, pg_score: (index ** 3 / 7 + row.z_score) / 2 }));
	const [finding, ...rest] = auditText(lines(rows));
	assert.deepEqual([finding?.code, finding?.severity, rest.length], ["pgr-off-the-line", "info", 0]);
});

test("errors and results on another scale", () => {
	const [row] = soundRows();
	check(lines([{ ...row, result_stderr: 0.0004 }]), ["stderr-scale@1"]);
	check(lines([{ ...row, result_stderr: 1.2 }]), ["stderr-scale@1"]);
	check(lines([{ ...row, result: 41 }]), ["result-out-of-range@1"]);
});

test("missing languages and repeated rows", () => {
	check(lines(soundRows().slice(0, 7)), ["coverage-differs@4"]);
	const rows = soundRows();
	check(lines([...rows, rows[2] ?? {}]), ["repeated-row@3"]);
});

test("a broken line is a finding of its own", () => {
	check(`${lines(soundRows())}\n{"pgr":\n[]`, ["not-json@9", "not-a-score-row@10"]);
});

test("any text is audited without an exception", () => {
	fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => Array.isArray(auditText(text))));
	fc.assert(fc.property(fc.array(fc.json()), (texts) => Array.isArray(auditText(texts.join("\n")))));
});

test("a large file of one language takes a moment, not a minute", () => {
	const rows = Array.from({ length: 20_000 }, (_, n) => ({
		...soundRows()[0],
		teacher_model: `t${n}`,
		result: n / 20_000,
		pgr: Math.sin(n),
	}));
	const start = performance.now();
	auditText(lines(rows));
	assert.ok(performance.now() - start < 5000);
});

test("score rows are told from samples by their columns", () => {
	assert.ok(looksLikeScoreRow(lines(soundRows().slice(0, 1))));
	assert.ok(!looksLikeScoreRow('{"prompt":"target_lang","response":"pgr"}'));
});
