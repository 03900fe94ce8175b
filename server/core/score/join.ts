/** Joins intrinsic and benchmark rows by teacher and language; a row without a partner is kept, with the reason. */
import type { ExtrinsicRow, IntrinsicRow, Population, ScoreRow } from "./rows.ts";
import {
	computeScore,
	type GapVariant,
	guardScore,
	type Reading,
	type ScoredRow,
	unmatchedIntrinsic,
} from "./scored-row.ts";

export interface Scales {
	readonly population: (language: string) => Population | null;
	readonly reading: (base: string, language: string) => Reading;
	/** Which PGR enters the score; the authors' by default. */
	readonly variant?: GapVariant | undefined;
}

/** One row per benchmark row, then the intrinsic rows nobody evaluated. Of equal keys the later row counts. */
export function joinScores(
	intrinsic: readonly IntrinsicRow[],
	extrinsic: readonly ExtrinsicRow[],
	{ population, reading, variant }: Scales,
): ScoredRow[] {
	const byTeacher = new Map(intrinsic.map((row) => [pairKey(row), row]));
	const evaluated = new Set(extrinsic.map(pairKey));
	const scored = extrinsic.map((row) => {
		const partner = byTeacher.get(pairKey(row)) ?? null;
		const read = reading(row.student_base, row.target_lang);
		return computeScore(row, partner, population(row.target_lang), read, variant);
	});
	const alone = [...byTeacher.values()].filter((row) => !evaluated.has(pairKey(row)));
	return markSuperseded([...scored, ...alone.map((row) => unmatchedIntrinsic(row, population(row.target_lang)))]);
}

/** Guards rows that somebody has scored already. */
export function guardScores(rows: readonly ScoreRow[], reading: Scales["reading"]): ScoredRow[] {
	return markSuperseded(rows.map((row) => guardScore(row, reading(row.student_base, row.target_lang))));
}

/** Says of every row but the last of its key that a later one exists. */
function markSuperseded(rows: readonly ScoredRow[]): ScoredRow[] {
	const last = new Map(rows.map((row) => [rowKey(row), row]));
	return rows.map((row) => (last.get(rowKey(row)) === row ? row : { ...row, reasons: [...row.reasons, "superseded"] }));
}

/** Identity of a score: student base, teacher and language. */
export function rowKey(row: { student_base: string | null; teacher_model: string; target_lang: string }): string {
	return JSON.stringify([row.student_base, row.teacher_model, row.target_lang]);
}

function pairKey(row: { teacher_model: string; target_lang: string }): string {
	return JSON.stringify([row.teacher_model, row.target_lang]);
}
