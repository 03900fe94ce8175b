/** Long work in slices of a few milliseconds, so that typing never waits for it. */

const sliceMs = 12;

/** Resolves at once within a slice, else after other work had its turn. */
export class TimeSlices {
	readonly #now: () => number;
	#until: number;

	constructor(now: () => number) {
		this.#now = now;
		this.#until = now() + sliceMs;
	}

	get isOver(): boolean {
		return this.#now() >= this.#until;
	}

	/** When the slice ends, on the same clock. */
	get end(): number {
		return this.#until;
	}

	async pause(): Promise<void> {
		await new Promise((resolve) => setImmediate(resolve));
		this.#until = this.#now() + sliceMs;
	}
}
