/** `polyglot train`: uploads a dataset, launches a run and follows it; Ctrl+C leaves the run alive. */
import { open, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError } from "../core/problem.ts";
import type { RunView } from "../core/trainer/run-view.ts";
import type { TrainWish } from "../core/trainer/train-draft.ts";
import type { LaunchDetails, TrainerClient } from "../node/trainer-client.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { flag, type OptionsOf, runCommand, text, trainerOptions } from "./options.ts";
import { drawnFile } from "./train-subsample.ts";
import { trainSweep } from "./train-sweep.ts";
import { openTrainer, plain } from "./trainer-door.ts";

const usage = `Usage: polyglot train --dataset FILE [--base MODEL] [--trainer URL | --practice] [options]
       polyglot train --sweep FILE [--sweep FILE …] [--base MODEL] [--evaluate] [options]
       polyglot train --attach RUNID [--trainer URL | --practice]

  --dataset FILE   JSONL with prompt and response, or messages
  --sweep FILE     one student for each teacher in each language of these files, in one group: on Slurm one job array
  --evaluate       with --sweep: evaluate all with their base and reference, and file the scores in .polyglot/scores.jsonl
  --subsample N    train on N rows of each teacher and language, equal shares of every strategy, drawn by --seed (default
                   0): the very rows \`polyglot measure --subsample N --seed S\` measures; ids in .polyglot/subsamples/
  --base MODEL     model id as the trainer offers it (default: the trainer's first)
  --trainer URL    wss://HOST:PORT, or ws://127.0.0.1:PORT for a tunnel (default: polyglot.json, else practice)
  --practice       the practice trainer, whatever polyglot.json says
  --title TEXT     shown in lists (default: the file's name)
  --teacher NAME   who wrote the dataset (default: the first row's model)
  --lang xx        language of the dataset (default: the first row's language)
  --group NAME     runs of one sweep share a group
  --template ID    chat template (default: the model's first)
  --spec FILE      JSON with further fields of the run spec, such as {"mode":"lora","train":{"epochs":2}}
  --ca FILE, --pin SHA256   whom to trust on wss://

The token is read from POLYGLOT_TRAINER_TOKEN. Progress goes to stderr, the result as JSON to stdout.
`;

const options = {
	...trainerOptions,
	dataset: text,
	base: text,
	title: text,
	teacher: text,
	lang: text,
	group: text,
	template: text,
	spec: text,
	attach: text,
	sweep: { type: "string", multiple: true },
	evaluate: flag,
	subsample: text,
	seed: text,
} as const;

type Options = OptionsOf<typeof options>;

export const run = (args: string[], io: CommandIo): Promise<ExitCode> =>
	runCommand({ name: "train", usage, options }, args, io, (asked) => train(asked, io));

async function train(asked: Options, io: CommandIo): Promise<ExitCode> {
	const { trainer: url, practice: isPractice, ca: caFile, pin } = asked;
	const asks = [asked.dataset, asked.attach, asked.sweep].filter((one) => one !== undefined);
	if (asks.length !== 1) {
		throw new UserError(
			"usage",
			"Give --dataset FILE to launch a run, --sweep FILE for many, or --attach RUNID to follow one.",
		);
	}
	if (asked.sweep !== undefined) return sweep(asked, asked.sweep, io);
	const launch = asked.dataset === undefined ? undefined : await readLaunch(asked, asked.dataset, io);
	const door = await openTrainer({ url, caFile, pin, isPractice }, io);
	try {
		const runId = launch ? await start(door.client, launch, io) : await attach(door.client, asked.attach ?? "");
		const view = await follow(door.client, runId, io);
		if (!view) {
			io.stderr(detached(runId, door.isPractice));
			return 0;
		}
		io.stdout(`${JSON.stringify(report(view, door.client), null, "\t")}\n`);
		return view.state === "succeeded" ? 0 : 1;
	} finally {
		await door.close();
	}
}

async function sweep(asked: Options, datasets: readonly string[], io: CommandIo): Promise<ExitCode> {
	const { trainer: url, practice: isPractice, ca: caFile, pin, title, evaluate: evaluates } = asked;
	const spec = asked.spec === undefined ? {} : await readSpec(resolve(io.cwd, asked.spec));
	const drawn = await drawnFile(datasets, asked, io);
	const door = await openTrainer({ url, caFile, pin, isPractice, runMs: 0 }, io);
	try {
		const wish = wishFor(door.client, { base: asked.base, template: asked.template, spec });
		const runs = await trainSweep(door.client, { datasets: drawn ? [drawn] : datasets, wish, title, evaluates }, io);
		if (!runs) return 0;
		const views = runs.map((runId) => door.client.view(runId)).filter((view) => view !== undefined);
		io.stdout(
			`${JSON.stringify(
				views.map((view) => report(view, door.client)),
				null,
				"\t",
			)}\n`,
		);
		return views.every(({ state }) => state === "succeeded") ? 0 : 1;
	} finally {
		await door.close();
	}
}

interface PlannedLaunch {
	readonly dataset: string;
	readonly base: string | undefined;
	readonly template: string | undefined;
	readonly spec: Record<string, unknown>;
	readonly details: LaunchDetails;
}

async function readLaunch(asked: Options, file: string, io: CommandIo): Promise<PlannedLaunch> {
	const dataset = resolve(io.cwd, file);
	const first = await firstRow(dataset, file);
	const { teacher = textOf(first.model), lang: language = textOf(first.language), title, group } = asked;
	const about = { teacher, language, dataset: file };
	return {
		dataset: (await drawnFile([file], asked, io)) ?? dataset,
		base: asked.base,
		template: asked.template,
		spec: asked.spec === undefined ? {} : await readSpec(resolve(io.cwd, asked.spec)),
		details: { title: (title ?? file).slice(0, 200), ...(group ? { group } : {}), about },
	};
}

