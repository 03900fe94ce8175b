/** The standard error of distinct_ri by leaving one text out at a time, in one more pass and constant memory. */

/**
 * D₋ᵢ is affine in the alignment S·u_i with slope 2 / ((n − 1)(n − 2)), so the jackknife's
 * SE = sqrt((n − 1)/n · Σ(D₋ᵢ − D̄)²) follows from the spread of the alignments alone.
 */
export class Jackknife {
	#count = 0;
	#mean = 0;
	#squares = 0;

	/** Takes the alignment of one text that is in the sum. */
	add(alignment: number): void {
		this.#count += 1;
		const step = alignment - this.#mean;
		this.#mean += step / this.#count;
		this.#squares += step * (alignment - this.#mean);
	}

	/** Null for fewer than three texts. */
	standardError(): number | null {
		const n = this.#count;
		if (n < 3) return null;
		return (2 / ((n - 1) * (n - 2))) * Math.sqrt(((n - 1) / n) * this.#squares);
	}
}
