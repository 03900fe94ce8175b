import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../server/cli/generate.ts";
import { UserError } from "../../server/core/problem.ts";
import { startPracticeTeachers } from "../../server/practice/teachers.ts";
import { mediaFolder, practiceSeeds, rowsOf } from "../node/generate-rig.ts";

async function called(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
	const cwd = options.cwd ?? (await mkdtemp(join(tmpdir(), "cli-generate-")));
	const out: string[] = [];
	const err: string[] = [];
	const io = {
		stdout: (text: string) => out.push(text),
		stderr: (line: string) => err.push(line),
		env: options.env ?? {},
		version: "0.0.0",
		cwd,
		mediaFolder,
		signal: new AbortController().signal,
	};
	const code = await run([...args], io);
	return { code, cwd, out: out.join(""), err };
}

const usual = ["--lang", "en", "--seeds", practiceSeeds("en"), "--out", "out.jsonl"];

test("practice teachers need no project, key or network", async () => {
	const { code, cwd, out } = await called([
		"--teacher",
		"practice-careful",
		"--teacher",
		"practice-terse",
		...usual,
		"--count",
		"6",
		"--format",
		"json",
	]);
	const summary = JSON.parse(out);
	assert.deepEqual([code, summary.state, summary.accepted, summary.target], [0, "done", 12, 12]);
	assert.equal((await rowsOf(join(cwd, "out.jsonl"))).length, 12);
});

test("a teacher of polyglot.json is asked with its own key", async (context) => {
	const server = await startPracticeTeachers({ mediaFolder, apiKey: "key-of-mine" });
	context.after(() => server.close());
	const cwd = await mkdtemp(join(tmpdir(), "cli-generate-"));
	await writeFile(
		join(cwd, "polyglot.json"),
		`{ // comments are fine\n"teachers": [{"name": "my-model", "baseUrl": "${server.baseUrl}", "model": "practice-careful"}] }`,
	);
	const { code } = await called(["--teacher", "my-model", ...usual, "--count", "3"], {
		cwd,
		env: { POLYGLOT_KEY_MY_MODEL: "key-of-mine" },
	});
	assert.equal(code, 0);
	assert.deepEqual(server.stats().authorizations, ["Bearer key-of-mine"]);
	assert.ok(!(await readFile(join(cwd, "out.jsonl"), "utf8")).includes("key-of-mine"));
});

