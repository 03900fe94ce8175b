/** A measured dataset as tables for a terminal. Names come from the file, so nothing in them may steer it. */

import type { Agreement } from "./agreement.ts";
import type { Calibration } from "./calibration.ts";
import type { MeasureReport } from "./measure-report.ts";
import type { MeasuredRow, Texts } from "./measured-row.ts";
import { type GroupKey, groupKeys } from "./measured-sample.ts";
import { interval95, type Metric } from "./metric.ts";
import { quickTokensBackend } from "./quick-tokens.ts";

export function measureText(report: MeasureReport): string {
	const { lines, unreadable, files } = report;
	const head = `${files.length} file${files.length === 1 ? "" : "s"}, ${lines} lines, ${unreadable} of them unreadable`;
	const sections = [
		textsTable("Prompts", report, (row) => row.prompts),
		textsTable("Responses", report, (row) => row.responses),
		...(isMeasured(report, "rubric") ? [rubricTable(report)] : []),
		...(report.agreement ? [agreementText(report.agreement)] : []),
		...(report.calibration ? [calibrationText(report.calibration)] : []),
		...(isMeasured(report, "noise") ? [noiseTable(report)] : []),
		...(isMeasured(report, "perplexity_of_responses") ? [perplexityTable(report)] : []),
	];
	return `${[head, ...sections, notes(report)].join("\n\n")}\n`;
}

const isMeasured = ({ rows }: MeasureReport, part: "rubric" | "noise" | "perplexity_of_responses") =>
	rows.some((row) => row[part].backend !== null);

function textsTable(title: string, report: MeasureReport, texts: (row: MeasuredRow) => Texts): string {
	const backend = report.rows[0] ? texts(report.rows[0]).distinct_ri.backend : null;
	const head = ["n", "missing", "distinct_ri", "95 % interval", "exact dup.", "near dup."];
	const isEstimate = report.rows.every((row) => texts(row).length_tokens.backend === quickTokensBackend);
	const lengths = ["bytes", "characters", "words", isEstimate ? "tokens (est.)" : "tokens"];
	const cells = (row: MeasuredRow) => {
		const own = texts(row);
		return [
			`${own.distinct_ri.n}`,
			`${own.distinct_ri.missing}`,
			number(own.distinct_ri.value, 4),
			interval(own.distinct_ri, 4),
			percent(own.exact_duplicate_share.value),
			percent(own.near_duplicate_share.value),
			number(own.length_bytes.value, 1),
			number(own.length_graphemes.value, 1),
			number(own.length_words.value, 1),
			number(own.length_tokens.value, 1),
		];
	};
	return `${title}: diversity by ${backend ?? "nothing"} (no unit; 0 = all alike), mean length\n${table(report, [...head, ...lengths], cells)}`;
}

function rubricTable(report: MeasureReport): string {
	const backend = clean(report.rows[0]?.rubric.backend ?? "");
	return `Rubric: mean of 1 to 5 by ${backend}; failures are in no mean\n${table(
		report,
		["n", "missing", "mean", "95 % interval", "failed", "1 / 2 / 3 / 4 / 5"],
		({ rubric }) => [
			`${rubric.n}`,
			`${rubric.missing}`,
			number(rubric.value, 2),
			interval(rubric, 2),
			percent(rubric.failure_rate),
			rubric.histogram?.join(" / ") ?? "–",
		],
	)}`;
}

function noiseTable(report: MeasureReport): string {
	const { backend, noisy_from: from } = report.rows[0]?.noise ?? {};
	return `Spelling of responses by ${backend}, learnt from the file; sees noise, no fluency\n${table(
		report,
		["n", "missing", "bits per character", "95 % interval", `z > ${from}`],
		({ noise }) => [
			`${noise.n}`,
			`${noise.missing}`,
			number(noise.value, 3),
			interval(noise, 3),
			percent(noise.noisy_share),
		],
	)}`;
}

function agreementText({ judges, alpha, n, confusions }: Agreement): string {
	return [
		`Agreement of ${judges.length} judges on ${n} samples: Krippendorff's alpha (ordinal) ${number(alpha, 3)}`,
		...confusions.flatMap(({ judges: [first, second], matrix, missing }) => [
			`Rows: ${clean(judges[first] ?? "")}; columns: ${clean(judges[second] ?? "")}; ${missing} samples without both`,
			confusionText(matrix),
		]),
	].join("\n");
}

