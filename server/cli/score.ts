/** `polyglot score`: scores from files, as published and guarded. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type * as z from "zod/mini";
import { UserError } from "../core/problem.ts";
import { toCsv } from "../core/score/csv.ts";
import { type PopulationRule, type ScoreInputs, scoreInputs } from "../core/score/inputs.ts";
import { latexTables, markdownTables } from "../core/score/paper-tables.ts";
import { makeRecord, ScoreRecord, verifyRecord } from "../core/score/record.ts";
import { Anchors, ExtrinsicRow, IntrinsicRow, Population, ScoreRow } from "../core/score/rows.ts";
import { scoreText } from "../core/score/score-text.ts";
import { type GapVariant, gapVariants } from "../core/score/scored-row.ts";
import { populationOf } from "../core/score/z-score.ts";
import { loadPublished } from "../node/score-files.ts";
import { readObject, readRows } from "../node/score-rows.ts";
import type { CommandIo, ExitCode } from "./command.ts";

const usage = `Usage: polyglot score --scores FILE | --intrinsic FILE --extrinsic FILE
       [--anchors FILE] [--population NAME|FILE] [--pgr VARIANT] [--format FORMAT]
       polyglot score --freeze NAME --intrinsic FILE
       polyglot score --verify FILE

  --scores      rows that are scored already; kept as they are, with gain and guard added
  --intrinsic   rows of teacher_model, target_lang and the four metrics
  --extrinsic   rows of student_base, teacher_model, target_lang, result, result_stderr
  --anchors     base and reference results by language (default: the published ones, for published student bases)
  --population  of z: published-2026 (default), this-file, within-language, or a file
  --pgr         which PGR enters the score: ratio-of-means (default, the authors' code) or mean-of-ratios (their
                formula, task by task; needs tasks in results and anchors); both are in every row
  --freeze      prints the rows of --intrinsic as a population of this name, for --population: adding a teacher later
                moves no score
  --format      text (default), json, jsonl, csv, markdown, latex, or record: the rows with all they rest on
  --verify      computes a record again and compares every digit; exit code 1 if one differs
`;

const formats: Readonly<Record<string, (inputs: ScoreInputs) => string>> = {
	json: (inputs) => `${JSON.stringify(scoreInputs(inputs), null, "	")}
`,
	jsonl: (inputs) =>
		scoreInputs(inputs)
			.map(
				(row) => `${JSON.stringify(row)}
`,
			)
			.join(""),
	csv: (inputs) => {
		const rows = scoreInputs(inputs);
		return toCsv([...new Set(rows.flatMap((row) => Object.keys(row)))], rows);
	},
	text: (inputs) => scoreText(scoreInputs(inputs)),
	markdown: (inputs) => markdownTables(scoreInputs(inputs)),
	latex: (inputs) => latexTables(scoreInputs(inputs)),
	record: (inputs) => `${JSON.stringify(makeRecord(inputs, sha256), null, "	")}
`,
};

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const options = parse(args);
		if (options.help) {
			io.stdout(usage);
			return 0;
		}
		if (options.verify !== undefined) return await verify(options.verify, io);
		if (options.freeze !== undefined) return await freeze(options.freeze, options.intrinsic, io);
		const write = Object.hasOwn(formats, options.format) ? formats[options.format] : undefined;
		if (!write) throw new UserError("usage", `--format ${options.format}: choose ${Object.keys(formats).join(", ")}.`);
		io.stdout(write(await inputsOf(options, io)));
		return 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot score: ${clean(cause.message)}`);
		return 2;
	}
}

function parse(args: string[]) {
	const text = { type: "string" } as const;
	const files = { scores: text, intrinsic: text, extrinsic: text, anchors: text };
	const options = { ...files, population: text, pgr: text, freeze: text, verify: text };
	try {
		return parseArgs({
			args,
			options: { ...options, format: { type: "string", default: "text" }, help: { type: "boolean", short: "h" } },
		}).values;
	} catch (cause) {
		throw new UserError("usage", `${cause instanceof Error ? cause.message : cause} See polyglot score --help.`);
	}
}

async function inputsOf(options: ReturnType<typeof parse>, io: CommandIo): Promise<ScoreInputs> {
	const { scores, intrinsic, extrinsic } = options;
	const published = await loadPublished(io.mediaFolder);
	const anchors = options.anchors === undefined ? null : await readObject(resolve(io.cwd, options.anchors), Anchors);
	const choice = { anchors, publishedAnchors: published.anchors };
	if (scores !== undefined && intrinsic === undefined && extrinsic === undefined) {
		if (options.population !== undefined)
			throw new UserError("usage", "--population goes with --intrinsic; a row of --scores keeps its z_score.");
		if (options.pgr !== undefined)
			throw new UserError("usage", "--pgr goes with --extrinsic; a row of --scores keeps its pgr.");
		return { kind: "scores", scores: await rowsOf(scores, ScoreRow, io), ...choice };
	}
	if (scores !== undefined || intrinsic === undefined || extrinsic === undefined)
		throw new UserError("usage", "Give either --scores FILE, or --intrinsic FILE and --extrinsic FILE.");
	return {
		kind: "parts",
		intrinsic: await rowsOf(intrinsic, IntrinsicRow, io),
		extrinsic: await rowsOf(extrinsic, ExtrinsicRow, io),
		population: await choosePopulation(options.population, published.population, io),
		pgr: chooseVariant(options.pgr),
		...choice,
	};
}

async function choosePopulation(
	name: string | undefined,
	published: Population,
	io: CommandIo,
): Promise<PopulationRule> {
	if (name === undefined || name === published.name) return { rule: "frozen", population: published };
	if (name === "this-file" || name === "within-language") return { rule: name };
	const path = resolve(io.cwd, name);
	if (!existsSync(path))
		throw new UserError(
			"usage",
			`--population ${name}: neither a file nor one of ${published.name}, this-file, within-language.`,
		);
	return { rule: "frozen", population: await readObject(path, Population) };
}

function chooseVariant(name: string | undefined): GapVariant {
	const variant = name === undefined ? "ratio-of-means" : gapVariants.find((one) => one === name);
	if (!variant) throw new UserError("usage", `--pgr ${name}: choose ${gapVariants.join(" or ")}.`);
	return variant;
}

async function freeze(name: string, intrinsic: string | undefined, io: CommandIo): Promise<ExitCode> {
	if (intrinsic === undefined) throw new UserError("usage", "--freeze NAME needs --intrinsic FILE.");
	const population = populationOf(await rowsOf(intrinsic, IntrinsicRow, io), name);
	if (!population)
		throw new UserError("no-rows", `${intrinsic}: no row has all four metrics, so there is nothing to freeze.`);
	io.stdout(`${JSON.stringify(Population.parse(population), null, "\t")}\n`);
	return 0;
}

/** 0 when every number of the record comes out the same, else 1 with each difference on stderr. */
async function verify(path: string, io: CommandIo): Promise<ExitCode> {
	const record = await readObject(resolve(io.cwd, path), ScoreRecord);
	const differences = verifyRecord(record, sha256);
	for (const difference of differences) io.stderr(clean(difference));
	if (differences.length > 0) return 1;
	io.stdout(`${record.rows.length} rows come out to the last digit.\n`);
	return 0;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Rows of a file; each bad one becomes a line on stderr. */
async function rowsOf<S extends z.ZodMiniType>(path: string, schema: S, io: CommandIo): Promise<z.infer<S>[]> {
	const { rows, problems } = await readRows(resolve(io.cwd, path), schema);
	for (const problem of problems) io.stderr(clean(`${problem.where ?? path}: ${problem.message} Row left out.`));
	return rows.map(({ row }) => row);
}

/** One line, whatever a file's text holds. */
function clean(line: string): string {
	return line.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
