/** How `polyglot annotate` writes what it found. */
import { UserError } from "../core/problem.ts";
import type { AnnotatedLine } from "../node/annotate-file.ts";
import { junitReport, sarifReport } from "./annotate-exchange.ts";
import type { Report } from "./annotate-formats.ts";
import type { CommandIo } from "./command.ts";

const formats: Readonly<Record<string, (io: CommandIo) => Report>> = {
	json: jsonReport,
	text: textReport,
	sarif: sarifReport,
	junit: junitReport,
};

/** Throws where there is no such format. */
export function requireFormat(format: string): void {
	if (Object.hasOwn(formats, format)) return;
	throw new UserError("usage", `--format ${format}: choose ${Object.keys(formats).join(", ")}.`);
}

/** May write the head of its format at once. */
export function annotateReport(format: string, io: CommandIo): Report {
	requireFormat(format);
	return (formats[format] ?? textReport)(io);
}

function jsonReport(io: CommandIo): Report {
	return {
		add: (lines) => io.stdout(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
		finish() {},
	};
}

interface FileCount {
	lines: number;
	weak: number;
	unusable: number;
}

function textReport(io: CommandIo): Report {
	const counts = new Map<string, number>();
	const files = new Map<string, FileCount>();
	return {
		add(lines) {
			for (const line of lines) {
				countLine(files, line);
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
		finish: () => io.stdout(summary(files, counts)),
	};
}

function countLine(files: Map<string, FileCount>, { file, problems }: AnnotatedLine): void {
	const count = files.get(file) ?? { lines: 0, weak: 0, unusable: 0 };
	files.set(file, count);
	count.lines += 1;
	if (problems.length > 0) count.weak += 1;
	if (problems.some(({ severity }) => severity === "error")) count.unusable += 1;
}

/** Findings by code, then lines by file. */
function summary(files: ReadonlyMap<string, FileCount>, counts: ReadonlyMap<string, number>): string {
	const codes = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
	const all = { lines: 0, weak: 0, unusable: 0 };
	for (const count of files.values()) {
		all.lines += count.lines;
		all.weak += count.weak;
		all.unusable += count.unusable;
	}
	const rows = [...files].map(([file, { lines, weak, unusable }]) => [plain(file), lines, weak, unusable]);
	const parts = [
		...(codes.length > 0 ? [table(codes)] : []),
		...(files.size > 1 ? [table([["file", "lines", "with findings", "unusable"], ...rows])] : []),
	];
	const total = `${all.lines} lines, ${all.weak} with findings${all.unusable > 0 ? `, ${all.unusable} of them unusable` : ""}`;
	return `${parts.map((part) => `\n${part}`).join("")}${parts.length > 0 ? "\n" : ""}${total}\n`;
}

function table(rows: readonly (readonly (string | number)[])[]): string {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
	const cell = (value: string | number, column: number) =>
		column === 0 ? String(value).padEnd(widths[0] ?? 0) : String(value).padStart(widths[column] ?? 0);
	return rows.map((row) => `  ${row.map(cell).join("  ")}\n`).join("");
}

/** Text of a sample on a terminal: no control characters, which could move the cursor or colour the screen. */
function plain(text: string): string {
	return text.replace(/\p{C}/gu, "\ufffd");
}
