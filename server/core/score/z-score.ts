/** The intrinsic z-score: four metrics against a named, frozen population (paper section 3, Eq. 1). */
import { finite } from "./finite.ts";
import type { Reason } from "./reasons.ts";
import { type IntrinsicRow, type Population, type ZColumn, zColumns } from "./rows.ts";

export interface ZScore {
	/** Mean of the four columns; null when one is missing. */
	readonly z: number | null;
	readonly columns: Readonly<Record<ZColumn, number | null>>;
	readonly reasons: readonly Reason[];
}

/** The value that enters a z column; perplexity enters as −ln(1 + ppl), so that higher is better in all four. */
export function columnValue(row: IntrinsicRow, column: ZColumn): number | null {
	if (column !== "neg_log1p_perplexity") return finite(row[column]);
	const perplexity = finite(row.perplexity);
	return perplexity === null ? null : -Math.log1p(perplexity);
}

export function zScore(row: IntrinsicRow, population: Population): ZScore {
	const reasons: Reason[] = [];
	const columns = {} as Record<ZColumn, number | null>;
	for (const column of zColumns) {
		const value = columnValue(row, column);
		const { mean, sd } = population.columns[column];
		if (value === null) reasons.push(missing(column));
		else if (sd === 0) reasons.push("population_without_spread");
		columns[column] = value === null ? null : sd === 0 ? 0 : (value - mean) / sd;
	}
	return { z: meanOfAll(Object.values(columns)), columns, reasons: [...new Set(reasons)] };
}

/** Freezes the rows that have all four metrics as a population (ddof 0, as published); null without any. */
export function populationOf(rows: readonly IntrinsicRow[], name: string): Population | null {
	const complete = rows.filter((row) => zColumns.every((column) => columnValue(row, column) !== null));
	if (complete.length === 0) return null;
	const moments = (column: ZColumn) => momentsOf(complete.map((row) => columnValue(row, column) ?? Number.NaN));
	return {
		name,
		n: complete.length,
		columns: {
			prompts_distinct_ri: moments("prompts_distinct_ri"),
			responses_distinct_ri: moments("responses_distinct_ri"),
			rubric_score: moments("rubric_score"),
			neg_log1p_perplexity: moments("neg_log1p_perplexity"),
		},
	};
}

function momentsOf(values: readonly number[]): { mean: number; sd: number } {
	// Rounding would give equal values a tiny spread, and a tiny spread an enormous z.
	const first = values[0] ?? Number.NaN;
	if (values.every((value) => value === first)) return { mean: first, sd: 0 };
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
	return { mean, sd: Math.sqrt(square) };
}

function missing(column: ZColumn): Reason {
	return column === "neg_log1p_perplexity" ? "perplexity_missing" : `${column}_missing`;
}

/** Null as soon as one is missing: a mean of the rest would be another quantity. */
function meanOfAll(values: readonly (number | null)[]): number | null {
	let sum = 0;
	for (const value of values) {
		if (value === null) return null;
		sum += value;
	}
	return sum / values.length;
}
