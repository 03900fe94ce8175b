/** Rate and remaining time of a run, from what was accepted lately. */

/** Seconds the rate looks back. */
const windowMs = 10_000;

export class AcceptanceRate {
	readonly #now: () => number;
	/** Times of the newest acceptances, oldest first, one entry per look. */
	#marks: { readonly at: number; readonly accepted: number }[] = [];

	constructor(now: () => number, accepted: number) {
		this.#now = now;
		this.#marks.push({ at: now(), accepted });
	}

	/** Accepted samples per second over the window; null before anything was accepted in it. */
	perSecond(accepted: number): number | null {
		const at = this.#now();
		this.#marks.push({ at, accepted });
		while (this.#marks.length > 2 && (this.#marks[1]?.at ?? at) < at - windowMs) this.#marks.shift();
		const oldest = this.#marks[0];
		if (!oldest || at === oldest.at || accepted === oldest.accepted) return null;
		return (1000 * (accepted - oldest.accepted)) / (at - oldest.at);
	}
}
