/** One endpoint's pace: how much it may get now, and why not more. Limit, buckets and breaker behind one door. */
import { AdaptiveLimit, type LimitChange } from "../core/generate/adaptive-limit.ts";
import type { Judged } from "../core/generate/attempt-policy.ts";
import { CircuitBreaker } from "../core/generate/circuit-breaker.ts";
import { QuotaWindow } from "../core/generate/quota-window.ts";
import { RateBucket } from "../core/generate/rate-bucket.ts";
import type { Reply } from "../core/generate/reply.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";

/** What a reply changed, for the run's events. */
export interface PaceChange {
	readonly limit?: LimitChange;
	/** Nothing is sent for so long. */
	readonly pause?: { readonly ms: number; readonly reason: string; readonly isHold: boolean };
	/** The endpoint does not work; the run shall stop with this reason. */
	readonly stop?: string;
}

/** When and with what an attempt went out, and how many others of the endpoint are on the wire. */
export interface Sent {
	readonly sentAt: number;
	readonly latencyMs: number;
	/** Tokens taken out of the buckets for it. */
	readonly reserved: number;
	readonly onTheWire: number;
}

/** What the user says an endpoint allows. */
export type PacedTeacher = Pick<RunTeacher, "concurrency" | "rpm" | "tpm">;

const defaultConcurrency = 64;

export class Pace {
	readonly #teacher: PacedTeacher;
	readonly #limit: AdaptiveLimit;
	readonly #breaker: CircuitBreaker;
	readonly #requests: RateBucket | undefined;
	readonly #tokens: RateBucket | undefined;
	/** What the server last said is left. */
	readonly #quota: { readonly requests: QuotaWindow; readonly tokens: QuotaWindow };
	#holdReason: string | null = null;

	constructor(teacher: PacedTeacher, clock = { now: () => performance.now(), random: Math.random }) {
		this.#teacher = teacher;
		this.#limit = new AdaptiveLimit({ ...clock, max: teacher.concurrency ?? defaultConcurrency });
		this.#breaker = new CircuitBreaker(clock);
		this.#requests = teacher.rpm === undefined ? undefined : new RateBucket(teacher.rpm, clock.now);
		this.#tokens = teacher.tpm === undefined ? undefined : new RateBucket(teacher.tpm, clock.now);
		this.#quota = { requests: new QuotaWindow(clock.now), tokens: new QuotaWindow(clock.now) };
	}

	get limit(): number {
		return this.#limit.limit;
	}

	/** Why nothing may be sent just now; null where something may. */
	waiting(expectedTokens: number): string | null {
		const seconds = Math.ceil(this.#limit.pauseMs / 1000);
		if (seconds > 0)
			return this.#holdReason === null ? `server pause ${seconds} s` : `${this.#holdReason} Next try in ${seconds} s`;
		if (this.#requests && this.#requests.waitMs(1) > 0) return `rpm bucket (${this.#teacher.rpm} requests a minute)`;
		if (this.#tokens && this.#tokens.waitMs(expectedTokens) > 0)
			return `tpm bucket (${this.#teacher.tpm} tokens a minute)`;
		const quotaMs = this.#quotaMs(expectedTokens);
		return quotaMs > 0 ? `the server's quota is used up, whole again in ${Math.ceil(quotaMs / 1000)} s` : null;
	}

	get isPaused(): boolean {
		return this.#limit.pauseMs > 0;
	}

	maySend(inFlight: number, expectedTokens: number): boolean {
		if (!this.#limit.maySend(inFlight) || this.#bucketMs(expectedTokens) > 0) return false;
		return !this.#breaker.isProbing || inFlight === 0;
	}

	/** Milliseconds until a pause ends or a bucket has filled; 0 where neither holds anything back. */
	waitMs(expectedTokens: number): number {
		return Math.max(this.#limit.pauseMs, this.#bucketMs(expectedTokens));
	}

	/** Takes a request and its expected tokens out of the buckets. */
	reserve(tokens: number): void {
		this.#requests?.take(1);
		this.#tokens?.take(tokens);
		this.#quota.requests.take(1);
		this.#quota.tokens.take(tokens);
	}

	/** Nothing was sent after all. */
	giveBack(tokens: number): void {
		this.#requests?.take(-1);
		this.#tokens?.take(-tokens);
		this.#quota.requests.take(-1);
		this.#quota.tokens.take(-tokens);
	}

	/** Tells limit, buckets and breaker what came back. */
	adapt(reply: Reply, { outcome, reason }: Judged, { sentAt, latencyMs, reserved, onTheWire }: Sent): PaceChange {
		if (reply.quota?.requests) this.#quota.requests.told(reply.quota.requests, onTheWire);
		if (reply.quota?.tokens) this.#quota.tokens.told(reply.quota.tokens, onTheWire * reserved);
		if (reply.type === "answer" && reply.usage)
			this.#tokens?.take(reply.usage.promptTokens + reply.usage.completionTokens - reserved);
		const change = this.#limitChange(reply, outcome === "busy", sentAt, latencyMs);
		if (outcome === "answered") {
			this.#holdReason = null;
			this.#breaker.succeeded();
			return change;
		}
		const announced = reply.type === "failure" ? (reply.retryAfterMs ?? 0) : 0;
		const step = this.#breaker.failed(outcome, reason ?? outcome, sentAt, announced);
		if (step.type === "stop") return { ...change, stop: step.reason };
		if (step.type === "go-on") return change;
		this.#holdReason = reason;
		this.#limit.holdBack(step.ms);
		return { ...change, pause: { ms: step.ms, reason: reason ?? outcome, isHold: true } };
	}

	#limitChange(reply: Reply, isBusy: boolean, sentAt: number, latencyMs: number): PaceChange {
		if (reply.type === "answer") return changed(this.#limit.succeeded(latencyMs));
		if (!isBusy) {
			this.#limit.stumbled();
			return {};
		}
		const limit = this.#limit.overloaded(sentAt, reply.retryAfterMs);
		if (!limit) return {};
		const reason = "the server asks to slow down (429)";
		return { limit, pause: { ms: this.#limit.pauseMs, reason, isHold: false } };
	}

	#bucketMs(expectedTokens: number): number {
		const own = Math.max(this.#requests?.waitMs(1) ?? 0, this.#tokens?.waitMs(expectedTokens) ?? 0);
		return Math.max(own, this.#quotaMs(expectedTokens));
	}

	#quotaMs(expectedTokens: number): number {
		return Math.max(this.#quota.requests.waitMs(1), this.#quota.tokens.waitMs(expectedTokens));
	}
}

const changed = (limit: LimitChange | undefined): PaceChange => (limit ? { limit } : {});
