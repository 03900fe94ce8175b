/** How noisy the spelling of one group's responses is, beside all measured responses of its language. */
import * as z from "zod/mini";
import { characterBackend } from "./character-model.ts";
import { Metric, unmeasured } from "./metric.ts";
import { noisyFrom } from "./noise-score.ts";
import { RunningMean } from "./running-mean.ts";

/** The value is mean bits per character. */
export const Noise = z.extend(Metric, {
	/** Share of responses with a robust z above `noisy_from` in their language; null where there are too few for a z. */
	noisy_share: z.nullable(z.number()),
	noisy_from: z.number(),
});
export type Noise = z.infer<typeof Noise>;

export class NoiseMeasure {
	readonly #bits = new RunningMean();
	#compared = 0;
	#noisy = 0;

	/** `score` is the robust z; null where the language has too few responses. */
	add(bits: number, score: number | null): void {
		this.#bits.add(bits);
		if (score === null) return;
		this.#compared += 1;
		if (score > noisyFrom) this.#noisy += 1;
	}

	metric(rows: number): Noise {
		const { mean, stderr, count } = this.#bits;
		const isComparable = this.#compared > 0;
		const few = isComparable ? null : "fewer than 10 responses of the language, or all alike: no z";
		return {
			...{ value: mean, stderr, n: count, missing: rows - count, backend: characterBackend },
			reason: mean === null ? "no response to learn from" : few,
			noisy_share: isComparable ? this.#noisy / this.#compared : null,
			noisy_from: noisyFrom,
		};
	}
}

export function unmeasuredNoise(rows: number): Noise {
	return { ...unmeasured(rows, "not asked for; see --noise"), noisy_share: null, noisy_from: noisyFrom };
}
