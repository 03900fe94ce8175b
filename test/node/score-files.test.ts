import assert from "node:assert/strict";
import { appendFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { OwnScoreRow } from "../../server/core/score/rows.ts";
import { appendOwnScore, loadOwnScores, loadPublished } from "../../server/node/score-files.ts";
import { mediaFolder } from "../core/score/published-files.ts";

const row = (teacher_model: string) =>
	OwnScoreRow.parse({
		student_base: "b",
		teacher_model,
		target_lang: "de",
		result: 0.5,
		pgr: null,
		z_score: null,
		pg_score: null,
	});

test("a folder without scores has none, and no problem", async () => {
	assert.deepEqual(await loadOwnScores(await mkdtemp(join(tmpdir(), "own-"))), { rows: [], problems: [] });
});

test("rows appended at once are all there, in order; a torn line is a problem and costs no other", async () => {
	const folder = await mkdtemp(join(tmpdir(), "own-"));
	const names = Array.from({ length: 20 }, (_, n) => `t${n}`);
	await Promise.all(names.map((name) => appendOwnScore(folder, row(name))));
	await appendFile(join(folder, ".polyglot", "scores.jsonl"), '{"student_base":');
	const { rows, problems } = await loadOwnScores(folder);
	assert.deepEqual(
		rows.map(({ teacher_model }) => teacher_model),
		names,
	);
	assert.equal(problems.length, 1);
	assert.match(problems[0]?.where ?? "", /scores\.jsonl:21$/);
	await appendOwnScore(folder, row("after"));
	assert.deepEqual((await loadOwnScores(folder)).rows.at(-1)?.teacher_model, "after");
});

test("the published files are whole", async () => {
	const { scores, intrinsic, anchors, teachers, languages } = await loadPublished(mediaFolder);
	assert.deepEqual(
		[scores.length, intrinsic.length, Object.keys(anchors.languages).length, teachers.length, languages.length],
		[150, 60, 6, 11, 6],
	);
});
