import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../server/cli/score.ts";
import { anchorFrom, ownScore } from "../../server/core/score/own-score.ts";
import { scoreTable } from "../../server/core/score/score-table.ts";
import { appendOwnScore } from "../../server/node/score-files.ts";
import { loadWorkspace } from "../../server/node/score-workspace.ts";
import { mediaFolder, modelNames, published as publishedFiles, tables } from "../core/score/published-files.ts";
import { recorded } from "./recorded.ts";

const folder = await mkdtemp(join(tmpdir(), "score-"));
const published = join(mediaFolder, "published");
const scores = join(published, "scores.jsonl");
const intrinsic = join(published, "intrinsic.jsonl");

const polyglotScore = (...args: string[]) => recorded(run, args, folder);

async function file(name: string, rows: readonly (object | string)[]): Promise<string> {
	const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
	await writeFile(join(folder, name), lines.join("\n"));
	return name;
}

test("the published score file prints Table 1", async () => {
	const { code, stdout, stderr } = await polyglotScore("--scores", scores);
	assert.deepEqual([code, stderr], [0, []]);
	const olmo = stdout.slice(stdout.indexOf("olmo3-7b"), stdout.indexOf("gemma3-4b:"));
	for (const [name, printed] of Object.entries<number[]>(tables.table1_pg_score.rows)) {
		const line = olmo.split("\n").find((one) => one.startsWith(`${modelNames[name]} `)) ?? "";
		const [, mean, , ...cells] = line.replaceAll("†", "").split(/\s+/u).map(Number);
		[mean, ...cells].forEach((shown, index) => {
			assert.ok(Math.abs(Number(shown) - Number(printed[index])) <= 1.1e-3, `${name}: ${line} against ${printed}`);
		});
		assert.equal(cells.length, 6);
	}
});

test("json keeps every published column to the last digit and adds the guard", async () => {
	const { stdout } = await polyglotScore("--scores", scores, "--format", "json");
	const rows = JSON.parse(stdout);
	assert.equal(rows.length, 150);
	const first = rows[0];
	assert.deepEqual([first.pgr, first.z_score, first.pg_score], [-0.2928236644, 0.1764912775, -0.058166193450000014]);
	assert.ok(Math.abs(first.gain - (0.4190992713 - 0.4234716677148081)) < 1e-12);
	assert.equal(first.pgr_line_offset, 0);
	assert.equal(first.pgr_interpretable, true);
	assert.equal(rows.filter((row: { pgr_interpretable: boolean }) => row.pgr_interpretable).length, 40);
});

test("metrics and results join into scores; anchors with errors give intervals", async () => {
	const extrinsic = await file("extrinsic.jsonl", [
		{ student_base: "mine", teacher_model: "gemma-3-27b-it", target_lang: "ar", result: 0.5, result_stderr: 0.01 },
		{ student_base: "mine", teacher_model: "nobody", target_lang: "ar", result: 0.5, result_stderr: null },
	]);
	const anchors = await file("anchors.json", [
		{ languages: { ar: { base: 0.4, ref: 0.6, base_stderr: 0.01, ref_stderr: 0.01 } } },
	]);
	const { code, stdout } = await polyglotScore(
		...["--intrinsic", intrinsic, "--extrinsic", extrinsic, "--anchors", anchors, "--format", "json"],
	);
	const rows = JSON.parse(stdout);
	assert.equal(code, 0);
	assert.equal(rows.length, 61);
	assert.ok(Math.abs(rows[0].pg_score - (0.5 + 0.36364) / 2) < 1e-5);
	assert.ok(Math.abs(rows[0].gain_stderr - Math.hypot(0.01, 0.01)) < 1e-12);
	assert.ok(Math.abs(rows[0].pgr_stderr - Math.sqrt(1e-4 + 0.25e-4 + 0.25e-4) / 0.2) < 1e-12);
	assert.deepEqual(rows[0].reasons, ["task_results_missing"]);
	assert.deepEqual([rows[1].z_score, rows[1].pg_score], [null, null]);
	assert.ok(rows[1].reasons.includes("intrinsic_row_missing"));
	assert.equal(rows[60].student_base, null);
});

