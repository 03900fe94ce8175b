/** Score rows as text tables for a terminal, one per student base: teachers down, languages across. */
import { explain } from "./reasons.ts";
import type { ScoredRow } from "./scored-row.ts";
import { type TeacherMean, teacherMeans } from "./teacher-means.ts";

const unbelieved = "†";

/** PG-Scores with the mean in front, as Table 1 has it; † where PGR is not interpretable. */
export function scoreText(rows: readonly ScoredRow[]): string {
	const bases = [...new Set(rows.map((row) => row.student_base))];
	return `${[...bases.map((base) => baseTable(rows, base)), legend(rows)].join("\n\n")}\n`;
}

function baseTable(rows: readonly ScoredRow[], base: string | null): string {
	const means = teacherMeans(rows, base);
	const languages = [...new Set(means.flatMap(({ byLanguage }) => [...byLanguage.keys()]))].sort();
	const head = ["teacher", "mean", "n", ...languages];
	const body = means.map((mean) => line(mean, languages));
	const title = base === null ? "No student trained" : `Student base ${clean(base)}`;
	return [`${title}: PG-Score as published, (PGR + z) / 2`, ...align([head, ...body])].join("\n");
}

function line({ teacher, mean, n, byLanguage }: TeacherMean, languages: readonly string[]): string[] {
	const cells = languages.map((language) => cell(byLanguage.get(language)));
	// A mean over fewer languages than its peers is another quantity.
	return [clean(teacher), `${fixed(mean)} `, n === languages.length ? `${n}` : `${n}!`, ...cells];
}

function cell(row: ScoredRow | undefined): string {
	if (!row) return "– ";
	return `${fixed(row.pg_score)}${row.pgr_interpretable ? " " : unbelieved}`;
}

function fixed(value: number | null): string {
	return value === null ? "–" : value.toFixed(3);
}

function legend(rows: readonly ScoredRow[]): string {
	const reasons = [...new Set(rows.flatMap((row) => row.reasons))];
	const counts = reasons.map((reason) => {
		const count = rows.filter((row) => row.reasons.includes(reason)).length;
		return `  ${reason} (${count} ${count === 1 ? "row" : "rows"}): ${explain(reason)}`;
	});
	return [`${unbelieved} PGR is not interpretable; – no number; n! fewer languages than others.`, ...counts].join("\n");
}

function align(table: readonly (readonly string[])[]): string[] {
	const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => width(row[column] ?? ""))));
	return table.map((row) =>
		row
			.map((text, column) => pad(text, widths[column] ?? 0, column === 0))
			.join("  ")
			.trimEnd(),
	);
}

function pad(text: string, columns: number, isLeft: boolean): string {
	const space = " ".repeat(Math.max(0, columns - width(text)));
	return isLeft ? text + space : space + text;
}

const width = (text: string) => [...text].length;

/** A file's text must not steer the terminal. */
function clean(text: string): string {
	return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}
