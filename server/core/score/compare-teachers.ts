/** Ranks teachers within one language and student base, with intervals where the results' errors are known. */
import { seededRandom } from "../generate/seeded-random.ts";
import { implausibleItems, impliedItems } from "./binomial.ts";
import type { ScoreCell } from "./panel-message.ts";
import type { Published } from "./published.ts";
import { type Estimate, leadingGroup, rankIntervals } from "./rank-intervals.ts";

const draws = 1000;

/**
 * The error of a comparison is the result's alone: base and reference are the same for all teachers of a language, so
 * their errors move all of them together. On the PG scale it is SE / (2 |reference − base|).
 */
export function compareTeachers(cells: readonly ScoreCell[], tables: Published["tables"]): ScoreCell[] {
	const groups = Map.groupBy(cells, ({ source, studentBase, language }) =>
		JSON.stringify([source, studentBase, language]),
	);
	const compared = new Map<ScoreCell, ScoreCell["comparison"]>();
	for (const [key, group] of groups) compare(key, group, tables, compared);
	return cells.map((cell) => ({ ...cell, comparison: compared.get(cell) ?? null }));
}

function compare(
	key: string,
	group: readonly ScoreCell[],
	tables: Published["tables"],
	compared: Map<ScoreCell, ScoreCell["comparison"]>,
): void {
	// An error that only a hundred thousand items could give is no error of these benchmarks (Table 13 in Czech).
	const isPlausible = (cell: ScoreCell, stderr: number) => impliedItems(cell.result, stderr) < implausibleItems;
	const estimates = group.flatMap((cell): (Estimate & { cell: ScoreCell; origin: string })[] => {
		const known = resultStderr(cell, tables);
		const gap = cell.anchor ? Math.abs(cell.anchor.ref - cell.anchor.base) : 0;
		if (!known || !isPlausible(cell, known.stderr) || cell.pg === null || gap === 0) return [];
		return [{ name: cell.teacher, value: cell.pg, stderr: known.stderr / (2 * gap), cell, origin: known.origin }];
	});
	// A rank among some of the teachers would be another rank.
	if (estimates.length < group.length || estimates.length < 2) return;
	const leaders = new Set(leadingGroup(estimates));
	for (const [index, { rank, low, high, name }] of rankIntervals(estimates, seededRandom(key), draws).entries()) {
		const estimate = estimates[index];
		if (!estimate) continue;
		const { cell, origin } = estimate;
		compared.set(cell, { rank, low, high, of: estimates.length, isLeading: leaders.has(name), origin });
	}
}

/** The row's own error, or for rows the paper gives none the one printed in its Table 13. */
function resultStderr(cell: ScoreCell, tables: Published["tables"]): { stderr: number; origin: string } | null {
	if (cell.resultStderr !== null) return { stderr: cell.resultStderr, origin: "errors of the results" };
	if (cell.source !== "published" || cell.studentBase !== "olmo3-7b") return null;
	const { columns, rows } = tables.table13_standard_errors;
	const name = Object.keys(tables.name_to_model).find((printed) => tables.name_to_model[printed] === cell.teacher);
	const stderr = name === undefined ? undefined : rows[name]?.[columns.indexOf(cell.language)];
	return stderr === undefined || stderr === null ? null : { stderr, origin: "errors of the results, Table 13" };
}
