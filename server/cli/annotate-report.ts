/** How `polyglot annotate` writes what it found. */
import { UserError } from "../core/problem.ts";
import type { AnnotatedLine } from "../node/annotate-file.ts";
import type { CommandIo } from "./command.ts";

/** Takes annotations as they come; `finish` writes what needs all of them. */
export interface Report {
	add(lines: readonly AnnotatedLine[]): void;
	finish(): void;
}

const formats: Readonly<Record<string, (io: CommandIo) => Report>> = { json: jsonReport, text: textReport };

export function annotateReport(format: string, io: CommandIo): Report {
	const report = Object.hasOwn(formats, format) ? formats[format] : undefined;
	if (!report) throw new UserError("usage", `--format ${format}: choose ${Object.keys(formats).join(", ")}.`);
	return report(io);
}

function jsonReport(io: CommandIo): Report {
	return {
		add: (lines) => io.stdout(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
		finish() {},
	};
}

function textReport(io: CommandIo): Report {
	const counts = new Map<string, number>();
	let samples = 0;
	let weak = 0;
	return {
		add(lines) {
			for (const line of lines) {
				samples += 1;
				if (line.problems.length > 0) weak += 1;
				for (const problem of line.problems) {
					const { code, message, severity, field } = problem;
					counts.set(code, (counts.get(code) ?? 0) + 1);
					const place = `${line.file}:${line.line}`;
					io.stdout(
						`${place}  ${severity.padEnd(11)}  ${code.padEnd(17)}  ${plain(message)}${field ? ` [${plain(field)}]` : ""}\n`,
					);
				}
			}
		},
		finish: () => io.stdout(summary(samples, weak, counts)),
	};
}

function summary(samples: number, weak: number, counts: ReadonlyMap<string, number>): string {
	const rows = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
	const width = Math.max(0, ...rows.map(([code]) => code.length));
	const table = rows.map(([code, count]) => `  ${code.padEnd(width)}  ${String(count).padStart(7)}\n`).join("");
	return `${table === "" ? "" : `\n${table}\n`}${samples} lines, ${weak} with findings\n`;
}

/** Text of a sample on a terminal: no control characters, which could move the cursor or colour the screen. */
function plain(text: string): string {
	return text.replace(/\p{C}/gu, "\ufffd");
}
