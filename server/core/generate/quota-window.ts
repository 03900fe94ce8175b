/** Keeps to what a server last said is left of its quota. The clock is handed in. */
import type { QuotaShare } from "./quota.ts";

export class QuotaWindow {
	readonly #now: () => number;
	#limit = Number.POSITIVE_INFINITY;
	#left = Number.POSITIVE_INFINITY;
	#until = Number.POSITIVE_INFINITY;
	#windowMs = 0;

	constructor(now: () => number) {
		this.#now = now;
	}

	/** The newest word counts. What is on the wire may not be in it yet, so it is taken off. */
	told({ limit, remaining, resetMs }: QuotaShare, onTheWire: number): void {
		this.#limit = limit ?? Number.POSITIVE_INFINITY;
		this.#left = remaining - onTheWire;
		this.#until = this.#now() + resetMs;
		this.#windowMs = Math.max(this.#windowMs, resetMs);
	}

	/** Takes, even below zero; a negative amount gives back. */
	take(amount: number): void {
		this.#left -= amount;
	}

	/** Milliseconds until the quota is whole again, where what is left does not do; else 0. */
	waitMs(amount: number): number {
		const now = this.#now();
		if (now >= this.#until) {
			this.#left = this.#limit;
			this.#until = now + this.#windowMs;
		}
		// More than the whole quota is allowed out of a whole one.
		return this.#left >= Math.min(amount, this.#limit) ? 0 : this.#until - now;
	}
}