test("csv has one line per row and empty fields for what is missing", async () => {
	const path = await file("one.jsonl", [
		{
			student_base: "a,b",
			teacher_model: 't"',
			target_lang: "ar",
			result: null,
			pgr: null,
			z_score: 1,
			pg_score: null,
		},
	]);
	const { stdout } = await polyglotScore("--scores", path, "--format", "csv");
	const [head, row, rest] = stdout.split("\r\n");
	assert.equal(head?.split(",").slice(0, 3).join(), "student_base,teacher_model,target_lang");
	assert.ok(row?.startsWith('"a,b","t""",ar,'), row);
	assert.equal(rest, "");
});

test("one bad row is reported with its line; the others go on", async () => {
	const good = {
		student_base: "b",
		teacher_model: "t",
		target_lang: "ar",
		result: 0.4,
		pgr: 1,
		z_score: 1,
		pg_score: 1,
	};
	const path = await file("mixed.jsonl", [
		good,
		"{broken",
		{ ...good, pgr: "high" },
		"",
		{ ...good, target_lang: "de" },
	]);
	const { code, stdout, stderr } = await polyglotScore("--scores", path, "--format", "json");
	assert.equal(code, 0);
	assert.equal(JSON.parse(stdout).length, 2);
	assert.equal(stderr.length, 2);
	assert.match(stderr[0] ?? "", /mixed\.jsonl:2: not JSON/);
	assert.match(stderr[1] ?? "", /mixed\.jsonl:3: `pgr`/);
});

/** Exit code 2, nothing on stdout, and one line that says what is wrong. */
async function refuses(args: string[], expected: RegExp) {
	const { code, stdout, stderr } = await polyglotScore(...args);
	assert.deepEqual([code, stdout, stderr.length], [2, "", 1], stderr.join("\n"));
	assert.match(stderr[0] ?? "", expected);
	assert.doesNotMatch(stderr[0] ?? "", /\n/);
}

test("unusable arguments and files end with 2 and one line", async () => {
	const broken = await file("broken.jsonl", ["", "{"]);
	const empty = await file("empty.jsonl", []);
	const shape = await file("shape.json", [{ languages: { ar: { base: "low" } } }]);
	await refuses([], /Give either --scores FILE/);
	await refuses(["--scores", "a", "--intrinsic", "b"], /Give either/);
	await refuses(["--scores", "absent.jsonl"], /Cannot read .*absent\.jsonl.*ENOENT/);
	await refuses(["--scores", broken], /broken\.jsonl:2: not JSON.*No usable row/);
	await refuses(["--scores", empty], /empty\.jsonl has no rows/);
	await refuses(["--scores", scores, "--format", "xml"], /choose json, jsonl, csv, text/);
	await refuses(["--scores", scores, "--format", "toString"], /choose json, jsonl, csv, text/);
	await refuses(["--scores", scores, "--anchors", shape], /languages\.ar\.base/);
	await refuses(["--scores", scores, "--population", "this-file"], /--population goes with --intrinsic/);
	await refuses(["--nonsense"], /nonsense/);
	const extrinsic = await file("x.jsonl", [{ student_base: "m", teacher_model: "t", target_lang: "ar", result: 0.5 }]);
	await refuses(["--intrinsic", intrinsic, "--extrinsic", extrinsic, "--population", "nowhere"], /neither a file nor/);
});

test("within-language z centres every language", async () => {
	const extrinsic = await file("y.jsonl", [{ student_base: "m", teacher_model: "t", target_lang: "ar", result: 0.5 }]);
	const { stdout } = await polyglotScore(
		...["--intrinsic", intrinsic, "--extrinsic", extrinsic, "--population", "within-language", "--format", "json"],
	);
	const rows = JSON.parse(stdout).filter(
		(row: { target_lang: string; teacher_model: string }) => row.target_lang === "ar" && row.teacher_model !== "t",
	);
	const mean = rows.reduce((sum: number, row: { z_score: number }) => sum + row.z_score, 0) / rows.length;
	assert.equal(rows.length, 10);
	assert.ok(Math.abs(mean) < 1e-12);
});

