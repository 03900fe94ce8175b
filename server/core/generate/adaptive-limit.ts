/**
 * How many requests one endpoint gets at once. Starts low, doubles while the server keeps up, is cut once per
 * burst of 429, and remembers where it was cut. Pure: the clock and the dice are handed in.
 */

export interface LimitOptions {
	/** Never more than this at once; the user's number. */
	readonly max: number;
	/** Milliseconds of any steady clock. */
	readonly now: () => number;
	/** Uniform in [0, 1), for jitter. */
	readonly random: () => number;
	readonly start?: number;
}

/** Why the limit moved; for the events of the run and the monitor. */
export interface LimitChange {
	readonly limit: number;
	readonly cause: "overload" | "clean-round";
}

const cutFactor = 0.5;
/** A ceiling is doubted after this long. */
const ceilingMemoryMs = 60_000;
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;
/** Assumptions: twice as many at once that bring less than a quarter more, at 1.5 times the latency, have brought nothing. */
const flatGain = 1.25;
const latencyGradient = 1.5;
/** So much more of the attempts failing is no accident; an assumption. */
const moreFailures = 0.1;

interface Round {
	readonly startedAt: number;
	answers: number;
	failures: number;
	/** Of requests sent since the round began: older ones tell of an earlier limit. */
	readonly latencies: number[];
}

/** What a limit brings: answers a millisecond as counted, and as latency and limit give them when all are in use. */
interface Yield {
	readonly rate: number;
	readonly flow: number;
	readonly failureShare: number;
}

export class AdaptiveLimit {
	readonly #options: LimitOptions;
	#limit: number;
	/** Above this the server was overloaded; undefined before the first cut. */
	#ceiling: number | undefined;
	#cleanSuccesses = 0;
	#lastCutAt = Number.NEGATIVE_INFINITY;
	#ceilingTriedAt = Number.NEGATIVE_INFINITY;
	/** How far above the ceiling the next trial goes; doubles with each that is not cut. */
	#trialStep = 1;
	#pausedUntil = Number.NEGATIVE_INFINITY;
	#episodesInARow = 0;
	#round: Round;
	/** What the limit before the last growth brought, the rates as the best so far. */
	#before: Yield | undefined;
	#lowestLatencyMs = Number.POSITIVE_INFINITY;

	constructor(options: LimitOptions) {
		this.#options = options;
		this.#limit = Math.max(1, Math.min(options.start ?? 8, options.max));
		this.#round = newRound(options.now());
	}

	get limit(): number {
		return this.#limit;
	}

	/** Milliseconds until anything may be sent; 0 where nothing holds it back. */
	get pauseMs(): number {
		return Math.max(0, this.#pausedUntil - this.#options.now());
	}

	maySend(inFlight: number): boolean {
		return inFlight < this.#limit && this.pauseMs === 0;
	}

	/** A request was answered, after this long on the wire. */
	succeeded(latencyMs = 0): LimitChange | undefined {
		this.#episodesInARow = 0;
		this.#cleanSuccesses += 1;
		this.#round.answers += 1;
		if (this.#options.now() - latencyMs >= this.#round.startedAt) this.#round.latencies.push(latencyMs);
		return this.#cleanSuccesses >= this.#limit ? this.#endRound() : undefined;
	}

	/** The server asked to slow down. Answers to requests sent before the last cut belong to the same episode. */
	overloaded(sentAt: number, retryAfterMs: number | null): LimitChange | undefined {
		const now = this.#options.now();
		const isNewEpisode = sentAt > this.#lastCutAt;
		if (isNewEpisode) this.#episodesInARow += 1;
		if (isNewEpisode || retryAfterMs !== null) this.#pause(retryAfterMs ?? this.#backoffMs());
		this.#startRound();
		if (!isNewEpisode) {
			// Each further answer of the burst is one more that the server had no room for.
			this.#ceiling = Math.max(this.#limit, (this.#ceiling ?? 1) - 1);
			return undefined;
		}
		this.#lastCutAt = now;
		this.#ceilingTriedAt = now;
		this.#trialStep = 1;
		this.#ceiling = Math.max(1, this.#limit - 1);
		this.#limit = Math.max(1, Math.floor(this.#limit * cutFactor));
		return { limit: this.#limit, cause: "overload" };
	}

	/** A failure that may pass by itself. It cuts nothing; growth stops only where a higher limit brings more of them. */
	stumbled(): void {
		this.#round.failures += 1;
	}

	/** Holds everything back, as when no server answers. */
	holdBack(ms: number): void {
		this.#pause(ms);
	}

	#pause(ms: number): void {
		this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.now() + ms);
	}

	/** Full jitter over a window that doubles with each episode. */
	#backoffMs(): number {
		return this.#options.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#episodesInARow - 1));
	}

	#startRound(): void {
		this.#cleanSuccesses = 0;
		this.#round = newRound(this.#options.now());
	}

	#endRound(): LimitChange | undefined {
		const { startedAt, answers, failures, latencies } = this.#round;
		const latencyMs = median(latencies);
		const brought = {
			rate: answers / Math.max(1, this.#options.now() - startedAt),
			flow: latencyMs > 0 ? this.#limit / latencyMs : 0,
			failureShare: failures / (failures + answers),
		};
		if (latencyMs > 0) this.#lowestLatencyMs = Math.min(this.#lowestLatencyMs, latencyMs);
		this.#startRound();
		if (this.#isFlat(brought, latencyMs)) return undefined;
		const change = this.#grow();
		if (change) this.#before = better(brought, this.#before);
		return change;
	}

	/** A server that never says 429 shows that it is full by this: more at once, the same rate, longer waits or more failures. */
	#isFlat({ rate, flow, failureShare }: Yield, latencyMs: number): boolean {
		// Below a known ceiling the server has shown that it keeps up.
		if (!this.#before || this.#ceiling !== undefined) return false;
		const isSlower = latencyMs > this.#lowestLatencyMs * latencyGradient && flow < this.#before.flow * flatGain;
		const isFailing = failureShare > this.#before.failureShare + moreFailures && rate < this.#before.rate * flatGain;
		return isSlower || isFailing;
	}

	#grow(): LimitChange | undefined {
		const before = this.#limit;
		this.#limit = Math.min(this.#options.max, this.#ceiling === undefined ? before * 2 : this.#climbed(this.#ceiling));
		return this.#limit === before ? undefined : { limit: this.#limit, cause: "clean-round" };
	}

	#climbed(ceiling: number): number {
		// Half of the way a round, since the ceiling is known well enough not to creep.
		if (this.#limit < ceiling) return this.#limit + Math.ceil((ceiling - this.#limit) / 2);
		const now = this.#options.now();
		if (now - this.#ceilingTriedAt < ceilingMemoryMs) return this.#limit;
		this.#ceilingTriedAt = now;
		this.#ceiling = ceiling + this.#trialStep;
		this.#trialStep *= 2;
		return this.#limit + 1;
	}
}

const newRound = (now: number): Round => ({ startedAt: now, answers: 0, failures: 0, latencies: [] });

/** A moment in which everything was slow must not make the next one look like a gain. */
const better = ({ rate, flow, failureShare }: Yield, before: Yield | undefined): Yield => ({
	rate: Math.max(rate, before?.rate ?? 0),
	flow: Math.max(flow, before?.flow ?? 0),
	failureShare,
});

function median(values: readonly number[]): number {
	const sorted = [...values].sort((left, right) => left - right);
	return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
