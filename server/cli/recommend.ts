/** `polyglot recommend`: which teachers to try for a language, on what evidence, and what would settle it. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { findLanguage } from "../core/languages.ts";
import { UserError } from "../core/problem.ts";
import { type Recommendation, recommend } from "../core/score/recommend.ts";
import { recommendationText } from "../core/score/recommend-text.ts";
import { scoreTable } from "../core/score/score-table.ts";
import { loadPublished } from "../node/score-files.ts";
import { loadWorkspace } from "../node/score-workspace.ts";
import type { CommandIo, ExitCode } from "./command.ts";

const usage = `Usage: polyglot recommend --lang xx [--student BASE] [--samples N] [--folder DIR] [--format text|json]

  --lang      language of the samples, ISO 639-1
  --student   student base, as score files name it (default: olmo3-7b)
  --samples   accepted samples to spend over all teachers (default: 3000)
  --folder    workspace whose own scores count (default: the current folder)
`;

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const options = parse(args);
		if (options.help) {
			io.stdout(usage);
			return 0;
		}
		const found = await recommendation(options, io);
		io.stdout(options.format === "json" ? `${JSON.stringify(found, null, "\t")}\n` : recommendationText(found));
		return 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot recommend: ${clean(cause.message)}`);
		return 2;
	}
}

function parse(args: string[]) {
	try {
		const { values } = parseArgs({
			args,
			options: {
				lang: { type: "string" },
				student: { type: "string", default: "olmo3-7b" },
				samples: { type: "string", default: "3000" },
				folder: { type: "string", default: "." },
				format: { type: "string", default: "text" },
				help: { type: "boolean", short: "h" },
			},
		});
		return values;
	} catch (cause) {
		throw new UserError("usage", `${cause instanceof Error ? cause.message : cause} See polyglot recommend --help.`);
	}
}

async function recommendation(options: ReturnType<typeof parse>, io: CommandIo): Promise<Recommendation> {
	const { lang: language, student: studentBase, format } = options;
	if (language === undefined) throw new UserError("usage", "Name a language with --lang, such as --lang de.");
	if (!["text", "json"].includes(format)) throw new UserError("usage", `--format ${format}: choose text or json.`);
	const samples = Number(options.samples);
	if (!Number.isInteger(samples) || samples < 1)
		throw new UserError("usage", `--samples ${options.samples}: give a whole number of samples, such as 3000.`);
	const workspace = await loadWorkspace(resolve(io.cwd, options.folder));
	for (const { where, message } of workspace.problems) io.stderr(clean(`${where}: ${message}`));
	const table = scoreTable(await loadPublished(io.mediaFolder), workspace, (code) => findLanguage(code)?.name);
	return recommend(table, { language, studentBase, samples });
}

function clean(line: string): string {
	return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
