/** `polyglot evaluate`: what a student reaches, as rows the score is made of; base and reference with the same settings. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { OwnItems } from "../core/evaluation.ts";
import { UserError } from "../core/problem.ts";
import { anchorFrom } from "../core/score/own-score.ts";
import type { Task } from "../core/score/rows.ts";
import { type Extrinsic, extrinsicOf } from "../core/trainer/extrinsic.ts";
import type { RunView } from "../core/trainer/run-view.ts";
import type { EvalSpec } from "../core/trainer/spec.ts";
import type { TrainerClient } from "../node/trainer-client.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { type OptionsOf, runCommand, text, trainerOptions } from "./options.ts";
import { follow } from "./train.ts";
import { openTrainer, plain } from "./trainer-door.ts";

const usage = `Usage: polyglot evaluate --run RUNID | --model NAME  --lang xx[,yy] [--trainer URL | --practice] [options]

  --run RUNID       a trained student
  --model NAME      a model as it is, such as the base
  --lang xx,yy      languages (default: the student's own)
  --tasks a,b       benchmarks (default: all the trainer has for these languages)
  --teacher NAME    whose student it is (default: as it was trained)
  --anchors FILE    also evaluate base and reference with the same settings, and write them for polyglot score --anchors
  --reference NAME  reference model for --anchors (default: practice-reference in practice mode)
  --items T:xx=FILE your own benchmark: its name, language and JSONL file; may be given again
  --max-samples N   items per benchmark at most
  --format          json (default) or text

json is an array of rows {student_base, teacher_model, target_lang, result, result_stderr, tasks, missing_tasks, …}
for polyglot score --extrinsic. The token is read from POLYGLOT_TRAINER_TOKEN.
`;

const options = {
	...trainerOptions,
	run: text,
	model: text,
	lang: text,
	tasks: text,
	teacher: text,
	anchors: text,
	reference: text,
	items: { type: "string", multiple: true },
	"max-samples": text,
	format: { type: "string", default: "json" },
} as const;

type Options = OptionsOf<typeof options>;
type Row = Record<string, unknown> & { readonly target_lang: string } & Omit<
		Extrinsic,
		"resultStderr" | "missingTasks"
	>;

export const run = (args: string[], io: CommandIo): Promise<ExitCode> =>
	runCommand({ name: "evaluate", usage, options }, args, io, (asked) => evaluate(asked, io));

async function evaluate(asked: Options, io: CommandIo): Promise<ExitCode> {
	if ((asked.run === undefined) === (asked.model === undefined)) {
		throw new UserError("usage", "Give --run RUNID for a student, or --model NAME for a model as it is.");
	}
	if (asked.format !== "json" && asked.format !== "text") {
		throw new UserError("usage", `--format ${plain(asked.format)}: choose json or text.`);
	}
	const { trainer: url, practice: isPractice, ca: caFile, pin } = asked;
	const door = await openTrainer({ url, caFile, pin, isPractice, runMs: 0 }, io);
	try {
		const rows = await evaluateWith(door.client, asked, io);
		if (!rows) return 0;
		io.stdout(asked.format === "json" ? `${JSON.stringify(rows, null, "\t")}\n` : asText(rows));
		return rows.every(({ result }) => result !== null) ? 0 : 1;
	} finally {
		await door.close();
	}
}

interface Target {
	readonly spec: EvalSpec["target"];
	readonly base: string;
	readonly teacher: string | undefined;
	readonly languages: readonly string[];
}

async function evaluateWith(client: TrainerClient, asked: Options, io: CommandIo): Promise<Row[] | undefined> {
	const target = await chooseTarget(client, asked);
	const own = await uploadItems(client, asked.items ?? [], io);
	const spec = own.length > 0 ? ownSpec(client, asked, target, own) : specFor(client, asked, target);
	const view = await measured(client, spec, io);
	if (!view) return undefined;
	const rows = target.languages.map((language) => rowOf(view, target, language));
	if (asked.anchors !== undefined) await writeAnchors(client, asked, { spec, target, rows }, io);
	return rows;
}

async function chooseTarget(client: TrainerClient, asked: Options): Promise<Target> {
	const languages = asked.lang?.split(",").filter((code) => code !== "");
	if (asked.run === undefined) {
		if (!languages?.length) throw new UserError("usage", "Give --lang xx with --model.");
		const id = asked.model ?? "";
		return { spec: { model: { id } }, base: id, teacher: asked.teacher, languages };
	}
	const runId = asked.run;
	await client.list({ kind: "train" });
	const student = client.students().find(({ run }) => run.runId === runId);
	if (!student) throw new UserError("trainer-not_found", `The trainer does not know the run ${plain(runId)}.`);
	const own = student.about.language;
	const chosen = languages ?? (typeof own === "string" ? [own] : []);
	if (chosen.length === 0) throw new UserError("usage", "The run says no language; give --lang xx.");
	const model = student.run.spec?.model as { id?: unknown } | undefined;
	const teacher =
		asked.teacher ?? (typeof student.about.teacher === "string" ? student.about.teacher : student.run.title);
	return { spec: { runId }, base: typeof model?.id === "string" ? model.id : "unknown", teacher, languages: chosen };
}

function specFor(client: TrainerClient, asked: Options, { spec: target, languages }: Target): EvalSpec {
	const offered = client.server?.capabilities;
	const known = (offered?.evalTasks ?? []).filter((task) => task.languages.some((code) => languages.includes(code)));
	const tasks = asked.tasks?.split(",").filter((task) => task !== "") ?? known.map(({ task }) => task);
	if (tasks.length === 0) {
		throw new UserError("trainer-no-tasks", `The trainer has no benchmark for ${plain(languages.join(", "))}.`);
	}
	return {
		specVersion: 1,
		target,
		backend: offered?.evalBackends[0] ?? "builtin",
		tasks,
		languages: [...languages],
		...mostSamples(asked),
	};
}

/** On the user's own items: only the backend that judges uploaded rows can do that. */
function ownSpec(
	client: TrainerClient,
	asked: Options,
	{ spec: target, languages }: Target,
	own: readonly OwnItems[],
): EvalSpec {
	if (!client.server?.capabilities.evalBackends.includes("builtin")) {
		throw new UserError("trainer-no-items", "This trainer can't judge items of one's own; --items needs another.");
	}
	const data = Object.fromEntries(own.map(({ task, language, sha256 }) => [`${task}:${language}`, sha256]));
	const tasks = [...new Set(own.map(({ task }) => task))];
	return { specVersion: 1, target, backend: "builtin", tasks, languages: [...languages], data, ...mostSamples(asked) };
}

