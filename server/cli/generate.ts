/** `polyglot generate`: asks teachers for samples and appends the accepted ones to a file. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RunTeacher } from "../core/generate/run-records.ts";
import { UserError } from "../core/problem.ts";
import { Teacher } from "../core/project.ts";
import { Strategy } from "../core/sample-row.ts";
import { type GenerateRun, type RunSurroundings, resumeGenerateRun, startGenerateRun } from "../node/generate-run.ts";
import type { SessionEnd, SessionProgress } from "../node/generate-session.ts";
import { keyFromEnvironment } from "../node/teacher-keys.ts";
import { practiceTeachers, startPracticeTeachers } from "../practice/teachers.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { teachersOfProject } from "./generate-project.ts";

const usage = `Usage: polyglot generate --teacher NAME… --lang xx --strategy generate|translate|respond[,…] --seeds FILE… --count N --out FILE
       polyglot generate --resume RUNID

Asks teachers for samples and appends the accepted ones to FILE. Progress goes to stderr, a summary to stdout.

  --teacher NAME    a teacher of polyglot.json, or a practice teacher (practice-careful, practice-terse, practice-drifting); repeatable
  --base-url URL    an OpenAI-compatible endpoint to use without polyglot.json, with --model
  --model NAME      the model's name at that endpoint
  --lang xx         language of the samples, ISO 639-1
  --strategy S      generate, translate, respond, or several with commas, in equal shares; default: generate
  --seeds FILE      seed file; repeatable
  --count N         accepted samples wanted of each teacher
  --out FILE        JSONL file the samples are appended to
  --seed N          decides every draw; default 0
  --concurrency N   requests sent at once at most
  --project FILE    default: polyglot.json of the current folder, if there is one
  --resume RUNID    goes on with an interrupted run
  --format FORMAT   json or text (default) for the summary

Keys are read from POLYGLOT_KEY_<TEACHER>, such as POLYGLOT_KEY_GEMMA_3_27B; OPENAI_API_KEY goes to api.openai.com only.
Exit code: 0 = all targets reached, 1 = the run ended short, paused or was cancelled, 2 = unusable arguments or files.
`;

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	const values = parsed(args);
	if (values.help) {
		io.stdout(usage);
		return 0;
	}
	const teachers = values.resume === undefined ? await chosenTeachers(values, io) : [];
	// A resumed run may have practice teachers; they are started in any case and cost nothing.
	const needsPractice = values.resume !== undefined || teachers.some(({ isPractice }) => isPractice);
	const practice = needsPractice ? await startPracticeTeachers({ mediaFolder: io.mediaFolder }) : undefined;
	try {
		const present = practice ? practiceTeachers(practice.baseUrl) : [];
		const surroundings = surroundingsOf(io, present, practice?.apiKey ?? null);
		const started = await (values.resume === undefined
			? startNew(
					values,
					io,
					teachers.map((teacher) => present.find(({ name }) => teacher.isPractice && name === teacher.name) ?? teacher),
					surroundings,
				)
			: resumeGenerateRun(values.resume, { ...surroundings, teachers: present }));
		return await finished(started, values.format, io);
	} finally {
		await practice?.close();
	}
}

type Values = ReturnType<typeof parsed>;

function parsed(args: string[]) {
	const text = { type: "string" as const };
	const several = { type: "string" as const, multiple: true as const };
	try {
		const { values } = parseArgs({
			args,
			options: {
				teacher: several,
				"base-url": text,
				model: text,
				lang: text,
				strategy: { ...text, default: "generate" },
				seeds: several,
				count: text,
				out: text,
				seed: { ...text, default: "0" },
				concurrency: text,
				project: text,
				resume: text,
				format: { ...text, default: "text" },
				help: { type: "boolean", short: "h" },
			},
		});
		if (values.format !== "json" && values.format !== "text")
			throw new Error(`--format is json or text, not ${values.format}`);
		return values;
	} catch (cause) {
		throw new UserError(
			"arguments",
			`${cause instanceof Error ? cause.message : String(cause)}. See polyglot generate --help.`,
			{ cause },
		);
	}
}

async function chosenTeachers(values: Values, io: CommandIo): Promise<RunTeacher[]> {
	const { teacher: names = [], model } = values;
	const baseUrl = values["base-url"];
	if (baseUrl !== undefined) return [limited(endpointTeacher(baseUrl, model, names[0]), values)];
	if (names.length === 0)
		throw new UserError("arguments", "Name a --teacher, or an endpoint with --base-url and --model.");
	const known = await teachersOfProject(values.project, io.cwd);
	return names.map((name) => {
		const own = known.find((teacher) => teacher.name === name);
		const canned = practiceTeachers("http://127.0.0.1").find((teacher) => teacher.name === name);
		const found = own ?? canned;
		if (found) return limited(found, values);
		const offered = [...known, ...practiceTeachers("http://127.0.0.1")].map((teacher) => teacher.name).join(", ");
		throw new UserError(
			"teacher-unknown",
			`There is no teacher ${name}. Known: ${offered}. Add it to polyglot.json, or use --base-url and --model.`,
		);
	});
}

function endpointTeacher(baseUrl: string, model: string | undefined, name: string | undefined): RunTeacher {
	if (model === undefined)
		throw new UserError("arguments", "--base-url needs --model, the model's name at that endpoint.");
	const teacher = Teacher.safeParse({ name: name ?? model.replaceAll(/[^\w.@-]/g, "-").slice(0, 64), baseUrl, model });
	if (!teacher.success)
		throw new UserError(
			"arguments",
			`--base-url ${baseUrl} is not an http:// or https:// address without user, query or spaces.`,
		);
	return teacher.data;
}

function limited(teacher: RunTeacher, { concurrency }: Values): RunTeacher {
	return concurrency === undefined ? teacher : { ...teacher, concurrency: whole("concurrency", concurrency, 1, 1000) };
}

function startNew(
	values: Values,
	io: CommandIo,
	teachers: readonly RunTeacher[],
	surroundings: RunSurroundings,
): Promise<GenerateRun> {
	const language = required("lang", values.lang);
	const output = resolve(io.cwd, required("out", values.out));
	const seedFiles = (values.seeds ?? []).map((path) => resolve(io.cwd, path));
	if (seedFiles.length === 0) throw new UserError("arguments", "--seeds is missing: a JSONL file of seeds.");
	if (!/^[a-z]{2,3}$/.test(language))
		throw new UserError("arguments", `--lang ${language} is no language code such as de.`);
	const count = whole("count", required("count", values.count), 1, 10_000_000);
	const seed = whole("seed", values.seed, 0, 2 ** 31 - 1);
	return startGenerateRun({
		...surroundings,
		teachers,
		language,
		strategies: strategiesOf(values.strategy),
		seedFiles,
		count,
		output,
		seed,
	});
}

function strategiesOf(text: string): Strategy[] {
	const names = [...new Set(text.split(",").map((name) => name.trim()))];
	return names.map((name) => {
		const strategy = Strategy.safeParse(name);
		if (!strategy.success)
			throw new UserError("arguments", `--strategy ${name} is not one of generate, translate, respond.`);
		return strategy.data;
	});
}

function required(name: string, value: string | undefined): string {
	if (value === undefined || value === "")
		throw new UserError("arguments", `--${name} is missing. See polyglot generate --help.`);
	return value;
}

function whole(name: string, text: string, least: number, most: number): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < least || value > most)
		throw new UserError("arguments", `--${name} ${text} is not a whole number from ${least} to ${most}.`);
	return value;
}

function surroundingsOf(io: CommandIo, practice: readonly RunTeacher[], practiceKey: string | null): RunSurroundings {
	const practiceOrigins = new Set(practice.map(({ baseUrl }) => new URL(baseUrl).origin));
	let shown = Number.NEGATIVE_INFINITY;
	return {
		folder: io.cwd,
		signal: io.signal,
		key: async (name, origin) => (practiceOrigins.has(origin) ? practiceKey : keyFromEnvironment(io.env, name, origin)),
		onProgress: (progress) => {
			// A line a second is enough for a terminal and for a log.
			if (progress.state !== "running" || performance.now() - shown < 1_000) return;
			shown = performance.now();
			io.stderr(progressLine(progress));
		},
	};
}

/** Such as `38 of 120 accepted, 2 rejected, 4.2/s, 20 s left, 8 of 8 in flight`. */
function progressLine({
	accepted,
	target,
	rejected,
	ratePerS,
	etaS,
	inFlight,
	limit,
	waiting,
}: SessionProgress): string {
	const parts = [`${accepted} of ${target} accepted`, `${rejected} rejected`];
	if (ratePerS !== null) parts.push(`${ratePerS.toFixed(1)}/s`);
	if (etaS !== null) parts.push(`${Math.ceil(etaS)} s left`);
	parts.push(`${inFlight} of ${limit} in flight`);
	if (waiting !== null) parts.push(`waiting: ${waiting}`);
	return parts.join(", ");
}

