/** `polyglot measure`: diversity, length, rubric and perplexity of a dataset, by teacher and language. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import { estimateText } from "../core/measure/estimate-text.ts";
import type { MeasureProgress } from "../core/measure/measure-progress.ts";
import { measureText } from "../core/measure/measure-text.ts";
import type { MeasureWish } from "../core/measure/measure-wish.ts";
import { UserError } from "../core/problem.ts";
import { IntrinsicRow } from "../core/score/rows.ts";
import type { Measured } from "../node/measure-dataset.ts";
import { keepIntrinsic } from "../node/measure-intrinsic.ts";
import { openMeasurement } from "../node/measure-open.ts";
import { MeasuredRowsFile } from "../node/measure-sample-file.ts";
import { loadProject } from "../node/project-file.ts";
import type { CommandIo, ExitCode } from "./command.ts";
import { type MeasureArguments, measureUsage, parseMeasureArguments, wishOf } from "./measure-arguments.ts";
import { openWorld } from "./measure-world.ts";

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const options = parseMeasureArguments(args);
		if (options.isHelp) {
			io.stdout(measureUsage);
			return 0;
		}
		await measure(options, io);
		return 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot measure: ${clean(cause.message)}`);
		return 2;
	}
}

async function measure(options: MeasureArguments, io: CommandIo): Promise<void> {
	await checkFiles(options.files, io);
	const { project, problems } = await loadProject(io.cwd);
	const [first] = problems;
	if (first) throw new UserError("project", `${first.message} Mend polyglot.json, or run elsewhere.`);
	const usual = wishOf(options, project.measure);
	const wish =
		options.rubricFile === null ? usual : { ...usual, rubrics: await rubricsOf(options.rubricFile, usual, io) };
	const teachers = project.teachers.filter(isEndpointTeacher);
	const world = openWorld({ teachers, settings: project.measure, mapping: project.fields }, io);
	try {
		const measurement = await openMeasurement(wish, world.world);
		try {
			if (options.isEstimate) return io.stdout(estimated(await measurement.estimate(io.signal), options));
			const rows = options.sampleFile === null ? null : new MeasuredRowsFile(resolve(io.cwd, options.sampleFile));
			const measured = await keeping(rows, (onMeasured) =>
				measurement.run(io.signal, { onMeasured, onProgress: (progress) => tell(progress, wish, io) }),
			);
			for (const warning of measured.report.warnings) io.stderr(`polyglot measure: ${clean(warning)}`);
			if (options.isKept) await keepIntrinsic(io.cwd, measured.report);
			io.stdout(formats[options.format](measured));
		} finally {
			await measurement.close();
		}
	} finally {
		await world.close();
	}
}

const formats: Readonly<Record<MeasureArguments["format"], (measured: Measured) => string>> = {
	json: ({ report }) => `${JSON.stringify(report, null, "\t")}\n`,
	intrinsic: ({ report }) => report.rows.map((row) => `${JSON.stringify(IntrinsicRow.parse(row))}\n`).join(""),
	samples: ({ samples }) => [...(samples ?? [])].map((sample) => `${JSON.stringify(sample)}\n`).join(""),
	text: ({ report }) => measureText(report),
};

function estimated(estimate: Parameters<typeof estimateText>[0], { format }: MeasureArguments): string {
	return format === "text" ? estimateText(estimate) : `${JSON.stringify(estimate, null, "\t")}\n`;
}

/** Writes the measured rows beside the measurement, and leaves nothing of them where it fails. */
async function keeping(
	rows: MeasuredRowsFile | null,
	run: (onMeasured: (line: string) => void) => Promise<Measured>,
): Promise<Measured> {
	try {
		const measured = await run((line) => rows?.add(line));
		rows?.keep();
		return measured;
	} catch (cause) {
		rows?.discard();
		throw cause;
	}
}

/** A line a tenth of what is asked; nothing for what is offline and soon done. */
const told = new WeakMap<MeasureWish, number>();

function tell({ phase, done, total, calls, waiting }: MeasureProgress, wish: MeasureWish, io: CommandIo): void {
	if (phase !== "asking" || total === null || total === 0) return;
	const tenth = Math.floor((10 * done) / total);
	if (tenth === 0 || tenth === 10 || told.get(wish) === tenth) return;
	told.set(wish, tenth);
	const why = waiting === null ? "" : ` (waiting: ${clean(waiting)})`;
	io.stderr(`polyglot measure: ${done} of ${total} rows, ${calls} calls${why}`);
}

async function checkFiles(files: readonly string[], io: CommandIo): Promise<void> {
	if (files.length === 0) throw new UserError("usage", "Name at least one file. See polyglot measure --help.");
	for (const file of files) {
		const found = await stat(resolve(io.cwd, file)).catch(() => undefined);
		if (!found) throw new UserError("no-file", `${file} does not exist.`);
		if (!found.isFile()) throw new UserError("no-file", `${file} is not a file.`);
	}
}

async function rubricsOf(file: string, { judges }: MeasureWish, io: CommandIo): Promise<Record<string, string>> {
	if (judges.length === 0) throw new UserError("usage", "--rubric goes with --judge.");
	const text = await readFile(resolve(io.cwd, file), "utf8").catch((cause: unknown) => {
		throw new UserError("rubric", `The rubric ${file} can't be read: ${String(cause)}`, { cause });
	});
	if (text.trim() === "") throw new UserError("rubric", `The rubric ${file} is empty.`);
	return { "*": text };
}

/** One line, whatever a file's text holds. */
function clean(line: string): string {
	return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
