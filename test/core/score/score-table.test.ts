/** The message the panels draw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ownScore } from "../../../server/core/score/own-score.ts";
import { ScorePanelMessage } from "../../../server/core/score/panel-message.ts";
import type { OwnScoreRow } from "../../../server/core/score/rows.ts";
import { emptyWorkspace, scoreTable, type Workspace } from "../../../server/core/score/score-table.ts";
import { populationOf } from "../../../server/core/score/z-score.ts";
import { published } from "./published-files.ts";

const message = scoreTable(published);
const near = (actual: number | null | undefined, expected: number, tolerance: number) =>
	assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= tolerance, `${actual} against ${expected}`);

const withOwn = (rows: readonly OwnScoreRow[], rest: Partial<Workspace> = {}) =>
	scoreTable(published, { ...emptyWorkspace, rows, ...rest });

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

test("the same files give the same message", () => assert.deepEqual(scoreTable(published), message));

test("own rows stand beside the published ones, practice apart, the newest complete one of each", () => {
	const rows = [
		row(),
		row({ run_id: "r-2" }),
		row({ run_id: "r-3", missing_tasks: ["mgsm"] }),
		row({ practice: true }),
	];
	const own = withOwn(rows).cells.filter(({ source }) => source !== "published");
	assert.deepEqual(
		own.map(({ source, runId, older }) => [source, runId, older.map((one) => one.runId)]),
		[
			["own", "r-2", ["r-1", "r-3"]],
			["practice", "r-1", []],
		],
	);
	near(own[0]?.gainStderr, Math.hypot(0.02, 0.01), 1e-12);
	assert.equal(own[0]?.pgrInterpretable, true);
	assert.deepEqual(own[0]?.older[1]?.missingTasks, ["mgsm"]);
	assert.ok(own[0]?.zReadings.published && own[0].tasks[0]?.shots === 5);
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
	const unknown = withOwn([row(), row({ teacher_model: "u", result_stderr: null })]);
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
		teachers.fits.map(({ groups, rows }) => [groups, rows]),
		[
			[9, 54],
			[8, 48],
		],
	);
	// Languages as fixed effects leave Table 3's slopes as they are.
	near(teachers.fits[0]?.beta, 0.0532, 1e-4);
	near(teachers.fits[1]?.beta, 1.387, 1e-3);
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

const measured = (teacher: string, rubric: number, rest: object = {}) => ({
	teacher_model: teacher,
	target_lang: "de",
	prompts_distinct_ri: 0.6 + rubric / 100,
	responses_distinct_ri: 0.8 + rubric / 100,
	rubric_score: rubric,
	perplexity: 5 + rubric,
	...rest,
});
const lexical = { embedding_model: "lexical", judge_model: "practice-judge", perplexity_model: "practice-base" };
const bare = (rest: Partial<OwnScoreRow> = {}) =>
	row({ intrinsic: null, z_score: null, pg_score: null, population: null, ...rest });

test("measured metrics join a score filed without them: z appears against the published rows", () => {
	const [own] = withOwn([bare()], { measured: [measured("t", 3), measured("t", 4)] }).cells.slice(-1);
	assert.ok(own?.z !== null && own?.pg !== null && own?.isMeasured);
	near(own?.pg, (Number(own?.pgr) + Number(own?.z)) / 2, 1e-12);
	near(own?.metrics?.rubric_score, 4, 0);
	assert.ok(!own?.reasons.includes("z_score_missing"));
});

test("metrics of another model give no z against the published rows, and say why", () => {
	const rows = [bare(), bare({ teacher_model: "u" })];
	const cells = withOwn(rows, { measured: [measured("t", 3, lexical), measured("u", 4, lexical)] }).cells.slice(-2);
	for (const { z, pg, reasons, zReadings } of cells) {
		assert.deepEqual([z, pg], [null, null]);
		assert.ok(reasons.includes("backend_differs"));
		assert.deepEqual(zReadings.language?.reasons, ["backend_differs"]);
	}
	// Among themselves they can be compared.
	assert.deepEqual(
		cells.map(({ zReadings }) => Math.sign(zReadings.workspace?.z ?? Number.NaN)),
		[-1, 1],
	);
});

test("this workspace: as it is now until frozen; frozen, another teacher moves no score", () => {
	const two = [measured("t", 3), measured("u", 4)];
	const zOf = (rest: Partial<Workspace>) => withOwn([bare()], rest).cells.at(-1)?.zReadings.workspace;
	const populationIn = (rest: Partial<Workspace>) =>
		withOwn([], rest).populations.find(({ kind }) => kind === "workspace");
	assert.deepEqual(populationIn({ measured: two }), {
		kind: "workspace",
		name: "this workspace",
		n: 2,
		isFrozen: false,
	});
	assert.notEqual(zOf({ measured: two })?.z, zOf({ measured: [...two, measured("v", 1)] })?.z);
	const population = populationOf(two, "this workspace, 2026-11-25");
	assert.equal(zOf({ measured: two, population })?.z, zOf({ measured: [...two, measured("v", 1)], population })?.z);
	assert.equal(populationIn({ measured: two, population })?.isFrozen, true);
	assert.equal(populationIn({}), undefined);
});

test("adding a teacher changes no other cell but its rank and company", () => {
	const stable = ({ comparison, gainComparison, ...cell }: (typeof message.cells)[number]) => cell;
	const before = withOwn([row()]).cells.map(stable);
	const after = withOwn([row(), row({ teacher_model: "new", result: 0.9 })]).cells.map(stable);
	assert.deepEqual(after.slice(0, before.length), before);
	assert.equal(after.length, before.length + 1);
});

/** 200 items of which a share is answered, the first ones; students that answer alike differ at the border only. */
const answers = (task: string, right: number, count = 200) =>
	Array.from({ length: count }, (_, n) => ({ task, language: "de", item: `q${n}`, value: n < right ? 1 : 0 }));

