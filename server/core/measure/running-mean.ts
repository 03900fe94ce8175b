/** Mean and its standard error, one number at a time (Welford's update). */
export class RunningMean {
	#count = 0;
	#mean = 0;
	#squares = 0;

	add(value: number): void {
		this.#count += 1;
		const step = value - this.#mean;
		this.#mean += step / this.#count;
		this.#squares += step * (value - this.#mean);
	}

	get count(): number {
		return this.#count;
	}

	/** Null without a value. */
	get mean(): number | null {
		return this.#count === 0 ? null : this.#mean;
	}

	/** s/√n with n − 1 degrees of freedom; null for fewer than two values. */
	get stderr(): number | null {
		return this.#count < 2 ? null : Math.sqrt(this.#squares / (this.#count - 1) / this.#count);
	}
}
