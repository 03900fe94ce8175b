/** Ranks teachers within one language and student base, with intervals where the results' errors are known. */
import { seededRandom } from "../generate/seeded-random.ts";
import { implausibleItems, impliedItems } from "./binomial.ts";
import { type ItemResult, pairItems } from "./item-results.ts";
import type { Comparison, ScoreCell } from "./panel-message.ts";
import type { Published } from "./published.ts";
import {
	areApart,
	differInDraws,
	drawByItem,
	type Estimate,
	rankIntervals,
	rankIntervalsOf,
} from "./rank-intervals.ts";

const draws = 1000;

export interface ComparisonSources {
	readonly tables: Published["tables"];
	/** Answers item by item of an evaluation; null where there are none. */
	readonly itemsOf: (runId: string) => readonly ItemResult[] | null;
}

/**
 * The error of a comparison is the result's alone: base and reference are the same for all teachers of a language, so
 * their errors move all of them together. On the PG scale it is SE / (2 |reference − base|).
 */
export function compareTeachers(cells: readonly ScoreCell[], sources: ComparisonSources): ScoreCell[] {
	const groups = Map.groupBy(cells, ({ source, studentBase, language }) =>
		JSON.stringify([source, studentBase, language]),
	);
	const compared = new Map<ScoreCell, Pick<ScoreCell, "comparison" | "gainComparison">>();
	for (const [key, group] of groups) {
		const results = resultsOf(group, sources, key);
		const [pg, gain] = (["pg", "gain"] as const).map((scale) => compare(group, results, scale, key));
		group.forEach((cell, index) => {
			compared.set(cell, { comparison: pg?.[index] ?? null, gainComparison: gain?.[index] ?? null });
		});
	}
	return cells.map((cell) => ({ ...cell, ...compared.get(cell) }));
}

/** The results of one group with what is known of their errors: joint draws over items, or one error each. */
type Results =
	| { readonly by: "items"; readonly drawn: readonly (readonly number[])[]; readonly origin: string }
	| { readonly by: "stderr"; readonly stderrs: readonly number[]; readonly origin: string };

function resultsOf(group: readonly ScoreCell[], sources: ComparisonSources, key: string): Results | null {
	// A rank among some of the teachers would be another rank.
	if (group.length < 2) return null;
	const items = group.map(({ runId }) => (runId === null ? null : sources.itemsOf(runId)));
	const answered = items.flatMap((own) => (own === null ? [] : [own]));
	const paired = answered.length < group.length ? null : pairItems(answered, group[0]?.language ?? "");
	if (paired) {
		const count = paired.reduce((sum, task) => sum + (task[0]?.length ?? 0), 0);
		const drawn = drawByItem(paired, seededRandom(`${key} items`), draws);
		return { by: "items", drawn, origin: `paired bootstrap over ${count} items` };
	}
	const known = group.map((cell) => resultStderr(cell, sources.tables));
	const plausible = known.flatMap((one, index) => {
		// An error that only a hundred thousand items could give is no error of these benchmarks (Table 13 in Czech).
		return one && impliedItems(group[index]?.result ?? null, one.stderr) < implausibleItems ? [one] : [];
	});
	if (plausible.length < group.length) return null;
	return { by: "stderr", stderrs: plausible.map(({ stderr }) => stderr), origin: plausible[0]?.origin ?? "" };
}

/** Null where one of the teachers lacks the number. */
function compare(
	group: readonly ScoreCell[],
	results: Results | null,
	scale: "pg" | "gain",
	key: string,
): Comparison[] | null {
	const values = group.flatMap((cell) => cell[scale] ?? []);
	// How far the number moves when the result moves by one.
	const slopes = group.map((cell) => (scale === "gain" ? 1 : slopeOf(cell)));
	if (!results || values.length < group.length || slopes.some((slope) => slope === null)) return null;
	const slope = (index: number) => slopes[index] ?? Number.NaN;
	const names = group.map(({ teacher }) => teacher);
	if (results.by === "items") {
		const drawn = results.drawn.map((draw) =>
			draw.map((result, index) => {
				return (values[index] ?? Number.NaN) + slope(index) * (result - (group[index]?.result ?? Number.NaN));
			}),
		);
		const ranks = rankIntervalsOf(names, values, drawn);
		const isApart = (left: number, right: number) => differInDraws(drawn, left, right);
		return comparisonsOf(ranks, isApart, results.origin);
	}
	const estimates = values.map((value, index): Estimate => {
		const stderr = (results.stderrs[index] ?? Number.NaN) * Math.abs(slope(index));
		return { name: names[index] ?? "", value, stderr };
	});
	const ranks = rankIntervals(estimates, seededRandom(key), draws);
	const isApart = (left: number, right: number) => {
		const [one, other] = [estimates[left], estimates[right]];
		return one !== undefined && other !== undefined && areApart(one, other);
	};
	return comparisonsOf(ranks, isApart, results.origin);
}

function comparisonsOf(
	ranks: readonly { readonly name: string; readonly rank: number; readonly low: number; readonly high: number }[],
	isApart: (left: number, right: number) => boolean,
	origin: string,
): Comparison[] {
	const first = ranks.findIndex(({ rank }) => rank === 1);
	return ranks.map(({ rank, low, high }, index) => ({
		rank,
		low,
		high,
		of: ranks.length,
		isLeading: index === first || !isApart(first, index),
		indistinctFrom: ranks.flatMap(({ name }, other) => (other !== index && !isApart(index, other) ? [name] : [])),
		origin,
	}));
}

/** PG = ((result − base) / gap + z) / 2. */
function slopeOf({ anchor }: ScoreCell): number | null {
	const gap = anchor ? anchor.ref - anchor.base : 0;
	return gap === 0 ? null : 1 / (2 * gap);
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