test("item results on disk make the comparison paired: what separate errors hide is told apart", () => {
	const student = (teacher: string, runId: string, value: number) =>
		row({ teacher_model: teacher, run_id: runId, result: value, result_stderr: 0.035 });
	const rows = [student("a", "run-a", 0.55), student("b", "run-b", 0.5)];
	const unpaired = withOwn(rows).cells.slice(-2);
	assert.ok(unpaired.every(({ gainComparison }) => gainComparison?.isLeading));
	assert.deepEqual(unpaired[0]?.gainComparison?.indistinctFrom, ["b"]);
	const items = new Map([
		["run-a", answers("mgsm", 110)],
		["run-b", answers("mgsm", 100)],
	]);
	const paired = withOwn(rows, { items }).cells.slice(-2);
	assert.deepEqual(
		paired.map(({ gainComparison }) => [gainComparison?.rank, gainComparison?.isLeading, gainComparison?.origin]),
		[
			[1, true, "paired bootstrap over 200 items"],
			[2, false, "paired bootstrap over 200 items"],
		],
	);
	assert.deepEqual(paired[0]?.gainComparison?.indistinctFrom, []);
	// Other items, or fewer, are another benchmark: back to the separate errors.
	const uneven = new Map([...items, ["run-b", answers("mgsm", 100, 150)]]);
	assert.equal(withOwn(rows, { items: uneven }).cells.at(-1)?.gainComparison?.origin, "errors of the results");
});

test("students on nested samples are a learning curve; the largest of them is the teacher's score", () => {
	const nested = [
		{
			source: "samples.de.jsonl",
			source_sha256: "ff",
			seed: 0,
			steps: [100, 300, 1000].map((rows) => ({ rows, path: `samples.${rows}.jsonl`, sha256: `sha-${rows}` })),
		},
	];
	const student = (size: number, result: number, run: string) =>
		row({ dataset_sha256: `sha-${size}`, result, run_id: run });
	const rows = [student(1000, 0.5, "r-1000"), student(100, 0.42, "r-100"), student(300, 0.47, "r-300")];
	const found = withOwn(rows, { nested });
	assert.deepEqual(
		found.curves.map(({ teacher, points }) => [teacher, points.map((point) => [point.rows, point.result])]),
		[
			[
				"t",
				[
					[100, 0.42],
					[300, 0.47],
					[1000, 0.5],
				],
			],
		],
	);
	assert.equal(found.cells.at(-1)?.runId, "r-1000");
	// The same draw noted twice is one curve.
	assert.equal(withOwn(rows, { nested: [...nested, ...nested] }).curves.length, 1);
	assert.deepEqual(withOwn([row()], { nested }).curves, []);
});