test("a file cannot steer the terminal", async () => {
	const row = {
		student_base: "b",
		teacher_model: "t\u001b[2J\u202e",
		target_lang: "ar",
		pgr: 1,
		z_score: 1,
		pg_score: 1,
	};
	const { stdout } = await polyglotScore("--scores", await file("esc.jsonl", [row]));
	assert.ok(!stdout.includes("\u001b") && !stdout.includes("\u202e"));
});

test("a record comes out again to the last digit, and any change of it is told", async () => {
	const extrinsic = await file("r.jsonl", [
		{
			student_base: "olmo3-7b",
			teacher_model: "gemma-3-27b-it",
			target_lang: "ar",
			result: 0.4223708933,
			note: "kept",
		},
	]);
	const { stdout } = await polyglotScore("--intrinsic", intrinsic, "--extrinsic", extrinsic, "--format", "record");
	const record = JSON.parse(stdout);
	await writeFile(join(folder, "record.json"), stdout);
	assert.match((await polyglotScore("--verify", "record.json")).stdout, /^60 rows come out to the last digit/);
	record.rows[0].pg_score += 1e-16;
	await writeFile(join(folder, "record.json"), JSON.stringify(record));
	const moved = await polyglotScore("--verify", "record.json");
	assert.deepEqual([moved.code, moved.stdout, moved.stderr.length], [1, "", 1]);
	assert.match(moved.stderr[0] ?? "", /Row 1, pg_score: 0\.1449\d+ comes out, recorded is 0\.1449/);
	record.inputs.intrinsic[0].rubric_score += 0.1;
	await writeFile(join(folder, "record.json"), JSON.stringify(record));
	assert.match((await polyglotScore("--verify", "record.json")).stderr[0] ?? "", /The inputs have the hash/);
	await refuses(["--verify", intrinsic], /is not JSON/);
});

test("jsonl is read back as a score file; markdown and LaTeX carry Table 1 and escape names", async () => {
	const { stdout } = await polyglotScore("--scores", scores, "--format", "jsonl");
	await writeFile(join(folder, "again.jsonl"), stdout);
	const again = await polyglotScore("--scores", "again.jsonl", "--format", "jsonl");
	assert.equal(again.stdout, stdout);
	const hostile = await file("hostile.jsonl", [
		{
			student_base: "b",
			teacher_model: "a|b](http://x)<img>",
			target_lang: "de",
			pgr: 1,
			z_score: -2.5,
			pg_score: -0.75,
		},
		{ student_base: "b", teacher_model: "50%_of$\\x", target_lang: "de", pgr: 1, z_score: 1, pg_score: 1 },
	]);
	const markdown = await polyglotScore("--scores", hostile, "--format", "markdown");
	assert.ok(markdown.stdout.includes("| a\\|b\\]\\(http://x\\)\\<img\\> | −0.750 | 1 | −0.750† |"), markdown.stdout);
	const latex = await polyglotScore("--scores", hostile, "--format", "latex");
	assert.ok(
		latex.stdout.includes("50\\%\\_of\\$\\textbackslash{}x & 1.000 & 1 & 1.000$^{\\dagger}$ \\\\"),
		latex.stdout,
	);
	assert.match(
		(await polyglotScore("--scores", scores, "--format", "markdown")).stdout,
		/\| gemma-3-27b-it \| 0\.726 \| 6 \| 0\.145 \| 0\.360† \|/,
	);
});