test("an endpoint can be named without a project; a paused run says how to go on", async (context) => {
	const server = await startPracticeTeachers({ mediaFolder });
	context.after(() => server.close());
	const args = [
		"--base-url",
		server.baseUrl,
		"--model",
		"practice-careful",
		...usual,
		"--count",
		"3",
		"--format",
		"json",
	];
	const { code, err, out, cwd } = await called(args);
	assert.equal(code, 1);
	assert.equal(JSON.parse(out).state, "paused");
	assert.match(err.join("\n"), /asks for a key \(401\).*Set the teacher's key/);
	const runId = /--resume (\S+)/.exec(err.join("\n"))?.[1] ?? "";
	const resumed = await called(["--resume", runId], { cwd, env: { POLYGLOT_KEY_PRACTICE_CAREFUL: server.apiKey } });
	assert.equal(resumed.code, 0);
	assert.equal((await rowsOf(join(cwd, "out.jsonl"))).length, 3);
});

test("a teacher that lives in the editor is refused here in plain words", async () => {
	const cwd = await mkdtemp(join(tmpdir(), "cli-generate-"));
	const teachers = [{ name: "copilot", kind: "vscode", family: "gpt-4o" }];
	await writeFile(join(cwd, "polyglot.json"), JSON.stringify({ teachers }));
	await assert.rejects(called(["--teacher", "copilot", ...usual, "--count", "2"], { cwd }), {
		name: "UserError",
		message: /copilot .* can only be asked from within VS Code/,
	});
});

test("a failed request is shown as curl on stdout, with its attempts on stderr and no key anywhere", async (context) => {
	const server = await startPracticeTeachers({ mediaFolder, knobs: { empty: 1 } });
	context.after(() => server.close());
	const env = { POLYGLOT_KEY_PRACTICE_CAREFUL: server.apiKey };
	const args = ["--base-url", server.baseUrl, "--model", "practice-careful", ...usual, "--count", "1"];
	const { cwd, err } = await called(args, { env });
	const runId = err.join("\n").match(/run (\S+)/)?.[1] ?? "";
	const shown = await called(["--curl", runId], { cwd, env });
	assert.equal(shown.code, 0);
	assert.match(shown.out, /^curl -sS 'http:\/\/127.*Bearer \$POLYGLOT_KEY_PRACTICE_CAREFUL"/s);
	assert.match(shown.err.join("\n"), /attempt 1: empty, 200, \d+ ms, the answer has no text/);
	assert.ok(!(shown.out + shown.err.join()).includes(server.apiKey));
});

test("--batch asks by batch files, and the estimate says that half the price is an assumption", async () => {
	const args = ["--teacher", "practice-careful", ...usual, "--count", "4", "--batch", "--format", "json"];
	const { code, out, err, cwd } = await called(args);
	assert.deepEqual([code, JSON.parse(out).accepted], [0, 4]);
	const { runId } = JSON.parse(out);
	assert.match(await readFile(join(cwd, ".polyglot", "runs", runId, "batches.jsonl"), "utf8"), /"type":"collected"/);
	assert.match(err.join("\n"), /Expected: /);
	const { out: estimate } = await called([...args.slice(0, -2), "--estimate"]);
	assert.match(estimate, /by batch files at 50 % of its price \(an assumption/);
});

test("a teacher whose batch field says so is asked by batch files without a flag", async (context) => {
	const server = await startPracticeTeachers({ mediaFolder, apiKey: "key-of-mine" });
	context.after(() => server.close());
	const cwd = await mkdtemp(join(tmpdir(), "cli-generate-"));
	const teacher = { name: "mine", baseUrl: server.baseUrl, model: "practice-careful", batch: { priceShare: 0.4 } };
	await writeFile(join(cwd, "polyglot.json"), JSON.stringify({ teachers: [teacher] }));
	const env = { POLYGLOT_KEY_MINE: "key-of-mine" };
	const { code } = await called(["--teacher", "mine", ...usual, "--count", "3"], { cwd, env });
	assert.deepEqual([code, server.stats().batches], [0, 1]);
});

test("the wording in force is shown, and what is put into polyglot.json is what is asked", async () => {
	const shown = await called(["--templates"]);
	const templates = JSON.parse(shown.out);
	assert.match(templates.generate, /\{language\}.*\{task\}/s);
	assert.match(templates.system.de, /Muttersprache/);
	const own = { ...templates, respond: "Please: {prompt}" };
	await writeFile(join(shown.cwd, "polyglot.json"), JSON.stringify({ generation: { templates: own } }));
	const again = await called(["--templates"], { cwd: shown.cwd });
	assert.deepEqual(JSON.parse(again.out), own);
	const args = ["--teacher", "practice-careful", ...usual, "--count", "2", "--strategy", "respond"];
	await called(args, { cwd: shown.cwd });
	const rows = await rowsOf(join(shown.cwd, "out.jsonl"));
	assert.ok(rows.every(({ synth_prompt }) => synth_prompt.startsWith("Please: ")));
	assert.equal(new Set(rows.map(({ provenance }) => provenance?.template)).size, 1);
});

test("the summary counts what was rejected, why, and the waste", async () => {
	const args = ["--teacher", "practice-drifting", ...usual, "--strategy", "respond", "--count", "12"];
	const { out } = await called(args);
	const [, rejected, sent, waste] = /(\d+) rejected, (\d+) requests sent \(waste (\d+) %\)/.exec(out) ?? [];
	assert.ok(Number(rejected) > 0 && Number(sent) >= 12 + Number(rejected), out);
	assert.equal(Number(waste), Math.round((100 * (Number(sent) - 12)) / Number(sent)));
	assert.match(out, /Rejected:\n {2}\d+ x [a-z-]+/);
});

function checkRefused(args: readonly string[], message: RegExp): void {
	test(`refused: ${args.join(" ") || "nothing"}`, () =>
		assert.rejects(called(args), (cause: unknown) => cause instanceof UserError && message.test(cause.message)));
}
checkRefused([], /Name a --teacher/);
checkRefused(["--teacher", "nobody"], /no teacher nobody\. Known: practice-careful/);
checkRefused(["--teacher", "practice-careful"], /--lang is missing/);
checkRefused(["--teacher", "practice-careful", ...usual, "--count", "0"], /--count 0 is not a whole number from 1/);
checkRefused(
	["--teacher", "practice-careful", ...usual, "--count", "2", "--strategy", "write"],
	/--strategy write is not one of/,
);
checkRefused(["--resume", "x", "--batch", "--direct"], /--batch and --direct exclude each other/);
checkRefused(["--base-url", "ftp://x", "--model", "m"], /not an http/);
checkRefused(["--resume", "../../etc"], /no run id/);
checkRefused(["--resume", "20260101-000000-abcdef"], /no run 20260101-000000-abcdef here/);
checkRefused(["--nonsense"], /--nonsense/);
