/** `polyglot measure`: diversity, length, rubric and perplexity of a dataset, by teacher and language. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { MeasureReport } from "../core/measure/measure-report.ts";
import { measureText } from "../core/measure/measure-text.ts";
import { UserError } from "../core/problem.ts";
import { IntrinsicRow } from "../core/score/rows.ts";
import { measureDataset } from "../node/measure-dataset.ts";
import type { Dataset } from "../node/measure-rows.ts";
import { MeasuredRowsFile } from "../node/measure-sample-file.ts";
import { loadProject } from "../node/project-file.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { type MeasureArguments, measureUsage, parseMeasureArguments } from "./measure-arguments.ts";
import { openMeasureBackends } from "./measure-backends.ts";

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const options = parseMeasureArguments(args);
		if (options.isHelp) {
			io.stdout(measureUsage);
			return 0;
		}
		const report = await measured(options, await datasetOf(options, io), io);
		for (const warning of report.warnings) io.stderr(`polyglot measure: ${clean(warning)}`);
		io.stdout(formats[options.format](report));
		return 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot measure: ${clean(cause.message)}`);
		return 2;
	}
}

const formats: Readonly<Record<MeasureArguments["format"], (report: MeasureReport) => string>> = {
	json: (report) => `${JSON.stringify(report, null, "\t")}\n`,
	intrinsic: (report) => report.rows.map((row) => `${JSON.stringify(IntrinsicRow.parse(row))}\n`).join(""),
	text: measureText,
};

async function measured(options: MeasureArguments, dataset: Dataset, io: CommandIo): Promise<MeasureReport> {
	const { by, draw, hasNoise, isPaperCompatible, sampleFile } = options;
	const backends = await openMeasureBackends(options, io);
	const rows = sampleFile === null ? null : new MeasuredRowsFile(resolve(io.cwd, sampleFile));
	try {
		const onMeasured = (line: string) => rows?.add(line);
		const request = { ...dataset, ...backends, by, draw, hasNoise, isPaperCompatible, onMeasured };
		const report = await measureDataset(request, io.signal);
		rows?.keep();
		return report;
	} catch (cause) {
		rows?.discard();
		throw cause;
	} finally {
		await backends.close();
	}
}

async function datasetOf({ files, language }: MeasureArguments, io: CommandIo): Promise<Dataset> {
	if (files.length === 0) throw new UserError("usage", "Name at least one file. See polyglot measure --help.");
	for (const file of files) {
		const found = await stat(resolve(io.cwd, file)).catch(() => undefined);
		if (!found) throw new UserError("no-file", `${file} does not exist.`);
		if (!found.isFile()) throw new UserError("no-file", `${file} is not a file.`);
	}
	const { project, problems } = await loadProject(io.cwd);
	const [first] = problems;
	if (first) throw new UserError("project", `${first.message} Mend polyglot.json, or run elsewhere.`);
	const named = files.map((name) => ({ name, path: resolve(io.cwd, name) }));
	return { files: named, mapping: project.fields, language: language ?? undefined };
}

/** One line, whatever a file's text holds. */
function clean(line: string): string {
	return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
