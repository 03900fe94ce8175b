/** Every metric of the sample under the pointer, and why it is weak, in sentences. */
import type { Hover, Position } from "vscode-languageserver/node";
import { measureSample } from "../core/annotate.ts";
import type { Metric } from "../core/checks/finding.ts";
import { percent, shown } from "../core/checks/finding.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import { clip } from "./inlay-hints.ts";
import { escapeMarkdown } from "./markdown.ts";
import { range } from "./ranges.ts";
import { sampleTitle } from "./symbols.ts";

export function hoverAt(file: AnnotatedFile, { line }: Position, canMarkdown: boolean): Hover | null {
	const { sample, language, isBlank } = file.line(line);
	if (isBlank) return null;
	const format = canMarkdown ? markdown : plain;
	const reasons = file.allFindings(line).map(({ message }) => message);
	const metrics = sample
		? [...lengths(file, line), ...measureSample(sample, language, file.options).map(metricRow)]
		: [];
	const value = [
		format.title(sampleTitle(file, line)),
		...(file.isDecided(line) ? ["Decided in .polyglot/review.jsonl; all findings are shown here."] : []),
		reasons.length === 0 ? "Nothing found." : format.list(reasons),
		...(metrics.length > 0 ? [format.table(metrics)] : []),
	].join("\n\n");
	return {
		contents: { kind: canMarkdown ? "markdown" : "plaintext", value },
		range: range(line, 0, file.text(line).length),
	};
}

/** Name, value, threshold with its source. */
type Row = readonly [string, string, string];

function lengths(file: AnnotatedFile, line: number): Row[] {
	const own = file.line(line).share?.length;
	if (own == null) return [];
	const others = file.groupLengths(line);
	const below = others.filter((length) => length <= own).length;
	const place =
		others.length > 1
			? `longer than or as long as ${percent(below / others.length)} of ${others.length} alike in the file`
			: "";
	return [["characters of the response", String(own), place]];
}

function metricRow({ name, value, unit, field, threshold }: Metric): Row {
	const number = unit === "count" ? String(value) : unit === "share" ? percent(value) : shown(value);
	const limit = threshold ? (unit === "share" ? percent(threshold.value) : shown(threshold.value)) : "";
	const held = threshold ? `threshold ${limit} (${threshold.source})` : "";
	return [field === "response" ? name : `${name}, ${clip(field, 40)}`, number, held];
}

const markdown = {
	title: (text: string) => `**${escapeMarkdown(text)}**`,
	list: (lines: readonly string[]) => lines.map((line) => `- ${escapeMarkdown(line)}`).join("\n"),
	table: (rows: readonly Row[]) =>
		["| Metric | Value | |", "|---|--:|---|", ...rows.map((row) => `| ${row.map(escapeMarkdown).join(" | ")} |`)].join(
			"\n",
		),
};

const plain = {
	title: (text: string) => text,
	list: (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n"),
	table: (rows: readonly Row[]) =>
		rows.map(([name, value, held]) => `${name}: ${value}${held === "" ? "" : `, ${held}`}`).join("\n"),
};
