/** What is measured on the prompts, or on the responses, of one group of samples. */

import { textKey } from "../checks/exact-duplicate.ts";
import { defaultThreshold, findNearDuplicates } from "../near-duplicates/near-duplicates.ts";
import type { Signer } from "../near-duplicates/signature.ts";
import { collectSignatures, type SignatureCollector } from "../near-duplicates/signature-columns.ts";
import { DiversitySum, type Embedding } from "./diversity-sum.ts";
import { Jackknife } from "./jackknife.ts";
import type { Metric } from "./metric.ts";
import { RunningMean } from "./running-mean.ts";
import { graphemes, utf8Bytes, words } from "./text-length.ts";

export const lengthUnits = ["bytes", "graphemes", "words"] as const;
export type LengthUnit = (typeof lengthUnits)[number];

export class TextMeasure {
	readonly #lengths: Readonly<Record<LengthUnit, RunningMean>> = {
		bytes: new RunningMean(),
		graphemes: new RunningMean(),
		words: new RunningMean(),
	};
	/** Two different texts share a key in 1 of 20,000 files of a million texts. */
	readonly #keys = new Set<number>();
	#texts = 0;
	#missing = 0;
	#sum: DiversitySum | undefined;
	readonly #jackknife = new Jackknife();
	#failed = 0;
	readonly #signatures: SignatureCollector;

	/** Making a signer takes longer than most texts do, so all groups share one. */
	constructor(signer: Signer) {
		this.#signatures = collectSignatures(16, signer);
	}

	/** First pass: counts the text; null where the sample has none. */
	count(text: string | null, language: string | null): void {
		if (text === null) {
			this.#missing += 1;
			return;
		}
		this.#texts += 1;
		this.#keys.add(textKey(text));
		this.#signatures.add(text);
		this.#lengths.bytes.add(utf8Bytes(text));
		this.#lengths.graphemes.add(graphemes(text));
		this.#lengths.words.add(words(text, language));
	}

	/** Second pass: null where the backend gave no embedding. */
	embed(embedding: Embedding | null, dimensions: number): void {
		if (embedding === null) this.#failed += 1;
		else {
			this.#sum ??= new DiversitySum(dimensions);
			this.#sum.add(embedding);
		}
	}

	/** Third pass, over the same embeddings. Returns the mean distance of this text to all others. */
	spread(embedding: Embedding | null): number | null {
		const alignment = embedding === null ? null : (this.#sum?.alignment(embedding) ?? null);
		if (alignment === null) return null;
		this.#jackknife.add(alignment);
		return this.#sum?.distanceToOthers(alignment) ?? null;
	}

	diversity(backend: string): Metric {
		const n = this.#sum?.count ?? 0;
		const invalid = (this.#sum?.invalid ?? 0) + this.#failed;
		const value = this.#sum?.distinctRi() ?? null;
		return {
			value,
			stderr: value === null ? null : this.#jackknife.standardError(),
			n,
			missing: this.#missing + invalid,
			reason: diversityReason(n, invalid),
			backend,
		};
	}

	length(unit: LengthUnit): Metric {
		const { mean, stderr, count } = this.#lengths[unit];
		const reason = mean === null ? "no text" : null;
		return { value: mean, stderr, n: count, missing: this.#missing, reason, backend: lengthBackends[unit] };
	}

	/** Share of texts that stand in the group before; null without a text. */
	exactDuplicates(): Metric {
		const value = this.#texts === 0 ? null : 1 - this.#keys.size / this.#texts;
		const reason = value === null ? "no text" : null;
		return { value, stderr: null, n: this.#texts, missing: this.#missing, reason, backend: "NFC, white space folded" };
	}

	/** Share of texts that almost stand in the group before, exact ones included. Asked for once, after the last text. */
	nearDuplicates(): Metric {
		const { nearest, cutRows } = findNearDuplicates(this.#signatures.finish());
		const found = nearest.reduce((sum, partner) => sum + (partner === -1 ? 0 : 1), 0);
		const cut = cutRows > 0 ? `${cutRows} texts are like so many others that not all were compared` : null;
		return {
			value: this.#texts === 0 ? null : found / this.#texts,
			stderr: null,
			n: this.#texts,
			missing: this.#missing,
			reason: this.#texts === 0 ? "no text" : cut,
			backend: `MinHash of character n-grams, Jaccard ≥ ${defaultThreshold}`,
		};
	}
}

const lengthBackends: Readonly<Record<LengthUnit, string>> = {
	bytes: "UTF-8",
	graphemes: "UAX 29",
	words: "letters and digits in a row; ICU dictionary for unspaced scripts",
};

function diversityReason(n: number, invalid: number): string | null {
	if (n < 2) return invalid > 0 ? `fewer than 2 usable embeddings, ${invalid} invalid` : "fewer than 2 texts";
	return invalid > 0 ? `${invalid} invalid embeddings left out` : null;
}