function calibrationText(calibrations: readonly Calibration[]): string {
	return calibrations
		.map(({ judge, n, missing, alpha, bias, error, equal, within_one: near, confusion }) =>
			[
				`Beside people: ${clean(judge)} on ${n} samples that people rated, ${missing} of theirs without its rating`,
				`  judge − human ${number(bias, 2)}, mean error ${number(error, 2)}, equal ${percent(equal)}, at most one apart ${percent(near)}, alpha ${number(alpha, 3)}`,
				"Rows: people; columns: the judge",
				confusionText(confusion),
			].join("\n"),
		)
		.join("\n");
}

function confusionText(matrix: readonly (readonly number[])[]): string {
	const rows = matrix.map((row, at) => `  ${at + 1}  ${row.map((count) => `${count}`.padStart(6)).join("")}`);
	return [`   ${[1, 2, 3, 4, 5].map((score) => `${score}`.padStart(6)).join("")}`, ...rows].join("\n");
}

function perplexityTable(report: MeasureReport): string {
	const { backend, average } = report.rows[0]?.perplexity_of_responses ?? {};
	return `Perplexity of responses given their prompts, ${average}, by ${clean(backend ?? "")}\n${table(
		report,
		["n", "missing", "perplexity", "median", "bits per byte", "cut off"],
		({ perplexity_of_responses: own }) => [
			`${own.n}`,
			`${own.missing}`,
			number(own.value, 3),
			number(own.median, 3),
			number(own.bits_per_byte, 4),
			`${own.truncated}`,
		],
	)}`;
}

function notes({ warnings, rows, spent }: MeasureReport): string {
	const money = Object.entries(spent).map(([currency, amount]) => `${amount.toFixed(4)} ${currency}`);
	const unmeasured = [
		...(rows.every(({ rubric }) => rubric.backend === null) ? ["rubric (--judge)"] : []),
		...(rows.every((row) => row.perplexity_of_responses.backend === null) ? ["perplexity (--scorer)"] : []),
	];
	return [
		"Mean pairwise distance hardly sees duplicates that are spread out, and falls with length: read it beside both,",
		"and only against the same backend and language.",
		...(money.length > 0 ? [`Spent: ${money.join(", ")}.`] : []),
		...(unmeasured.length > 0 ? [`Not measured: ${unmeasured.join(", ")}.`] : []),
		...warnings.map((warning) => `Warning: ${clean(warning)}`),
	].join("\n");
}

/** The row's label by the key it was grouped by. */
export function labelOf(row: MeasuredRow, key: GroupKey): string | null {
	return { teacher: row.teacher_model, language: row.target_lang, strategy: row.strategy, source: row.source }[key];
}

function table(
	{ rows, by }: MeasureReport,
	head: readonly string[],
	cells: (row: MeasuredRow) => readonly string[],
): string {
	const keys = groupKeys.filter((key) => by.includes(key));
	const lines = [
		[...keys, ...head],
		...rows.map((row) => [...keys.map((key) => clean(labelOf(row, key) ?? "")), ...cells(row)]),
	];
	const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => width(line[column] ?? "")))) ?? [];
	return lines
		.map((line) => {
			const padded = line.map((cell, column) => {
				const blanks = " ".repeat(Math.max(0, (widths[column] ?? 0) - width(cell)));
				return column < keys.length ? cell + blanks : blanks + cell;
			});
			return `  ${padded.join("  ")}`.trimEnd();
		})
		.join("\n");
}

const width = (text: string) => [...text].length;

function clean(text: string): string {
	const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
	return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain;
}

function number(value: number | null, digits: number): string {
	return value === null ? "–" : value.toFixed(digits);
}

function percent(share: number | null): string {
	return share === null ? "–" : `${(share * 100).toFixed(1)} %`;
}

function interval(metric: Metric, digits: number): string {
	const range = interval95(metric);
	return range === null ? "–" : range.map((bound) => bound.toFixed(digits)).join(" to ");
}
