/** A token bucket: so many at once, so many a second. */

export class Bucket {
	readonly #perS: number;
	readonly #burst: number;
	readonly #now: () => number;
	#left: number;
	#atMs: number;

	constructor({ perS, burst, now }: { readonly perS: number; readonly burst: number; readonly now: () => number }) {
		this.#perS = perS;
		this.#burst = burst;
		this.#now = now;
		this.#left = burst;
		this.#atMs = now();
	}

	/** Takes one; answers 0, or the seconds until there will be one. */
	take(): number {
		const nowMs = this.#now();
		this.#left = Math.min(this.#burst, this.#left + ((nowMs - this.#atMs) / 1000) * this.#perS);
		this.#atMs = nowMs;
		if (this.#left >= 1) {
			this.#left -= 1;
			return 0;
		}
		return (1 - this.#left) / this.#perS;
	}
}
