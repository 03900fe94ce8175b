/** A quota of requests per window of time, as providers have it, told in the headers of every answer. */

export interface WindowState {
	readonly isOver: boolean;
	readonly headers: Readonly<Record<string, string>>;
}

export class RequestWindow {
	#endsAt = Number.NEGATIVE_INFINITY;
	#used = 0;

	/** Counts one request; `now` in milliseconds. */
	count({ requests, seconds }: { readonly requests: number; readonly seconds: number }, now: number): WindowState {
		if (now >= this.#endsAt) {
			this.#endsAt = now + seconds * 1_000;
			this.#used = 0;
		}
		this.#used += 1;
		const headers = {
			"x-ratelimit-limit-requests": String(requests),
			"x-ratelimit-remaining-requests": String(Math.max(0, requests - this.#used)),
			"x-ratelimit-reset-requests": `${Math.ceil(this.#endsAt - now)}ms`,
		};
		return { isOver: this.#used > requests, headers };
	}
}
