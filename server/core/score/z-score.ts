/** The intrinsic z-score: four metrics against a named, frozen population (paper section 3, Eq. 1). */
import { finite } from "./finite.ts";
import type { Reason } from "./reasons.ts";
import { Backends, type IntrinsicRow, type Population, type ZColumn, zColumns } from "./rows.ts";

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
		const measured = columnValue(row, column);
		const isAlike = isSameBackend(row, population, column);
		const value = isAlike ? measured : null;
		const { mean, sd } = population.columns[column];
		if (measured === null) reasons.push(missing(column));
		else if (!isAlike) reasons.push("backend_differs");
		else if (sd === 0) reasons.push("population_without_spread");
		columns[column] = value === null ? null : sd === 0 ? 0 : (value - mean) / sd;
	}
	return { z: meanOfAll(Object.values(columns)), columns, reasons: [...new Set(reasons)] };
}

const backendOf: Readonly<Record<ZColumn, "embedding_model" | "judge_model" | "perplexity_model">> = {
	prompts_distinct_ri: "embedding_model",
	responses_distinct_ri: "embedding_model",
	rubric_score: "judge_model",
	neg_log1p_perplexity: "perplexity_model",
};

/** False only where both say what they were measured with, and it is not the same model. */
function isSameBackend(row: IntrinsicRow, population: Population, column: ZColumn): boolean {
	const field = backendOf[column];
	const [own, others] = [statedBackend(row, field), population.backends?.[field]];
	return own == null || others == null || modelName(own) === modelName(others);
}

function statedBackend(row: IntrinsicRow, field: (typeof backendOf)[ZColumn]): string | null {
	const read = Backends.safeParse(row);
	return read.success ? (read.data[field] ?? null) : null;
}

/** Without address and organisation, so that `http://host#nvidia/X` and `x` are one model. */
const modelName = (text: string) =>
	text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("#")) + 1).toLowerCase();

/** What all rows that say so were measured with; `mixed` is like no model. */
function commonBackend(rows: readonly IntrinsicRow[], field: (typeof backendOf)[ZColumn]): string | null {
	const stated = new Set(rows.flatMap((row) => statedBackend(row, field) ?? []));
	return stated.size > 1 ? "mixed" : ([...stated][0] ?? null);
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
		backends: {
			embedding_model: commonBackend(complete, "embedding_model"),
			judge_model: commonBackend(complete, "judge_model"),
			perplexity_model: commonBackend(complete, "perplexity_model"),
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
