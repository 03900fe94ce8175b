/** Where a perplexity stands among the measured samples of its language. */
import type { MeasureReport } from "./measure-report.ts";
import type { SampleValues } from "./sample-values.ts";

/** A place among fewer says nothing. */
const leastScored = 20;

export class PerplexityRanks {
	/** By language, sorted. */
	readonly #values = new Map<string | null, Float64Array>();

	constructor(samples: Iterable<SampleValues>, { rows }: MeasureReport) {
		const found = new Map<string | null, number[]>();
		for (const { perplexity, group } of samples) {
			if (perplexity === null) continue;
			const language = rows[group]?.target_lang ?? null;
			const values = found.get(language);
			if (values) values.push(perplexity);
			else found.set(language, [perplexity]);
		}
		for (const [language, values] of found) this.#values.set(language, Float64Array.from(values).sort());
	}

	/** Share of the language's scored samples that lie below; null where there are fewer than twenty. */
	shareBelow(language: string | null, perplexity: number): number | null {
		const values = this.#values.get(language);
		if (!values || values.length < leastScored) return null;
		let [low, high] = [0, values.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((values[middle] ?? 0) < perplexity) low = middle + 1;
			else high = middle;
		}
		return low / values.length;
	}
}