async function uploadItems(client: TrainerClient, given: readonly string[], io: CommandIo): Promise<OwnItems[]> {
	const items: OwnItems[] = [];
	for (const text of given) {
		const [, task, language, file] = /^([a-z][a-z0-9_]{0,39}):([a-z]{2,3})=(.+)$/.exec(text) ?? [];
		if (!task || !language || !file) throw new UserError("usage", `--items ${plain(text)}: write NAME:xx=FILE.`);
		const { sha256 } = await client.upload(resolve(io.cwd, file), "eval-jsonl");
		items.push({ task, language, sha256 });
	}
	return items;
}

function mostSamples(asked: Options): { maxSamples?: number } {
	const given = asked["max-samples"];
	if (given === undefined) return {};
	const maxSamples = Number(given);
	if (Number.isInteger(maxSamples) && maxSamples >= 1) return { maxSamples };
	throw new UserError("usage", `--max-samples ${plain(given)}: a whole number from 1.`);
}

/** Undefined where the user went away; the evaluation goes on at the trainer. */
async function measured(client: TrainerClient, spec: EvalSpec, io: CommandIo): Promise<RunView | undefined> {
	const title = "runId" in spec.target ? `evaluate ${spec.target.runId}` : `evaluate ${spec.target.model.id}`;
	const { runId } = await client.launchEval(spec, { title: title.slice(0, 200) });
	const view = await follow(client, runId, io);
	if (!view) {
		io.stderr(`run ${runId}: goes on at the trainer; its results stay there and can be read again`);
		return undefined;
	}
	if (view.state === "succeeded") return view;
	const why = view.failure?.message ?? view.reason ?? "no reason given";
	throw new UserError("evaluation-failed", `The evaluation ${runId} ended as ${view.state}: ${why}`);
}

function rowOf(view: RunView, { base, teacher }: Target, language: string): Row {
	const { tasks, missingTasks, result, resultStderr } = extrinsicOf(view, language);
	return {
		student_base: base,
		...(teacher === undefined ? {} : { teacher_model: teacher }),
		target_lang: language,
		result,
		result_stderr: resultStderr,
		tasks,
		missing_tasks: missingTasks,
		run_id: view.runId,
		practice: view.isPractice,
	};
}

async function writeAnchors(
	client: TrainerClient,
	asked: Options,
	{ spec, target, rows }: { spec: EvalSpec; target: Target; rows: readonly Row[] },
	io: CommandIo,
): Promise<void> {
	const reference = asked.reference ?? (client.server?.server.practice ? "practice-reference" : undefined);
	if (reference === undefined) throw new UserError("usage", "Give --reference NAME with --anchors.");
	const base = await measured(client, { ...spec, target: { model: { id: target.base } } }, io);
	const best = base && (await measured(client, { ...spec, target: { model: { id: reference } } }, io));
	if (!base || !best) return;
	const languages: Record<string, unknown> = {};
	for (const { target_lang: language, tasks } of rows) {
		const of = (view: RunView): readonly Task[] => extrinsicOf(view, language).tasks;
		const { anchor, refusal } = anchorFrom(tasks, of(base), of(best));
		if (anchor) languages[language] = anchor;
		else io.stderr(`no anchor for ${language}: ${plain(refusal)}`);
	}
	const content = { student_base: target.base, reference, languages };
	await writeFile(resolve(io.cwd, asked.anchors ?? ""), `${JSON.stringify(content, null, "\t")}\n`);
}

function asText(rows: readonly Row[]): string {
	const lines = rows.flatMap(
		({ target_lang: language, tasks, result, result_stderr: stderr, student_base, teacher_model }) => {
			const who = [student_base, teacher_model].filter((name) => name !== undefined).map((name) => plain(String(name)));
			const head = `${language}  ${who.join(", ")}: ${number(result)} ± ${number(stderr)}`;
			return [head, ...tasks.map((task) => `    ${plain(task.task)}: ${number(task.value)} ± ${number(task.stderr)}`)];
		},
	);
	return `${lines.join("\n")}\n`;
}

const number = (value: unknown) => (typeof value === "number" ? value.toFixed(4) : "–");
