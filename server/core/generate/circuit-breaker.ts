/** Notices that an endpoint as a whole does not work: holds everything back, probes, and ends with a reason instead of spinning. */
import type { Outcome } from "./attempt-policy.ts";

export interface BreakerOptions {
	readonly now: () => number;
	readonly random: () => number;
}

/** What to do after a failure, beside what is done about its request. */
export type BreakerStep =
	| { readonly type: "go-on" }
	/** Send nothing for this long, then one probe. */
	| { readonly type: "hold"; readonly ms: number }
	| { readonly type: "stop"; readonly reason: string };

/** Assumptions of generation.md 2.3, as are the numbers below. */
const failuresInARow = 20;
const rejectionsAtStart = 5;
const refusalsToConnectAtStart = 3;
const longestSilenceMs = 5 * 60_000;
const longestHoldMs = 30_000;
const shortestOutageMs = 2_000;

export class CircuitBreaker {
	readonly #options: BreakerOptions;
	#hasSucceeded = false;
	#silentSince: number | undefined;
	#heldAt = Number.NEGATIVE_INFINITY;
	#holds = 0;
	#kind: Outcome | undefined;
	#inARow = 0;
	/** Pauses the server announced are no silence. */
	#announcedMs = 0;

	constructor(options: BreakerOptions) {
		this.#options = options;
	}

	/** While true, one request at a time tries whether the endpoint works again. */
	get isProbing(): boolean {
		return this.#holds > 0;
	}

	succeeded(): void {
		this.#hasSucceeded = true;
		this.#silentSince = undefined;
		this.#holds = 0;
		this.#inARow = 0;
		this.#kind = undefined;
		this.#announcedMs = 0;
	}

	/** `announcedMs` is the pause a busy server asked for. */
	failed(outcome: Outcome, reason: string, sentAt: number, announcedMs = 0): BreakerStep {
		const now = this.#options.now();
		this.#silentSince ??= now;
		this.#announcedMs += announcedMs;
		this.#inARow = outcome === this.#kind ? this.#inARow + 1 : 1;
		this.#kind = outcome;
		const silence = now - this.#silentSince - this.#announcedMs;
		if (silence >= longestSilenceMs) return stop(`no success for ${Math.round(silence / 60_000)} minutes: ${reason}`);
		if (outcome === "unreachable" || outcome === "transient") return this.#outage(outcome, reason, sentAt, silence);
		return this.#verdict(outcome, reason);
	}

	#outage(outcome: Outcome, reason: string, sentAt: number, silence: number): BreakerStep {
		// What was on the wire when the last hold began belongs to it.
		if (sentAt < this.#heldAt) return { type: "go-on" };
		// Failures come at once and answers take their time: a burst of them within a moment is no outage.
		const isBurst = this.#inARow < failuresInARow || silence < shortestOutageMs;
		if (outcome === "transient" && isBurst && this.#holds === 0) return { type: "go-on" };
		this.#heldAt = this.#options.now();
		this.#holds += 1;
		if (outcome === "unreachable" && !this.#hasSucceeded && this.#holds >= refusalsToConnectAtStart)
			return stop(reason);
		const window = Math.min(longestHoldMs, 1_000 * 2 ** (this.#holds - 1));
		return { type: "hold", ms: window * (0.5 + this.#options.random() / 2) };
	}

	/** Answers that are wrong again and again are no accident. */
	#verdict(outcome: Outcome, reason: string): BreakerStep {
		if (outcome === "busy") return { type: "go-on" };
		const isHopelessStart = outcome === "rejected" && !this.#hasSucceeded && this.#inARow >= rejectionsAtStart;
		if (isHopelessStart || this.#inARow >= failuresInARow)
			return stop(`${this.#inARow} answers in a row were ${outcome}; the last: ${reason}`);
		return { type: "go-on" };
	}
}

const stop = (reason: string): BreakerStep => ({ type: "stop", reason });
