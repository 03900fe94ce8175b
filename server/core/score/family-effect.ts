/** Does a teacher suit students of its own family? Net of how good the teacher and how easy the student is. */
import { meanOf } from "./spearman.ts";

export interface FamilyCell {
	readonly teacher: string;
	readonly studentBase: string;
	readonly isMatched: boolean;
	readonly value: number;
}

export interface FamilyEffect {
	/** Mean of the matched cells after row and column means are taken away. */
	readonly effect: number;
	readonly matched: number;
	readonly cells: number;
}

/** Needs every teacher on every student base; null otherwise or without a matched cell. */
export function familyEffect(cells: readonly FamilyCell[]): FamilyEffect | null {
	const teachers = Map.groupBy(cells, ({ teacher }) => teacher);
	const bases = Map.groupBy(cells, ({ studentBase }) => studentBase);
	if (cells.length === 0 || cells.length !== teachers.size * bases.size) return null;
	const mean = (rows: readonly FamilyCell[] | undefined) => meanOf((rows ?? []).map(({ value }) => value));
	const all = mean(cells);
	const residuals = cells.flatMap((cell) =>
		cell.isMatched ? [cell.value - mean(teachers.get(cell.teacher)) - mean(bases.get(cell.studentBase)) + all] : [],
	);
	return residuals.length === 0 ? null : { effect: meanOf(residuals), matched: residuals.length, cells: cells.length };
}