test("a workspace's own score file gives the panel's numbers, by the anchors its rows carry", async () => {
	const workspace = await mkdtemp(join(tmpdir(), "score-own-"));
	const tasks = (value: number) => [
		{ task: "a", shots: 0, value, stderr: 0.01 },
		{ task: "b", shots: 5, value: value / 2, stderr: 0.02 },
	];
	const { anchor } = anchorFrom(tasks(0.5), tasks(0.4), tasks(0.7));
	const parts = { studentBase: "mine", teacher: "t", language: "de", tasks: tasks(0.5), anchor, practice: false };
	const [intrinsic] = publishedFiles.intrinsic;
	const about = { runId: "r-1", createdAt: "2026-01-01T00:00:00Z", datasetSha256: null, codeVersion: null };
	const population = publishedFiles.population;
	await appendOwnScore(workspace, ownScore({ ...parts, ...about, intrinsic: intrinsic ?? null, population }));
	const own = join(workspace, ".polyglot/scores.jsonl");
	const { stdout } = await polyglotScore("--scores", own, "--format", "json");
	const [row] = JSON.parse(stdout);
	const cell = scoreTable(publishedFiles, await loadWorkspace(workspace)).cells.at(-1);
	assert.deepEqual(
		[row.pg_score, row.pgr, row.pgr_stderr, row.z_score, row.gain, row.gain_stderr, row.pgr_mean_of_ratios],
		[cell?.pg, cell?.pgr, cell?.pgrStderr, cell?.z, cell?.gain, cell?.gainStderr, cell?.meanOfRatios?.pgr],
	);
	assert.ok(row.pg_score !== null && row.pgr_mean_of_ratios !== null);
	assert.deepEqual([row.pgr_interpretable, row.reasons], [cell?.pgrInterpretable, cell?.reasons]);
});

test("--pgr chooses which of the two enters the score; both stand in every row", async () => {
	const tasks = [
		{ task: "a", shots: 0, value: 0.5, stderr: 0.01 },
		{ task: "b", shots: 5, value: 0.5, stderr: 0.01 },
	];
	const anchorTasks = [
		{ task: "a", shots: 0, base: 0.4, ref: 0.6, base_stderr: 0.01, ref_stderr: 0.01 },
		{ task: "b", shots: 5, base: 0.2, ref: 0.6, base_stderr: 0.01, ref_stderr: 0.01 },
	];
	const row = { student_base: "mine", teacher_model: "gemma-3-27b-it", target_lang: "ar", result: 0.5, tasks };
	const extrinsic = await file("by-task.jsonl", [row]);
	const anchors = await file("by-task.json", [{ languages: { ar: { base: 0.3, ref: 0.6, tasks: anchorTasks } } }]);
	const given = ["--intrinsic", intrinsic, "--extrinsic", extrinsic, "--anchors", anchors, "--format", "json"];
	const first = async (...more: string[]) => JSON.parse((await polyglotScore(...given, ...more)).stdout)[0];
	const [code, printed] = [await first(), await first("--pgr", "mean-of-ratios")];
	assert.ok(Math.abs(code.pgr - 2 / 3) < 1e-12 && Math.abs(printed.pgr - 0.625) < 1e-12);
	assert.deepEqual([code.pgr_variant, printed.pgr_variant], ["ratio-of-means", "mean-of-ratios"]);
	assert.equal(code.pgr_mean_of_ratios, printed.pgr_mean_of_ratios);
	assert.ok(Math.abs(printed.pg_score - (printed.pgr + printed.z_score) / 2) < 1e-12);
	await refuses([...given, "--pgr", "median"], /--pgr median: choose ratio-of-means or mean-of-ratios/);
	await refuses(["--scores", scores, "--pgr", "mean-of-ratios"], /--pgr goes with --extrinsic/);
});

test("a frozen population scores a new teacher without moving the others", async () => {
	const frozen = await polyglotScore("--freeze", "mine, 2026", "--intrinsic", intrinsic);
	assert.equal(JSON.parse(frozen.stdout).n, 60);
	const population = await file("frozen.json", [frozen.stdout]);
	const extrinsic = await file("frozen.jsonl", [
		{ student_base: "m", teacher_model: "gemma-3-27b-it", target_lang: "ar", result: 0.5 },
	]);
	const more = await file("more.jsonl", [
		await readFile(intrinsic, "utf8"),
		{ ...publishedFiles.intrinsic[0], teacher_model: "new", rubric_score: 1 },
	]);
	const zOf = async (metrics: string) => {
		const given = ["--intrinsic", metrics, "--extrinsic", extrinsic, "--population", population, "--format", "json"];
		return JSON.parse((await polyglotScore(...given)).stdout)[0];
	};
	const [before, after] = [await zOf(intrinsic), await zOf(more)];
	assert.equal(before.population, "mine, 2026");
	assert.equal(after.z_score, before.z_score);
	await refuses(["--freeze", "x"], /--freeze NAME needs --intrinsic/);
});
