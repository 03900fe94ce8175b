/** `polyglot annotate`: checks samples in files and says why they are weak. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { AnnotateOptions } from "../core/annotate.ts";
import { checkCodes } from "../core/checks/codes.ts";
import { UserError } from "../core/problem.ts";
import { type AnnotatedLine, annotateFiles } from "../node/annotate-file.ts";
import { detectorsOrFranc } from "../node/language-detectors.ts";
import { loadProject } from "../node/project-file.ts";
import type { Report } from "./annotate-formats.ts";
import { annotateReport, requireFormat } from "./annotate-report.ts";
import type { CommandIo, ExitCode } from "./command.ts";

const usage = `Usage: polyglot annotate FILE… [--lang xx] [--format json|text|sarif|junit] [--fail-on CODE,…|any]

  --lang     language of rows that state none
  --format   text (default): a line a finding and a table; json: one JSON object a line of input, blank ones included;
             sarif, junit: for code scanning and test reports
  --fail-on  exit with 1 if a finding of any of these codes, or any at all, is left

Checks and thresholds are read from polyglot.json in the current folder.
Exit code: 0; 1 = --fail-on found something; 2 = arguments or files can't be used.
`;

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const { values, positionals } = parse(args);
		if (values.help) {
			io.stdout(usage);
			return 0;
		}
		requireFormat(values.format);
		const failOn = failCodes(values["fail-on"]);
		await requireFiles(positionals, io.cwd);
		const options = await annotateOptions(values.lang, io);
		const report = annotateReport(values.format, io);
		return (await annotateAll(positionals, options, report, failOn, io)) ? 1 : 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot annotate: ${cause.message}`);
		return 2;
	}
}

/** True where a finding to fail on was seen. */
async function annotateAll(
	files: readonly string[],
	options: AnnotateOptions,
	report: Report,
	failOn: (code: string) => boolean,
	io: CommandIo,
): Promise<boolean> {
	let hasFailed = false;
	const named = files.map((name) => ({ path: resolve(io.cwd, name), name }));
	const { mediaFolder, engineFile, signal } = io;
	const means = { mediaFolder, engineFile, signal, onProgress: progressOf(io) };
	for await (const lines of readable(annotateFiles(named, options, means))) {
		io.showProgress?.("");
		signal.throwIfAborted();
		hasFailed ||= lines.some(({ problems }) => problems.some(({ code }) => failOn(code)));
		report.add(lines);
	}
	report.finish();
	return hasFailed;
}

/** Counts lines; undefined where nobody watches. */
function progressOf({ showProgress }: CommandIo): ((lines: number) => void) | undefined {
	let count = 0;
	return (
		showProgress &&
		((lines) => {
			count += lines;
			showProgress(`${count.toLocaleString("en")} lines checked …`);
		})
	);
}

/** Turns a failing disk into a sentence; the system's own message names the file. */
async function* readable(lines: AsyncIterable<readonly AnnotatedLine[]>) {
	try {
		yield* lines;
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
		throw new UserError("unreadable", `A file can't be read: ${(cause as Error).message}`, { cause });
	}
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			allowPositionals: true,
			options: {
				lang: { type: "string" },
				format: { type: "string", default: "text" },
				"fail-on": { type: "string" },
				help: { type: "boolean", short: "h" },
			},
		});
	} catch (cause) {
		throw new UserError("usage", `${cause instanceof Error ? cause.message : cause} See polyglot annotate --help.`);
	}
}

function failCodes(list: string | undefined): (code: string) => boolean {
	if (list === undefined) return () => false;
	const wanted = new Set(list.split(",").map((code) => code.trim()));
	const known = new Set<string>(["any", ...checkCodes]);
	const unknown = [...wanted].find((code) => !known.has(code));
	if (unknown !== undefined) {
		throw new UserError("usage", `--fail-on ${unknown}: there is no such check. Known: any, ${checkCodes.join(", ")}.`);
	}
	return (code) => wanted.has("any") || wanted.has(code);
}

/** All files are looked at before the first is read, so that a wrong name shows at once. */
async function requireFiles(files: readonly string[], cwd: string): Promise<void> {
	if (files.length === 0) throw new UserError("usage", "Name at least one file. See polyglot annotate --help.");
	for (const file of files) {
		const found = await stat(resolve(cwd, file)).catch(() => undefined);
		if (!found) throw new UserError("no-file", `${file} does not exist.`);
		if (!found.isFile()) throw new UserError("no-file", `${file} is not a file.`);
	}
}

async function annotateOptions(language: string | undefined, io: CommandIo): Promise<AnnotateOptions> {
	const { project, problems } = await loadProject(io.cwd);
	const [first] = problems;
	if (first) throw new UserError("project", `${first.message} Mend polyglot.json, or run elsewhere.`);
	if (language !== undefined && !/^[a-zA-Z]{2,3}(?:[-_]\w{1,16})*$/.test(language)) {
		throw new UserError("usage", `--lang ${language}: give a language code such as de.`);
	}
	const detectors = await detectorsOrFranc(io.mediaFolder, io.stderr);
	return { project, detectors, ...(language === undefined ? {} : { language }) };
}
