/** Every metric of the sample under the pointer, its place among its like, and why the sample is weak, in sentences. */
import type { Hover, Position } from "vscode-languageserver/node";
import { measureSample } from "../core/annotate.ts";
import type { Finding, Metric } from "../core/checks/finding.ts";
import { percent, shown } from "../core/checks/finding.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import { clip } from "./inlay-hints.ts";
import { escapeMarkdown } from "./markdown.ts";
import type { Percentile } from "./metric-sample.ts";
import { range } from "./ranges.ts";
import { sampleTitle } from "./symbols.ts";

/** `measured` are rows of other origin, such as a dataset's measurement. */
export function hoverAt(
	file: AnnotatedFile,
	{ line }: Position,
	canMarkdown: boolean,
	measured: readonly HoverRow[] = [],
): Hover | null {
	const { sample, language, isBlank } = file.line(line);
	if (isBlank) return null;
	const format = canMarkdown ? markdown : plain;
	const reasons = file.allFindings(line).map(reason);
	const row = (metric: Metric) => metricRow(metric, file.percentile(language, metric.name, metric.value));
	const own = sample ? [...lengths(file, line), ...measureSample(sample, language, file.options).map(row)] : [];
	const metrics = [...own, ...measured];
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

/** Name, value, place in the file, threshold with its source. */
export type HoverRow = readonly [name: string, value: string, place: string, held: string];

/** What is wrong, and whose number says so. */
function reason({ message, source }: Finding): string {
	return source === null ? message : `${message} (${source})`;
}

function lengths(file: AnnotatedFile, line: number): HoverRow[] {
	const own = file.line(line).share?.length;
	if (own == null) return [];
	const others = file.groupLengths(line);
	const below = others.filter((length) => length <= own).length;
	const place = others.length > 1 ? placed({ share: below / others.length, among: others.length }) : "";
	return [["characters of the response", String(own), place, ""]];
}

/** Among the file's samples of the language. */
function placed({ share, among }: Percentile): string {
	return `${percent(share)} of ${among} have no more`;
}

function metricRow({ name, value, unit, field, threshold }: Metric, percentile: Percentile | null): HoverRow {
	const number = unit === "count" ? String(value) : unit === "share" ? percent(value) : shown(value);
	const limit = threshold ? (unit === "share" ? percent(threshold.value) : shown(threshold.value)) : "";
	const held = threshold ? `threshold ${limit} (${threshold.source})` : "";
	const title = field === "response" ? name : `${name}, ${clip(field, 40)}`;
	return [title, number, percentile ? placed(percentile) : "", held];
}

const markdown = {
	title: (text: string) => `**${escapeMarkdown(text)}**`,
	list: (lines: readonly string[]) => lines.map((line) => `- ${escapeMarkdown(line)}`).join("\n"),
	table: (rows: readonly HoverRow[]) =>
		[
			"| Metric | Value | In this file | |",
			"|---|--:|---|---|",
			...rows.map((row) => `| ${row.map(escapeMarkdown).join(" | ")} |`),
		].join("\n"),
};

const plain = {
	title: (text: string) => text,
	list: (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n"),
	table: (rows: readonly HoverRow[]) =>
		rows.map(([name, ...rest]) => `${name}: ${rest.filter((part) => part !== "").join(", ")}`).join("\n"),
};
