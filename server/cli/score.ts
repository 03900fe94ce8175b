/** `polyglot score`: scores from files, as published and guarded. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type * as z from "zod/mini";
import { UserError } from "../core/problem.ts";
import { chooseAnchors } from "../core/score/anchor-choice.ts";
import { toCsv } from "../core/score/csv.ts";
import { guardScores, joinScores } from "../core/score/join.ts";
import type { Published } from "../core/score/published.ts";
import { Anchors, ExtrinsicRow, IntrinsicRow, Population, ScoreRow } from "../core/score/rows.ts";
import { scoreText } from "../core/score/score-text.ts";
import type { Reading, ScoredRow } from "../core/score/scored-row.ts";
import { populationOf } from "../core/score/z-score.ts";
import { loadPublished } from "../node/score-files.ts";
import { readObject, readRows } from "../node/score-rows.ts";
import type { CommandIo, ExitCode } from "./command.ts";

const usage = `Usage: polyglot score --scores FILE | --intrinsic FILE --extrinsic FILE
       [--anchors FILE] [--population NAME|FILE] [--format json|csv|text]

  --scores      rows that are scored already; kept as they are, with gain and guard added
  --intrinsic   rows of teacher_model, target_lang and the four metrics
  --extrinsic   rows of student_base, teacher_model, target_lang, result, result_stderr
  --anchors     base and reference results by language (default: the published ones, for published student bases)
  --population  of z: published-2026 (default), this-file, within-language, or a file
  --format      text (default), json or csv
`;

const formats: Readonly<Record<string, (rows: readonly ScoredRow[]) => string>> = {
	json: (rows) => `${JSON.stringify(rows, null, "\t")}\n`,
	csv: (rows) => toCsv([...new Set(rows.flatMap((row) => Object.keys(row)))], rows),
	text: scoreText,
};

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const options = parse(args);
		if (options.help) {
			io.stdout(usage);
			return 0;
		}
		const write = formats[options.format];
		if (!write || !Object.hasOwn(formats, options.format))
			throw new UserError("usage", `--format ${options.format}: choose json, csv or text.`);
		io.stdout(write(await score(options, io)));
		return 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot score: ${clean(cause.message)}`);
		return 2;
	}
}

function parse(args: string[]) {
	const text = { type: "string" } as const;
	const options = { scores: text, intrinsic: text, extrinsic: text, anchors: text, population: text };
	try {
		return parseArgs({
			args,
			options: { ...options, format: { type: "string", default: "text" }, help: { type: "boolean", short: "h" } },
		}).values;
	} catch (cause) {
		throw new UserError("usage", `${cause instanceof Error ? cause.message : cause} See polyglot score --help.`);
	}
}

async function score(options: ReturnType<typeof parse>, io: CommandIo): Promise<ScoredRow[]> {
	const { scores, intrinsic, extrinsic } = options;
	const published = await loadPublished(io.mediaFolder);
	const given = options.anchors === undefined ? null : await readObject(resolve(io.cwd, options.anchors), Anchors);
	const reading = chooseAnchors(given, published.anchors);
	if (scores !== undefined && intrinsic === undefined && extrinsic === undefined) {
		if (options.population !== undefined)
			throw new UserError("usage", "--population goes with --intrinsic; a row of --scores keeps its z_score.");
		return guardScores(await rowsOf(scores, ScoreRow, io), reading);
	}
	if (scores !== undefined || intrinsic === undefined || extrinsic === undefined)
		throw new UserError("usage", "Give either --scores FILE, or --intrinsic FILE and --extrinsic FILE.");
	return joined(intrinsic, extrinsic, options.population, { published, reading }, io);
}

async function joined(
	intrinsicPath: string,
	extrinsicPath: string,
	populationName: string | undefined,
	{ published, reading }: { published: Published; reading: (base: string, language: string) => Reading },
	io: CommandIo,
): Promise<ScoredRow[]> {
	const intrinsic = await rowsOf(intrinsicPath, IntrinsicRow, io);
	const extrinsic = await rowsOf(extrinsicPath, ExtrinsicRow, io);
	const population = await choosePopulation(populationName, intrinsic, published.population, io);
	return joinScores(intrinsic, extrinsic, { population, reading });
}

async function choosePopulation(
	name: string | undefined,
	rows: readonly IntrinsicRow[],
	published: Population,
	io: CommandIo,
): Promise<(language: string) => Population | null> {
	if (name === undefined || name === published.name) return () => published;
	if (name === "this-file") {
		const population = populationOf(rows, name);
		return () => population;
	}
	if (name === "within-language") return withinLanguage(rows);
	const path = resolve(io.cwd, name);
	if (!existsSync(path))
		throw new UserError(
			"usage",
			`--population ${name}: neither a file nor one of ${published.name}, this-file, within-language.`,
		);
	const population = await readObject(path, Population);
	return () => population;
}

function withinLanguage(rows: readonly IntrinsicRow[]): (language: string) => Population | null {
	const languages = [...new Set(rows.map((row) => row.target_lang))];
	const populations = new Map(
		languages.map((language) => {
			const own = rows.filter((row) => row.target_lang === language);
			return [language, populationOf(own, `within-language ${language}`)];
		}),
	);
	return (language) => populations.get(language) ?? null;
}

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
