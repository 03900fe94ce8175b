/** `polyglot train` and `polyglot evaluate` on practice mode, as a user would chain them. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Command, CommandIo } from "../../server/cli/command.ts";
import { run as evaluate } from "../../server/cli/evaluate.ts";
import { run as train } from "../../server/cli/train.ts";
import { startPracticeTrainer } from "../../server/practice/trainer.ts";
import { recorded } from "./recorded.ts";

const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const cwd = await mkdtemp(join(tmpdir(), "train-"));
const trainer = await startPracticeTrainer({ folder: join(cwd, "trainer"), mediaFolder, runMs: 0 });
after(async () => {
	await trainer.close();
	await rm(cwd, { recursive: true });
});

const seeds = (await readFile(join(mediaFolder, "practice/en.jsonl"), "utf8")).split("\n");
const rows = seeds.filter((line) => line.includes('"split":"teacher"'));
await writeFile(join(cwd, "good.jsonl"), `${rows.join("\n")}\n`);
await writeFile(join(cwd, "bad.jsonl"), '{"prompt":"a","response":"b"}\n{"prompt":"a"}\n');

const ask = (command: Command, args: string[], more: Partial<CommandIo> = {}) =>
	recorded(command, args, cwd, { env: { POLYGLOT_TRAINER_TOKEN: trainer.token }, ...more });

const at = ["--trainer", trainer.url];

test("a dataset becomes a student, and the student becomes rows of the score", async () => {
	const trained = await ask(train, ["--dataset", "good.jsonl", "--teacher", "me", ...at]);
	assert.equal(trained.code, 0, trained.stderr.join("\n"));
	const student = JSON.parse(trained.stdout);
	assert.deepEqual(
		[student.state, student.student_base, student.teacher_model, student.target_lang, student.steps, student.practice],
		["succeeded", "practice-base", "me", "en", 40, true],
	);
	assert.ok(student.eval_loss < 3, `held-out loss ${student.eval_loss}`);
	assert.ok(
		trained.stderr.some((line) => line.includes("100 % of 40 steps")),
		trained.stderr.join("\n"),
	);

	const evaluated = await ask(evaluate, ["--run", student.run_id, "--anchors", "anchors.json", ...at]);
	assert.equal(evaluated.code, 0, evaluated.stderr.join("\n"));
	const [row] = JSON.parse(evaluated.stdout);
	assert.deepEqual(
		[row.student_base, row.teacher_model, row.target_lang, row.missing_tasks, row.practice],
		["practice-base", "me", "en", [], true],
	);
	assert.deepEqual(
		row.tasks.map(({ task }: { task: string }) => task),
		["practice_choice"],
	);
	const anchors = JSON.parse(await readFile(join(cwd, "anchors.json"), "utf8"));
	const { base, ref, base_stderr: baseError, ref_stderr: refError } = anchors.languages.en;
	assert.ok(ref - base > 2 * Math.hypot(baseError, refError), `reference ${ref} against base ${base}`);
	assert.ok(row.result > base, `student ${row.result} against base ${base}`);
});

test("text is one block a language", async () => {
	const { code, stdout } = await ask(evaluate, ["--model", "practice-base", "--lang", "en", "--format", "text", ...at]);
	assert.equal(code, 0);
	assert.match(stdout, /^en {2}practice-base: 0\.2000 ± 0\.0283\n {4}practice_choice: 0\.2000 ± 0\.0283\n$/);
});

test("Ctrl+C leaves the run alive and says how to come back", async () => {
	const lines: string[] = [];
	const again = new AbortController();
	const left = await ask(train, ["--dataset", "good.jsonl", ...at], {
		signal: again.signal,
		stderr: (line) => {
			lines.push(line);
			again.abort();
		},
	});
	assert.equal(left.code, 0);
	const runId = /--attach ([\w-]+)/.exec(lines.at(-1) ?? "")?.[1] ?? "";
	const attached = await ask(train, ["--attach", runId, ...at]);
	assert.equal(JSON.parse(attached.stdout).state, "succeeded");
});

async function refused(command: Command, args: string[], message: RegExp, env: CommandIo["env"] = {}): Promise<void> {
	const { code, stdout, stderr } = await ask(command, args, {
		env: { POLYGLOT_TRAINER_TOKEN: trainer.token, ...env },
	});
	assert.deepEqual([code, stdout], [2, ""]);
	assert.match(stderr.at(-1) ?? "", message);
	assert.ok(!stderr.join().includes(trainer.token));
}

test("a bad row is named with its line", () =>
	refused(train, ["--dataset", "bad.jsonl", ...at], /line 2, missing_field/));
test("a dataset that is not there", () =>
	refused(train, ["--dataset", "none.jsonl", ...at], /none\.jsonl cannot be read/));
test("a wrong token", () =>
	refused(train, ["--dataset", "good.jsonl", ...at], /refuses the token.*token add/, {
		POLYGLOT_TRAINER_TOKEN: "plt_no",
	}));
test("no token", () =>
	refused(train, ["--dataset", "good.jsonl", ...at], /POLYGLOT_TRAINER_TOKEN is not set/, {
		POLYGLOT_TRAINER_TOKEN: undefined,
	}));
test("an unencrypted address beyond this machine", () =>
	refused(train, ["--dataset", "good.jsonl", "--trainer", "ws://gpu.example:8917"], /unencrypted.*ssh -L/));
test("a model the trainer does not have", () =>
	refused(train, ["--dataset", "good.jsonl", "--base", "gpt", ...at], /trains practice-base only/));
test("an evaluation of nothing", () => refused(evaluate, [...at], /--run RUNID/));
test("a run that is unknown", () => refused(evaluate, ["--run", "r-00000000", ...at], /does not know the run/));
test("a format that is unknown", () =>
	refused(evaluate, ["--model", "x", "--lang", "en", "--format", "xml", ...at], /--format xml/));

test("a sweep is one command: a student for each teacher in each language, evaluated and scored", async () => {
	const some = ["a-teacher", "b-teacher"].flatMap((model) =>
		rows.slice(0, 24).map((line) => JSON.stringify({ ...JSON.parse(line), model, language: "en" })),
	);
	await writeFile(join(cwd, "both.jsonl"), `${some.join("\n")}\n`);
	const swept = await ask(train, ["--sweep", "both.jsonl", "--evaluate", ...at]);
	assert.equal(swept.code, 0, swept.stderr.join("\n"));
	const students = JSON.parse(swept.stdout) as Record<string, unknown>[];
	assert.deepEqual(
		students.map((student) => [student.teacher_model, student.target_lang, student.state]),
		[
			["a-teacher", "en", "succeeded"],
			["b-teacher", "en", "succeeded"],
		],
	);
	assert.match(swept.stderr.join("\n"), /sweep sweep-\d+: 2 students, 48 rows/);
	const scores = (await readFile(join(cwd, ".polyglot/scores.jsonl"), "utf8"))
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	const filed = scores.filter(({ teacher_model }) => /^[ab]-teacher$/.test(teacher_model));
	assert.equal(filed.length, 2);
	for (const { ref, base, result } of filed) assert.ok(ref > base && result > base);
});

test("items of one's own need a trainer that can judge them, and a name, a language and a file", async () => {
	await writeFile(join(cwd, "quiz.jsonl"), '{"id":"1","question":"?","choices":["a","b"],"answer":1}\n');
	const model = ["--model", "practice-base", "--lang", "en"];
	const refused = await ask(evaluate, [...model, "--items", "quiz:en=quiz.jsonl", ...at]);
	assert.deepEqual([refused.code, refused.stdout], [2, ""]);
	assert.match(refused.stderr.join(), /can't judge items/);
	const unclear = await ask(evaluate, [...model, "--items", "quiz.jsonl", ...at]);
	assert.match(unclear.stderr.join(), /NAME:xx=FILE/);
});
