/** `polyglot generate`: asks teachers for samples and appends the accepted ones to a file. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { acceptByChecks } from "../core/generate/accept-by-checks.ts";
import { originOf } from "../core/generate/base-url.ts";
import { estimateText } from "../core/generate/estimate-text.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import type { Budget } from "../core/generate/spending.ts";
import { UserError } from "../core/problem.ts";
import { type Project, Teacher } from "../core/project.ts";
import { Strategy } from "../core/sample-row.ts";
import {
	estimateGenerateRun,
	type GenerateOptions,
	type GenerateRun,
	type ResumeOptions,
	type RunSurroundings,
	resumeGenerateRun,
	startGenerateRun,
} from "../node/generate-run.ts";
import type { SessionEnd, SessionProgress } from "../node/generate-session.ts";
import { detectorsOrFranc } from "../node/language-detectors.ts";
import { keyFromEnvironment } from "../node/teacher-keys.ts";
import { practiceTeachers, startPracticeTeachers } from "../practice/teachers.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { readProjectFile } from "./generate-project.ts";

const usage = `Usage: polyglot generate --teacher NAME… --lang xx[,…] --strategy generate|translate|respond[,…] --seeds FILE… --count N --out FILE
       polyglot generate --resume RUNID

Asks teachers for samples and appends the accepted ones to FILE. Progress goes to stderr, a summary to stdout. What is left out
is taken from \`generation\` of polyglot.json: there a whole grid of teachers, languages and strategies can be written down.

  --teacher NAME     a teacher of polyglot.json, or a practice teacher (practice-careful, practice-terse, practice-drifting); repeatable
  --base-url URL     an OpenAI-compatible endpoint to use without polyglot.json, with --model
  --model NAME       the model's name at that endpoint
  --lang xx          languages of the samples, ISO 639-1, with commas
  --strategy S       generate, translate, respond, or several with commas, in equal shares; default: generate
  --seeds FILE       seed file; repeatable
  --count N          accepted samples wanted of each teacher in each language
  --out FILE         JSONL file the samples are appended to
  --seed N           decides every draw; default 0
  --concurrency N    requests sent at once at most
  --budget N         pauses before more than this is spent, in the currency of the teachers' prices
  --estimate         shows requests, tokens, cost and time to expect, and sends nothing
  --accept RULE      checks (default where polyglot.json says nothing else): the annotator's checks must pass; valid: the answer's form is enough
  --fresh            asks again even where an earlier run has the answer to the same request
  --reuse-from URL   takes answers of the same models at another address as well; repeatable
  --project FILE     default: polyglot.json of the current folder, if there is one
  --resume RUNID     goes on with an interrupted run
  --rerun CAUSES     with --resume: asks again what was given up as truncated, invalid, language-mismatch, …; with commas
  --max-tokens N     tokens an answer may have; with --resume --rerun truncated only cut-off answers are asked again
  --format FORMAT    json or text (default) for the summary

A new run first sends each endpoint up to six small requests, to find out which answer form and token limit it keeps to.
Keys are read from POLYGLOT_KEY_<TEACHER>, such as POLYGLOT_KEY_GEMMA_3_27B; OPENAI_API_KEY goes to api.openai.com only.
Exit code: 0 = all targets reached, 1 = the run ended short, paused or was cancelled, 2 = unusable arguments or files.
`;

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	const values = parsed(args);
	if (values.help) {
		io.stdout(usage);
		return 0;
	}
	const project = await readProjectFile(values.project, io.cwd);
	const teachers = values.resume === undefined ? chosenTeachers(values, project) : [];
	// A resumed run may have practice teachers; they are started in any case and cost nothing.
	const needsPractice = values.resume !== undefined || teachers.some(({ isPractice }) => isPractice);
	const practice = needsPractice ? await startPracticeTeachers({ mediaFolder: io.mediaFolder }) : undefined;
	try {
		const canned = practice ? practiceTeachers(practice.baseUrl) : [];
		const present = teachers.map((teacher) => addressed(teacher, canned));
		const surroundings = await surroundingsOf(values, project, io, { canned, key: practice?.apiKey ?? null });
		if (values.resume !== undefined)
			return await finished(
				await resumeGenerateRun(values.resume, {
					...rerunOf(values),
					...surroundings,
					...budgetOf(values, project, []),
					teachers: canned,
				}),
				values.format,
				io,
			);
		const options: GenerateOptions = { ...surroundings, ...newRun(values, project, io, present) };
		const estimate = await estimateGenerateRun(options);
		if (values.estimate) {
			io.stdout(values.format === "json" ? `${JSON.stringify(estimate)}\n` : `${estimateText(estimate)}\n`);
			return 0;
		}
		io.stderr(estimateText(estimate).split("\n")[0] ?? "");
		return await finished(await startGenerateRun(options), values.format, io);
	} finally {
		await practice?.close();
	}
}

/** The practice teacher at its present address, concurrency kept. */
function addressed(teacher: RunTeacher, canned: readonly RunTeacher[]): RunTeacher {
	const found = teacher.isPractice ? canned.find(({ name }) => name === teacher.name) : undefined;
	return found ? { ...teacher, baseUrl: found.baseUrl } : teacher;
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
				strategy: text,
				seeds: several,
				count: text,
				out: text,
				seed: { ...text, default: "0" },
				concurrency: text,
				budget: text,
				estimate: { type: "boolean" },
				accept: text,
				fresh: { type: "boolean" },
				"reuse-from": several,
				project: text,
				resume: text,
				rerun: text,
				"max-tokens": text,
				format: { ...text, default: "text" },
				help: { type: "boolean", short: "h" },
			},
		});
		if (values.accept !== undefined && values.accept !== "checks" && values.accept !== "valid")
			throw new Error(`--accept is checks or valid, not ${values.accept}`);
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

