/** A quota per minute, as requests or tokens: what is taken flows back evenly. The clock is handed in. */

/** How much of a minute may be used at once. Providers enforce their minutes in small windows. */
const burstShare = 1 / 12;

export class RateBucket {
	readonly #perMs: number;
	readonly #capacity: number;
	readonly #now: () => number;
	#level: number;
	#at: number;

	constructor(perMinute: number, now: () => number) {
		this.#perMs = perMinute / 60_000;
		this.#capacity = Math.max(1, perMinute * burstShare);
		this.#now = now;
		this.#level = this.#capacity;
		this.#at = now();
	}

	/** Milliseconds until `amount` may be taken; more than the bucket holds is allowed from a full bucket. */
	waitMs(amount: number): number {
		this.#refill();
		const missing = Math.min(amount, this.#capacity) - this.#level;
		return missing <= 0 ? 0 : Math.ceil(missing / this.#perMs);
	}

	/** Takes, even below zero; a negative amount gives back what a reservation had too much. */
	take(amount: number): void {
		this.#refill();
		this.#level = Math.min(this.#capacity, this.#level - amount);
	}

	#refill(): void {
		const now = this.#now();
		this.#level = Math.min(this.#capacity, this.#level + (now - this.#at) * this.#perMs);
		this.#at = now;
	}
}
