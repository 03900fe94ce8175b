/** Perplexity of responses given their prompts, from the log-likelihood of each response. */

/** What a scorer says about one response; prompt tokens are not in it. */
export interface ResponseLikelihood {
	/** −Σ ln p of the response's tokens, in nats. */
	readonly nll: number;
	readonly tokens: number;
	/** UTF-8 bytes of the scored part of the response. */
	readonly bytes: number;
	/** True where the scorer's context ended before the response did. */
	readonly isTruncated?: boolean;
}

export interface PerplexitySummary {
	/** exp(Σ nll / Σ tokens): one number for the set that no single row dominates (R16). Null without a row. */
	readonly tokenWeighted: number | null;
	/** Median of exp(nll / tokens) over rows. */
	readonly median: number | null;
	/** Σ nll / (ln 2 · Σ bytes); comparable across tokenizers. */
	readonly bitsPerByte: number | null;
	readonly n: number;
	/** Rows without a response token, or without a finite likelihood. */
	readonly missing: number;
	readonly truncated: number;
}

/** exp(nll / tokens) of one row; null where it has no token or no finite likelihood. */
export function rowPerplexity(row: ResponseLikelihood | null): number | null {
	if (!row || row.tokens < 1 || !Number.isFinite(row.nll) || row.nll < 0) return null;
	return Math.exp(row.nll / row.tokens);
}

/** `null` rows are those that could not be scored. */
export function summarizePerplexity(rows: readonly (ResponseLikelihood | null)[]): PerplexitySummary {
	const scored = rows.filter((row): row is ResponseLikelihood => rowPerplexity(row) !== null);
	const nll = sumOf(scored, (row) => row.nll);
	const bytes = sumOf(scored, (row) => row.bytes);
	return {
		tokenWeighted: scored.length === 0 ? null : Math.exp(nll / sumOf(scored, (row) => row.tokens)),
		median: medianOf(scored.map((row) => Math.exp(row.nll / row.tokens))),
		bitsPerByte: bytes === 0 ? null : nll / (Math.LN2 * bytes),
		n: scored.length,
		missing: rows.length - scored.length,
		truncated: scored.filter((row) => row.isTruncated === true).length,
	};
}

/** Label of a value by `paperPerplexity`; never shown as per-sample perplexity. */
export const paperPerplexityName = "paper-compatible batch mean (8 rows in file order, exact mask)";

/**
 * The authors' statistic: exp(mean loss of a batch) is given to each of its rows, and those are averaged. It depends on
 * row order and batch size, and single rows dominate it (R14). Their mask let prompt tokens in; this one does not.
 */
export function paperPerplexity(rows: readonly (ResponseLikelihood | null)[], batchRows = 8): number | null {
	let sum = 0;
	let count = 0;
	for (let start = 0; start < rows.length; start += batchRows) {
		const batch = rows.slice(start, start + batchRows);
		const scored = batch.filter((row): row is ResponseLikelihood => rowPerplexity(row) !== null);
		if (scored.length === 0) continue;
		sum += scored.length * Math.exp(sumOf(scored, (row) => row.nll) / sumOf(scored, (row) => row.tokens));
		count += scored.length;
	}
	return count === 0 ? null : sum / count;
}

/** Middle value, or the mean of the two in the middle; null without a value. */
export function medianOf(values: readonly number[]): number | null {
	const sorted = Float64Array.from(values).sort();
	const middle = sorted.length / 2;
	const upper = sorted[Math.floor(middle)];
	if (upper === undefined) return null;
	return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}

function sumOf<T>(rows: readonly T[], value: (row: T) => number): number {
	return rows.reduce((sum, row) => sum + value(row), 0);
}
