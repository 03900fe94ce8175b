/** What the prompts, or the responses, of one group of samples come to. */
import { defaultThreshold, findNearDuplicates } from "../near-duplicates/near-duplicates.ts";
import type { DiversitySum } from "./diversity-sum.ts";
import { Jackknife } from "./jackknife.ts";
import { type Metric, unmeasured } from "./metric.ts";
import { RunningMean } from "./running-mean.ts";
import type { TextTable } from "./text-table.ts";

export type LengthUnit = "bytes" | "graphemes" | "words" | "tokens";

export interface EmbeddedTexts {
	/** Null where no text has an embedding. */
	readonly sum: DiversitySum | null;
	/** Texts the backend gave no embedding for. */
	readonly failed: number;
	readonly backend: string;
}

export class TextMeasure {
	readonly #table: TextTable;
	readonly #rows: readonly number[];
	readonly #texts: number;

	/** `rows` of the table belong to the group, ascending. */
	constructor(table: TextTable, rows: readonly number[]) {
		this.#table = table;
		this.#rows = rows;
		this.#texts = rows.reduce((sum, row) => sum + table.has.at(row), 0);
	}

	get #missing(): number {
		return this.#rows.length - this.#texts;
	}

	diversity({ sum, failed, backend }: EmbeddedTexts): Metric {
		const n = sum?.count ?? 0;
		const invalid = (sum?.invalid ?? 0) + failed;
		const value = sum?.distinctRi() ?? null;
		const missing = this.#missing + invalid;
		return { value, stderr: this.#spread(value), n, missing, reason: diversityReason(n, invalid), backend };
	}

	#spread(value: number | null): number | null {
		if (value === null) return null;
		const jackknife = new Jackknife();
		for (const row of this.#rows) {
			const alignment = this.#table.alignment.at(row);
			if (!Number.isNaN(alignment)) jackknife.add(alignment);
		}
		return jackknife.standardError();
	}

	length(unit: LengthUnit, backend: string): Metric {
		const lengths = new RunningMean();
		for (const row of this.#rows) if (this.#table.isThere(row)) lengths.add(this.#table[unit].at(row));
		const { mean: value, stderr, count: n } = lengths;
		return { value, stderr, n, missing: this.#missing, reason: value === null ? "no text" : null, backend };
	}

	/** Share of texts that stand in the group before; null without a text. */
	exactDuplicates(): Metric {
		const backend = "NFC, white space folded";
		if (this.#texts === 0) return { ...unmeasured(this.#missing, "no text"), backend };
		const keys = new Set<number>();
		for (const row of this.#rows) if (this.#table.isThere(row)) keys.add(this.#table.keys.at(row));
		const value = 1 - keys.size / this.#texts;
		return { value, stderr: null, n: this.#texts, missing: this.#missing, reason: null, backend };
	}

	/** Share of texts that almost stand in the group before, exact ones included. Fills in who the nearest is. */
	nearDuplicates(): Metric {
		const backend = `MinHash of character n-grams, Jaccard ≥ ${defaultThreshold}`;
		if (this.#texts === 0) return { ...unmeasured(this.#missing, "no text"), backend };
		const found = findNearDuplicates(this.#table.signatures.gather(this.#rows));
		let copies = 0;
		for (const [at, row] of this.#rows.entries()) {
			const partner = found.nearest[at] ?? -1;
			if (partner === -1) continue;
			copies += 1;
			this.#table.nearest.set(row, this.#rows[partner] ?? -1);
			this.#table.similarity.set(row, found.similarity[at] ?? Number.NaN);
		}
		const cut = `${found.cutRows} texts are like so many others that not all were compared`;
		return {
			value: copies / this.#texts,
			stderr: null,
			n: this.#texts,
			missing: this.#missing,
			reason: found.cutRows > 0 ? cut : null,
			backend,
		};
	}
}

function diversityReason(n: number, invalid: number): string | null {
	if (n < 2) return invalid > 0 ? `fewer than 2 usable embeddings, ${invalid} invalid` : "fewer than 2 texts";
	return invalid > 0 ? `${invalid} invalid embeddings left out` : null;
}
