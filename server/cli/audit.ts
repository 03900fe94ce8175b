/** `polyglot audit`: does a score file add up? The arithmetic of every row that does not. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../core/problem.ts";
import { auditText } from "../core/score/audit/audit.ts";
import type { Finding } from "../core/score/audit/finding.ts";
import type { CommandIo, ExitCode } from "./command.ts";

const usage = `Usage: polyglot audit FILE… [--format text|json] [--fail-on info|warning]

  Checks score files row by row: does pg_score equal its parts, is pgr one function of the result within a
  language, is the reference above the base, do rows cover the same languages, do results repeat, are errors
  on the scale of the result. Exit code 1 with --fail-on when something that severe is found.
`;

interface FileFinding extends Finding {
	readonly file: string;
}

export async function run(args: string[], io: CommandIo): Promise<ExitCode> {
	try {
		const { values, positionals } = parse(args);
		if (values.help) {
			io.stdout(usage);
			return 0;
		}
		if (positionals.length === 0)
			throw new UserError("usage", "Name at least one score file. See polyglot audit --help.");
		const findings = (await Promise.all(positionals.map((path) => auditFile(path, io.cwd)))).flat();
		io.stdout(values.format === "json" ? `${JSON.stringify(findings, null, "\t")}\n` : asText(findings, positionals));
		const failing = findings.some(({ severity }) => values["fail-on"] === "info" || severity === values["fail-on"]);
		return failing ? 1 : 0;
	} catch (cause) {
		if (!(cause instanceof UserError)) throw cause;
		io.stderr(`polyglot audit: ${clean(cause.message)}`);
		return 2;
	}
}

function parse(args: string[]) {
	try {
		const parsed = parseArgs({
			args,
			allowPositionals: true,
			options: {
				format: { type: "string", default: "text" },
				"fail-on": { type: "string" },
				help: { type: "boolean", short: "h" },
			},
		});
		const { format, "fail-on": failOn } = parsed.values;
		if (!["text", "json"].includes(format)) throw new UserError("usage", `--format ${format}: choose text or json.`);
		if (failOn !== undefined && !["info", "warning"].includes(failOn))
			throw new UserError("usage", `--fail-on ${failOn}: choose info or warning.`);
		return parsed;
	} catch (cause) {
		if (cause instanceof UserError) throw cause;
		throw new UserError("usage", cause instanceof Error ? cause.message : String(cause));
	}
}

async function auditFile(path: string, cwd: string): Promise<FileFinding[]> {
	try {
		return auditText(await readFile(resolve(cwd, path), "utf8")).map((finding) => ({ file: path, ...finding }));
	} catch (cause) {
		throw new UserError("unreadable", `Cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`, {
			cause,
		});
	}
}

function asText(findings: readonly FileFinding[], files: readonly string[]): string {
	const lines = findings.map(({ file, line, severity, code, message }) =>
		clean(`${file}:${line}: ${severity} ${code}: ${message}`),
	);
	const warnings = findings.filter(({ severity }) => severity === "warning").length;
	const total = `${warnings} ${warnings === 1 ? "contradiction" : "contradictions"}, ${findings.length - warnings} to know, in ${files.length} ${files.length === 1 ? "file" : "files"}`;
	return `${[...lines, total].join("\n")}\n`;
}

function clean(line: string): string {
	return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