const firstBytes = 1 << 20;

/** The first row, for its language and model; a longer one is simply not read. */
async function firstRow(path: string, shown: string): Promise<Record<string, unknown>> {
	const file = await open(path).catch((cause: unknown) => {
		throw new UserError("dataset-unreadable", `The dataset ${shown} cannot be read: ${String(cause)}`, { cause });
	});
	try {
		const { bytesRead, buffer } = await file.read(Buffer.alloc(firstBytes), 0, firstBytes, 0);
		return parseObject(buffer.toString("utf8", 0, bytesRead).split("\n", 1)[0] ?? "") ?? {};
	} finally {
		await file.close();
	}
}

async function readSpec(path: string): Promise<Record<string, unknown>> {
	const spec = parseObject(await readFile(path, "utf8").catch(() => ""));
	if (!spec) throw new UserError("spec-unreadable", `${path} is no JSON object.`);
	return spec;
}

function parseObject(content: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(content);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

async function start(client: TrainerClient, launch: PlannedLaunch, io: CommandIo): Promise<string> {
	const wish = wishFor(client, launch);
	let shown = 0;
	const onUpload = (stored: number, bytes: number) => {
		if (stored - shown < bytes / 10) return;
		shown = stored;
		io.stderr(`uploaded ${stored} of ${bytes} bytes`);
	};
	const { runId } = await client.launchTrain(wish, launch.dataset, { ...launch.details, onUpload });
	io.stderr(`run ${runId}: launched on ${plain(wish.model.id)}`);
	return runId;
}

function wishFor(client: TrainerClient, asked: Pick<PlannedLaunch, "base" | "template" | "spec">): TrainWish {
	const models = client.server?.capabilities.models ?? [];
	const base = asked.base ?? models[0]?.id;
	if (base === undefined) throw new UserError("usage", "The trainer offers no model; ask who runs it.");
	const template = asked.template ?? models.find(({ id }) => id === base)?.templates[0] ?? "none";
	return { specVersion: 1, ...asked.spec, model: { id: base }, template } as TrainWish;
}

async function attach(client: TrainerClient, runId: string): Promise<string> {
	const runs = await client.list();
	if (runs.some((one) => one.runId === runId)) return runId;
	throw new UserError("trainer-not_found", `The trainer does not know the run ${plain(runId)}.`);
}

/** The final view, or undefined where the user went away first. */
export async function follow(client: TrainerClient, runId: string, io: CommandIo): Promise<RunView | undefined> {
	const lines = new Set<string>();
	const tell = () => {
		const line = progressLine(runId, client);
		if (line === undefined || lines.has(line)) return;
		lines.add(line);
		io.stderr(line);
	};
	const stop = client.onChange(tell);
	try {
		return await client.whenFinal(runId, io.signal);
	} catch (cause) {
		if (io.signal.aborted) return undefined;
		throw cause;
	} finally {
		tell();
		stop();
	}
}

/** One line a state, a tenth of the way, or a change of the link. */
function progressLine(runId: string, client: TrainerClient): string | undefined {
	const { link } = client;
	if (link.state === "waiting") return `run ${runId}: no link to the trainer, trying again (${plain(link.why)})`;
	const view = client.view(runId);
	if (!view?.state) return undefined;
	const { state, reason, progress, metrics } = view;
	const why = reason === null ? "" : ` (${plain(reason)})`;
	const total = progress?.totalSteps ?? 0;
	const step = metrics.at(-1)?.step ?? 0;
	const tenth = total === 0 ? 0 : Math.floor((10 * step) / total);
	const shown = metrics.findLast((metric) => tenth === 0 || metric.step <= Math.ceil((tenth * total) / 10));
	if (state !== "running" || !shown || tenth === 0) return `run ${runId}: ${plain(state)}${why}`;
	const held = metrics.findLast(({ evalLoss }) => evalLoss !== undefined && evalLoss !== null);
	const evalLoss = held?.evalLoss === undefined ? "" : `, held-out ${fixed(held.evalLoss)}`;
	return `run ${runId}: ${10 * tenth} % of ${total} steps, loss ${fixed(shown.loss)}${evalLoss}`;
}

const fixed = (value: number | null) => (value === null ? "–" : value.toFixed(3));

function detached(runId: string, isPractice: boolean): string {
	const again = `\`polyglot train --attach ${runId}${isPractice ? " --practice" : ""}\``;
	return isPractice
		? `run ${runId}: stopped with the practice trainer; it goes on from its last checkpoint with ${again}`
		: `run ${runId}: goes on at the trainer; watch it again with ${again}`;
}

function report(view: RunView, client: TrainerClient): Record<string, unknown> {
	const student = client.students().find(({ run }) => run.runId === view.runId);
	const spec = student?.run.spec as { model?: { id?: string }; data?: { sha256?: string } } | undefined;
	const last = view.metrics.at(-1);
	const held = view.metrics.findLast(({ evalLoss }) => evalLoss !== undefined);
	return {
		run_id: view.runId,
		state: view.state,
		reason: view.reason,
		message: view.failure?.message ?? view.message,
		student_base: spec?.model?.id ?? null,
		teacher_model: student?.about.teacher ?? null,
		target_lang: student?.about.language ?? null,
		steps: last?.step ?? 0,
		loss: last?.loss ?? null,
		eval_loss: held?.evalLoss ?? null,
		train_tokens: last?.trainTokens ?? null,
		dataset_sha256: spec?.data?.sha256 ?? null,
		practice: view.isPractice,
	};
}
