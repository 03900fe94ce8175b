/** The message the panels draw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ownScore } from "../../../server/core/score/own-score.ts";
import { ScorePanelMessage } from "../../../server/core/score/panel-message.ts";
import type { OwnScoreRow } from "../../../server/core/score/rows.ts";
import { scoreTable } from "../../../server/core/score/score-table.ts";
import { published } from "./published-files.ts";

const message = scoreTable(published, []);
const near = (actual: number | null | undefined, expected: number, tolerance: number) =>
	assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= tolerance, `${actual} against ${expected}`);

function row(rest: Partial<OwnScoreRow> = {}): OwnScoreRow {
	const scored = ownScore({
		studentBase: "mine",
		teacher: "t",
		language: "de",
		tasks: [{ task: "mgsm", shots: 5, value: 0.5, stderr: 0.02 }],
		anchor: { base: 0.4, ref: 0.6, base_stderr: 0.01, ref_stderr: 0.01 },
		intrinsic: published.intrinsic[0] ?? null,
		population: published.population,
		practice: false,
		runId: "r-1",
		createdAt: "2026-01-01T00:00:00Z",
		datasetSha256: "ab",
		codeVersion: "1",
	});
	return { ...scored, ...rest };
}

test("the message is what its schema says, also after a trip through JSON", () => {
	assert.deepEqual(ScorePanelMessage.parse(JSON.parse(JSON.stringify(message))), message);
	assert.equal(message.cells.length, 150);
	assert.deepEqual(
		message.studentBases.map(({ label }) => label),
		["OLMo 3 7B", "Gemma 3 4B", "Qwen 3 8B", "Llama 3.1 8B"],
	);
});

test("the same files give the same message", () => assert.deepEqual(scoreTable(published, []), message));

test("own rows stand beside the published ones, practice apart, the newest complete one of each", () => {
	const rows = [
		row(),
		row({ run_id: "r-2" }),
		row({ run_id: "r-3", missing_tasks: ["mgsm"] }),
		row({ practice: true }),
	];
	const own = scoreTable(published, rows).cells.filter(({ source }) => source !== "published");
	assert.deepEqual(
		own.map(({ source, runId, olderRows }) => [source, runId, olderRows]),
		[
			["own", "r-2", 2],
			["practice", "r-1", 0],
		],
	);
	near(own[0]?.gainStderr, Math.hypot(0.02, 0.01), 1e-12);
	assert.equal(own[0]?.pgrInterpretable, true);
	assert.ok(own[0]?.zParts && own[0].tasks[0]?.shots === 5);
});

test("published ranks have intervals from Table 13; a language whose errors are unknown has none", () => {
	const spanish = message.cells.filter(({ language, studentBase }) => language === "es" && studentBase === "olmo3-7b");
	assert.equal(spanish.length, 10);
	for (const { comparison } of spanish) {
		assert.ok(comparison && comparison.low <= comparison.rank && comparison.rank <= comparison.high);
	}
	// Czech rests on one benchmark whose printed errors are off by a factor of about 25.
	const czech = message.cells.filter(({ language, studentBase }) => language === "cs" && studentBase === "olmo3-7b");
	assert.ok(czech.length === 10 && czech.every(({ comparison }) => comparison === null));
	const unknown = scoreTable(published, [row(), row({ teacher_model: "u", result_stderr: null })]);
	for (const { source, comparison } of unknown.cells) if (source === "own") assert.equal(comparison, null);
});

test("the panels beside the score carry the refitted numbers", () => {
	const { teachers, data, recipe } = message.analyses;
	near(teachers.family?.pg, -0.05, 5e-3);
	assert.deepEqual(teachers.languages, ["ar", "de", "id"]);
	assert.equal(teachers.means.length, 40);
	near(
		teachers.means.reduce((sum, { net }) => sum + net, 0),
		0,
		1e-9,
	);
	assert.deepEqual(
		teachers.fits.map(({ groups }) => groups),
		[9, 8],
	);
	near(data.predictions[0]?.r2LeaveLanguageOut, 0.39, 5e-3);
	near(
		data.components.reduce((sum, { ratio }) => sum + ratio, 0),
		1,
		1e-9,
	);
	assert.deepEqual(
		recipe.map(({ name, status }) => [name, status]),
		[
			["strategies", "no rows to check"],
			["data-size", "does not reproduce"],
			["translation", "reproduces"],
			["tagalog", "does not reproduce"],
			["large-student", "no rows to check"],
		],
	);
	assert.match(recipe[1]?.remark ?? "", /^13 of 15 results/);
	for (const { points } of recipe) assert.ok(points.length > 5 && points.every(({ value }) => Number.isFinite(value)));
});