async function finished(started: GenerateRun, format: string, io: CommandIo): Promise<ExitCode> {
	io.stderr(`run ${started.runId}`);
	for (const note of started.notes) io.stderr(note);
	const end = await started.ended;
	if (end.message !== null) io.stderr(end.message);
	const isShort = end.state === "done" && end.accepted < end.target;
	if (end.state !== "done") io.stderr(`Go on with: polyglot generate --resume ${end.runId}`);
	io.stdout(format === "json" ? `${JSON.stringify(summaryOf(end))}\n` : `${summaryText(end)}\n`);
	return end.state === "done" && !isShort ? 0 : 1;
}

function summaryOf({ ratePerS, etaS, inFlight, limit, waiting, ...rest }: SessionEnd): object {
	return { ...rest, attemptsPerAccepted: rest.accepted === 0 ? null : rest.attempts / rest.accepted };
}

function summaryText({ state, accepted, target, rejected, attempts, output, cells, reasons }: SessionEnd): string {
	const rows = cells.map(
		(cell) => `  ${cell.teacher}, ${cell.strategy}, ${cell.language}: ${cell.accepted} of ${cell.target}`,
	);
	const why = Object.entries(reasons).map(([reason, count]) => `  ${count} x ${reason}`);
	return [
		`${state}: ${accepted} of ${target} samples accepted, ${rejected} rejected, ${attempts} requests sent. ${output}`,
		...rows,
		...(why.length > 0 ? ["Rejected:", ...why] : []),
	].join("\n");
}
