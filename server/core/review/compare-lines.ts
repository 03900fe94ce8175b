/** A line among the others of its file: percentiles of its metrics, and other answers to its prompt. */
import type { ReviewTable } from "./table.ts";

/** The share of the samples of the line's language that have its value or less, and how many those are. */
export function percentileOf(
	table: ReviewTable,
	line: number,
	metric: string,
): { percentile: number | null; among: number } {
	const values = table.metrics.get(metric)?.values;
	const own = values?.[line] ?? Number.NaN;
	if (!values || Number.isNaN(own)) return { percentile: null, among: 0 };
	let among = 0;
	let below = 0;
	for (let other = 0; other < table.lineCount; other += 1) {
		const value = values[other] ?? Number.NaN;
		if (Number.isNaN(value) || table.language[other] !== table.language[line]) continue;
		among += 1;
		if (value <= own) below += 1;
	}
	return { percentile: among > 1 ? below / among : null, among };
}

/** Lines of other answers to the line's seed or prompt, the line itself left out. */
export function siblingsOf(table: ReviewTable, line: number, most: number): number[] {
	const found: number[] = [];
	const seed = table.seedKey[line] ?? Number.NaN;
	const prompt = table.promptKey[line] ?? Number.NaN;
	for (let other = 0; other < table.lineCount && found.length < most; other += 1) {
		// NaN equals nothing, so lines without a key have no siblings.
		if (other !== line && (table.seedKey[other] === seed || table.promptKey[other] === prompt)) found.push(other);
	}
	return found;
}
