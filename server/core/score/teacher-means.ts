/** Per teacher: the plain mean over languages, as Table 1 prints it, with the number of languages behind it. */
import type { ScoredRow } from "./scored-row.ts";

export interface TeacherMean {
	readonly teacher: string;
	readonly byLanguage: ReadonlyMap<string, ScoredRow>;
	/** Mean over the languages that have a score; null without any. */
	readonly mean: number | null;
	/** Languages that entered the mean. */
	readonly n: number;
}

/** Teachers of one student base, the highest mean first; teachers without a score last. */
export function teacherMeans(rows: readonly ScoredRow[], base: string | null): TeacherMean[] {
	const byTeacher = new Map<string, Map<string, ScoredRow>>();
	for (const row of rows) {
		if (row.student_base !== base || row.reasons.includes("superseded")) continue;
		const languages = byTeacher.get(row.teacher_model) ?? new Map<string, ScoredRow>();
		byTeacher.set(row.teacher_model, languages.set(row.target_lang, row));
	}
	const means = [...byTeacher].map(([teacher, byLanguage]) => ({ teacher, byLanguage, ...meanScore(byLanguage) }));
	return means.sort((a, b) => (b.mean ?? -Infinity) - (a.mean ?? -Infinity) || compare(a.teacher, b.teacher));
}

function meanScore(byLanguage: ReadonlyMap<string, ScoredRow>): { mean: number | null; n: number } {
	const scores = [...byLanguage.values()].flatMap((row) => (row.pg_score === null ? [] : [row.pg_score]));
	const sum = scores.reduce((total, score) => total + score, 0);
	return { mean: scores.length === 0 ? null : sum / scores.length, n: scores.length };
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
