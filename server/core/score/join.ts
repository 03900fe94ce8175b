/** Joins intrinsic and benchmark rows by teacher and language; a row without a partner is kept, with the reason. */
import * as z from "zod/mini";
import { finite } from "./finite.ts";
import {
	type Anchor,
	type ExtrinsicRow,
	type IntrinsicRow,
	OwnScoreRow,
	type Population,
	type ScoreRow,
	tasksOf,
} from "./rows.ts";
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

/** Guards rows that somebody has scored already; with `hasOwnAnchors` a row that carries base and reference is read by them. */
export function guardScores(
	rows: readonly ScoreRow[],
	reading: Scales["reading"],
	{ hasOwnAnchors = false } = {},
): ScoredRow[] {
	return markSuperseded(
		rows.map((row) => {
			const given = reading(row.student_base, row.target_lang);
			// A row that knows its tasks was measured together with its anchors; others may repeat somebody's.
			const isMeasured = given.anchor === null || tasksOf(row).length > 0;
			const anchor = hasOwnAnchors && isMeasured ? ownAnchor(row) : null;
			return guardScore(row, anchor ? { anchor, anchorReasons: [] } : given);
		}),
	);
}

/** Base and reference as a row of one's own carries them; null where it does not. */
export function ownAnchor(row: object): Anchor | null {
	const read = RowAnchor.safeParse(row);
	const [base, ref] = [finite(read.data?.base), finite(read.data?.ref)];
	if (!read.success || base === null || ref === null) return null;
	const { base_stderr, ref_stderr, anchor_tasks } = read.data;
	return { base, ref, base_stderr, ref_stderr, ...(anchor_tasks ? { tasks: anchor_tasks } : {}) };
}

const RowAnchor = z.pick(OwnScoreRow, {
	base: true,
	ref: true,
	base_stderr: true,
	ref_stderr: true,
	anchor_tasks: true,
});

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
