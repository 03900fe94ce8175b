/** Calls to an endpoint that measures: as many at once as it keeps up with, again where it may help, never without end. */
import { AdaptiveLimit } from "../core/generate/adaptive-limit.ts";
import type { Failure } from "../core/generate/reply.ts";
import { UserError } from "../core/problem.ts";

export interface CallOptions {
	/** Calls in flight at most. */
	readonly concurrency?: number;
	/** Before the first repetition; doubled for each further one. */
	readonly backoffMs?: number;
	/** Attempts a call gets where its failure may pass. */
	readonly attempts?: number;
}

/** A busy server gets more patience than one that fails, but not for ever. */
const busyAttempts = 20;
const longestWaitMs = 60_000;

export class MeasureCalls {
	readonly #limit: AdaptiveLimit;
	readonly #backoffMs: number;
	readonly #attempts: number;
	#inFlight = 0;
	/** An endpoint that has answered before may come back; one that never has is most likely not there. */
	#hasAnswered = false;
	#waiting: (() => void)[] = [];

	constructor({ concurrency = 16, backoffMs = 1_000, attempts = 4 }: CallOptions = {}) {
		this.#limit = new AdaptiveLimit({ now: () => performance.now(), random: Math.random, max: concurrency });
		this.#backoffMs = backoffMs;
		this.#attempts = attempts;
	}

	/**
	 * What came back, or the failure that stands after all attempts. Throws `UserError` where no call to this endpoint
	 * can work until somebody acts, and rejects when `signal` is aborted.
	 */
	async call<T extends { readonly type: string }>(
		attempt: () => Promise<T | Failure>,
		signal: AbortSignal,
	): Promise<T | Failure> {
		for (let tried = 1; ; tried += 1) {
			const sentAt = await this.#enter(signal);
			const reply = await attempt().finally(() => this.#leave());
			this.#hasAnswered ||= !isFailure(reply) || reply.kind !== "unreachable";
			if (!isFailure(reply)) {
				this.#limit.succeeded();
				return reply;
			}
			if (reply.kind === "fatal") throw new UserError("endpoint", reply.message);
			if (reply.kind === "busy") this.#limit.overloaded(sentAt, this.#capped(reply.retryAfterMs));
			else this.#limit.stumbled();
			// A 200 that can't be read is not a passing fault of the line.
			const isFinal = reply.kind === "rejected" || reply.status === 200 || !this.#hasAnswered;
			if (isFinal || tried >= (reply.kind === "busy" ? busyAttempts : this.#attempts)) return ended(reply);
			await pause(Math.min(longestWaitMs, Math.random() * this.#backoffMs * 2 ** tried), signal);
		}
	}

	/** Waits for a place; resolves with the moment it was had. */
	async #enter(signal: AbortSignal): Promise<number> {
		while (!this.#limit.maySend(this.#inFlight)) {
			if (this.#limit.pauseMs > 0) await pause(this.#limit.pauseMs, signal);
			else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		}
		signal.throwIfAborted();
		this.#inFlight += 1;
		return performance.now();
	}

	#leave(): void {
		this.#inFlight -= 1;
		for (const wake of this.#waiting.splice(0)) wake();
	}

	/** In tests the whole scale of time shrinks with the backoff. */
	#capped(retryAfterMs: number | null): number | null {
		return this.#backoffMs < 100 ? this.#backoffMs : retryAfterMs;
	}
}

const isFailure = (reply: { readonly type: string }): reply is Failure => reply.type === "failure";

/** An endpoint that is not there at all ends the run: what is cached is kept, and the rest needs somebody to act. */
function ended(failure: Failure): Failure {
	if (failure.kind === "unreachable") throw new UserError("endpoint", failure.message);
	return failure;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		signal.throwIfAborted();
		const stop = () => {
			clearTimeout(timer);
			reject(signal.reason);
		};
		const timer = setTimeout(() => {
			signal.removeEventListener("abort", stop);
			resolve();
		}, ms);
		signal.addEventListener("abort", stop, { once: true });
	});
}
