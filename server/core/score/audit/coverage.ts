/** Means over languages compare only where they are over the same languages. */
import type { AuditCheck, AuditedRow, Finding } from "./finding.ts";

export const coverageDiffers: AuditCheck = (rows) => {
	const bases = Map.groupBy(rows, ({ row }) => row.student_base);
	return [...[...bases.values()].flatMap(withinBase), ...betweenBases(bases)];
};

/** Teachers of one student base that lack languages others have. */
function withinBase(rows: readonly AuditedRow[]): Finding[] {
	const all = languagesOf(rows);
	return [...Map.groupBy(rows, ({ row }) => row.teacher_model).values()].flatMap((own) => {
		const languages = languagesOf(own);
		const missing = all.filter((language) => !languages.includes(language));
		const first = own[0];
		if (!first || missing.length === 0) return [];
		return [
			finding(
				first,
				own,
				`${first.row.teacher_model} on ${first.row.student_base} has no row for ${missing.join(", ")}; its mean is over ${languages.length} of ${all.length} languages.`,
			),
		];
	});
}

function betweenBases(bases: ReadonlyMap<string, readonly AuditedRow[]>): Finding[] {
	const sets = [...bases].map(([base, rows]) => ({ base, rows, languages: languagesOf(rows).join(", ") }));
	const widest = sets.toSorted((a, b) => b.languages.length - a.languages.length)[0];
	return sets.flatMap(({ base, rows, languages }) => {
		const first = rows[0];
		if (!first || !widest || languages === widest.languages) return [];
		const message = `${base} covers ${languages}; ${widest.base} covers ${widest.languages}. Their means are over different languages.`;
		return [finding(first, rows, message)];
	});
}

function languagesOf(rows: readonly AuditedRow[]): string[] {
	return [...new Set(rows.map(({ row }) => row.target_lang))].sort();
}

function finding(first: AuditedRow, rows: readonly AuditedRow[], message: string): Finding {
	const related = rows.slice(1).map(({ line }) => line);
	return { code: "coverage-differs", severity: "info", message, line: first.line, related, field: "target_lang" };
}
