/** Score rows as a table for a paper or a README: teachers down, languages across, † where PGR is not interpretable. */
import type { ScoredRow } from "./scored-row.ts";
import { type TeacherMean, teacherMeans } from "./teacher-means.ts";

interface Markup {
	readonly dagger: string;
	readonly unknown: string;
	readonly minus: string;
	escape(text: string): string;
	table(title: string, head: readonly string[], rows: readonly (readonly string[])[], note: string): string;
}

export function markdownTables(rows: readonly ScoredRow[]): string {
	return tables(rows, {
		dagger: "†",
		unknown: "–",
		minus: "−",
		// Text of a file must not become a link, a tag or a cell of its own.
		escape: (text) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replaceAll(/[\\`*_{}[\]<>()#+!|&~]/gu, "\\$&"),
		table: (title, head, body, note) =>
			[
				`**${title}**\n`,
				`| ${head.join(" | ")} |`,
				`|${head.map((_, index) => (index === 0 ? "---" : "--:")).join("|")}|`,
				...body.map((row) => `| ${row.join(" | ")} |`),
				`\n${note}`,
			].join("\n"),
	});
}

export function latexTables(rows: readonly ScoredRow[]): string {
	return tables(rows, {
		dagger: "$^{\\dagger}$",
		unknown: "--",
		minus: "$-$",
		escape: latexText,
		table: (title, head, body, note) =>
			[
				"\\begin{table}",
				"\\centering",
				`\\begin{tabular}{l${"r".repeat(head.length - 1)}}`,
				"\\hline",
				`${head.join(" & ")} \\\\`,
				"\\hline",
				...body.map((row) => `${row.join(" & ")} \\\\`),
				"\\hline",
				"\\end{tabular}",
				`\\caption{${title}. ${note}}`,
				"\\end{table}",
			].join("\n"),
	});
}

function tables(rows: readonly ScoredRow[], markup: Markup): string {
	const bases = [...new Set(rows.map((row) => row.student_base))];
	return `${bases.map((base) => table(rows, base, markup)).join("\n\n")}\n`;
}

function table(rows: readonly ScoredRow[], base: string | null, markup: Markup): string {
	const means = teacherMeans(rows, base);
	const languages = [...new Set(means.flatMap(({ byLanguage }) => [...byLanguage.keys()]))].sort();
	const name = base === null ? "no student" : `student base ${markup.escape(base)}`;
	const body = means.map((mean) => line(mean, languages, markup));
	const note = `(PGR + z) / 2 as published; ${markup.dagger} PGR is not interpretable: the reference is not known to be better than the base. Mean over n languages.`;
	return markup.table(`PG-Score, ${name}`, ["Teacher", "Mean", "n", ...languages.map(markup.escape)], body, note);
}

function line({ teacher, mean, n, byLanguage }: TeacherMean, languages: readonly string[], markup: Markup): string[] {
	const cells = languages.map((language) => {
		const row = byLanguage.get(language);
		if (!row || row.pg_score === null) return markup.unknown;
		return `${fixed(row.pg_score, markup)}${row.pgr_interpretable ? "" : markup.dagger}`;
	});
	return [markup.escape(teacher), fixed(mean, markup), String(n), ...cells];
}

function fixed(value: number | null, { unknown, minus }: Markup): string {
	if (value === null) return unknown;
	const text = Math.abs(value).toFixed(3);
	return value < 0 && Number(text) !== 0 ? `${minus}${text}` : text;
}

const latexSpecial: Readonly<Record<string, string>> = {
	"\\": "\\textbackslash{}",
	"^": "\\textasciicircum{}",
	"~": "\\textasciitilde{}",
};

function latexText(text: string): string {
	return text
		.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
		.replaceAll(/[\\^~{}$&#%_]/gu, (special) => latexSpecial[special] ?? `\\${special}`);
}