function chosenTeachers(values: Values, project: Project): RunTeacher[] {
	const { teacher: named = [], model } = values;
	const baseUrl = values["base-url"];
	if (baseUrl !== undefined) return [limited(endpointTeacher(baseUrl, model, named[0]), values)];
	const grid = project.generation;
	const names = named.length > 0 ? named : (grid?.teachers ?? (grid ? project.teachers.map(({ name }) => name) : []));
	if (names.length === 0)
		throw new UserError("arguments", "Name a --teacher, or an endpoint with --base-url and --model.");
	const known = [...project.teachers, ...practiceTeachers("http://127.0.0.1")];
	return names.map((name) => {
		const found = known.find((teacher) => teacher.name === name);
		if (found) return limited(found, values);
		const offered = known.map((teacher) => teacher.name).join(", ");
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

function limited(teacher: RunTeacher, values: Values): RunTeacher {
	const { concurrency } = values;
	const maxTokens = maxTokensOf(values);
	return {
		...teacher,
		...(concurrency === undefined ? {} : { concurrency: whole("concurrency", concurrency, 1, 1000) }),
		...(maxTokens === undefined ? {} : { sampling: { ...teacher.sampling, maxTokens } }),
	};
}

function maxTokensOf(values: Values): number | undefined {
	const text = values["max-tokens"];
	return text === undefined ? undefined : whole("max-tokens", text, 1, 1_000_000);
}

function rerunOf(values: Values): Pick<ResumeOptions, "rerun" | "maxTokens"> {
	const maxTokens = maxTokensOf(values);
	const causes = values.rerun?.split(",").map((cause) => cause.trim());
	return { ...(causes ? { rerun: causes } : {}), ...(maxTokens === undefined ? {} : { maxTokens }) };
}

type NewRun = Omit<GenerateOptions, keyof RunSurroundings>;

function newRun(values: Values, project: Project, io: CommandIo, teachers: readonly RunTeacher[]): NewRun {
	const grid = project.generation;
	const languages = values.lang?.split(",").map((code) => code.trim()) ?? grid?.languages ?? [];
	if (languages.length === 0) throw new UserError("arguments", "--lang is missing. See polyglot generate --help.");
	const wrong = languages.find((code) => !/^[a-z]{2,3}$/.test(code));
	if (wrong !== undefined) throw new UserError("arguments", `--lang ${wrong} is no language code such as de.`);
	const output = resolve(io.cwd, required("out", values.out));
	const seedFiles = (values.seeds ?? project.seeds).map((path) => resolve(io.cwd, path));
	if (seedFiles.length === 0) throw new UserError("arguments", "--seeds is missing: a JSONL file of seeds.");
	return {
		teachers,
		languages,
		seedFiles,
		output,
		strategies: values.strategy === undefined ? (grid?.strategies ?? ["generate"]) : strategiesOf(values.strategy),
		count: whole("count", required("count", values.count ?? grid?.count?.toString()), 1, 10_000_000),
		seed: whole("seed", values.seed, 0, 2 ** 31 - 1),
		tool: io.version,
		...(grid?.templates ? { templates: grid.templates } : {}),
		...budgetOf(values, project, teachers),
	};
}

/** The budget in the teachers' currency, else the project's. */
function budgetOf(
	{ budget }: Values,
	{ generation, teachers: known }: Project,
	teachers: readonly RunTeacher[],
): { budget?: Budget } {
	if (budget === undefined) return generation?.budget ? { budget: generation.budget } : {};
	const amount = Number(budget);
	if (!(amount > 0)) throw new UserError("arguments", `--budget ${budget} is not an amount above 0.`);
	const currency = (teachers.length > 0 ? teachers : known).find(({ price }) => price)?.price?.currency;
	if (currency === undefined)
		throw new UserError(
			"arguments",
			"--budget needs a price of the teachers in polyglot.json; without one, what a run spends is unknown.",
		);
	return { budget: { amount, currency } };
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

async function surroundingsOf(
	values: Values,
	project: Project,
	io: CommandIo,
	practice: { canned: readonly RunTeacher[]; key: string | null },
): Promise<RunSurroundings> {
	const practiceOrigins = new Set(practice.canned.map(({ baseUrl }) => originOf(baseUrl)));
	const rule = values.accept ?? project.generation?.accept ?? "checks";
	const isChecked = rule === "checks" && !values.estimate;
	const detectors = isChecked ? await detectorsOrFranc(io.mediaFolder, (line) => io.stderr(line)) : undefined;
	let shown = Number.NEGATIVE_INFINITY;
	return {
		folder: io.cwd,
		signal: io.signal,
		probe: true,
		reuse: !values.fresh,
		reuseOrigins: (values["reuse-from"] ?? []).map(originFrom),
		...(detectors ? { accept: acceptByChecks({ project, detectors }) } : {}),
		key: async (name, origin) =>
			practiceOrigins.has(origin) ? practice.key : keyFromEnvironment(io.env, name, origin),
		onProgress: (progress) => {
			// A line a second is enough for a terminal and for a log.
			if (progress.state !== "running" || performance.now() - shown < 1_000) return;
			shown = performance.now();
			io.stderr(progressLine(progress));
		},
	};
}

function originFrom(url: string): string {
	if (!URL.canParse(url)) throw new UserError("arguments", `--reuse-from ${url} is no address.`);
	return originOf(url);
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

function summaryText({
	state,
	accepted,
	target,
	rejected,
	attempts,
	output,
	cells,
	reasons,
	reused,
	spent,
}: SessionEnd): string {
	const rows = cells.map(
		(cell) => `  ${cell.teacher}, ${cell.strategy}, ${cell.language}: ${cell.accepted} of ${cell.target}`,
	);
	const why = Object.entries(reasons).map(([reason, count]) => `  ${count} x ${reason}`);
	const waste = attempts === 0 ? "" : ` (waste ${Math.round((100 * Math.max(0, attempts - accepted)) / attempts)} %)`;
	const again = reused > 0 ? `, ${reused} answers reused from earlier runs (--fresh asks again)` : "";
	const money = Object.entries(spent).map(([currency, amount]) => `  ${amount.toFixed(4)} ${currency} spent`);
	return [
		`${state}: ${accepted} of ${target} samples accepted, ${rejected} rejected, ${attempts} requests sent${waste}${again}. ${output}`,
		...money,
		...rows,
		...(why.length > 0 ? ["Rejected:", ...why] : []),
	].join("\n");
}
