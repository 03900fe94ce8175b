/**
 * One measuring endpoint's share of a measurement: sends at the pace the endpoint allows, within budget and quotas, again
 * where it may help, and writes every attempt down. Built of the generation engine's parts.
 */
import { type Judged, nextStep, type Outcome, retryDelayMs, type Step } from "../core/generate/attempt-policy.ts";
import type { Quota } from "../core/generate/quota.ts";
import type { Failure, Reply } from "../core/generate/reply.ts";
import { costOf } from "../core/generate/spending.ts";
import { UserError } from "../core/problem.ts";
import type { Teacher } from "../core/project.ts";
import type { Usage } from "../core/sample-row.ts";
import { Pace, type Sent } from "./generate-pace.ts";
import { attemptCost, type JournalSlot, type MeasureAttempt } from "./measure-journal.ts";
import { MeasureTurns, pause } from "./measure-turns.ts";

export interface LaneOptions extends Pick<Teacher, "concurrency" | "rpm" | "tpm" | "price"> {
	/** Absent where nobody keeps account, as in a test of one backend. */
	readonly journal?: JournalSlot;
	/** How fast this lane's clock goes: tests wait in milliseconds what users wait in seconds. */
	readonly speed?: number;
}

/** One request, as often as it takes. */
export interface Asked<Reply> {
	/** Of the value in the cache. */
	readonly key: string;
	/** Tokens it is expected to use. */
	readonly expected: Usage;
	/** `unusable`: answers before that could not be read. */
	readonly send: (unusable: number) => Promise<Reply | Failure>;
	/** What an answer used, and in a few words why it is none. */
	readonly read: (reply: Reply) => ReadReply;
	/** Puts an answer where it lasts; the next request is sent only afterwards. */
	readonly keep?: () => Promise<void>;
	/** Failures of the request alone, which say nothing about the endpoint. */
	readonly isOwnFault?: (failure: Failure) => boolean;
}

export interface ReadReply {
	readonly usage: Usage | null;
	readonly fault: string | null;
	/** Asked again, the server would say the same. */
	readonly isFinal?: boolean;
}

export interface Given<Reply> {
	readonly reply: Reply | null;
	/** Why there is no reply, or why it is none. */
	readonly failure: Failure | null;
	readonly fault: string | null;
}

/** An attempt that came back. */
interface Attempted {
	readonly earlier: readonly Outcome[];
	readonly outcome: Outcome;
	readonly step: Step;
	readonly read: ReadReply;
	readonly failure: Failure | null;
	readonly latencyMs: number;
	readonly reserved: number;
}

const defaultConcurrency = 16;

export class MeasureLane {
	readonly backend: string;
	readonly kind: MeasureAttempt["kind"];
	readonly #options: LaneOptions;
	readonly #pace: Pace;
	readonly #speed: number;
	#inFlight = 0;
	/** Money that calls cost, and would have cost by our own count of their tokens. */
	#paidCost = 0;
	#countedCost = 0;
	readonly #turns = new MeasureTurns();
	readonly #idle: (() => void)[] = [];
	/** Ends the waiting of those that were to be sent again. */
	readonly #halting = new AbortController();
	#stopped: UserError | undefined;

	constructor(backend: string, kind: MeasureAttempt["kind"], options: LaneOptions = {}) {
		this.backend = backend;
		this.kind = kind;
		this.#options = options;
		this.#speed = options.speed ?? 1;
		const { concurrency = defaultConcurrency, rpm, tpm } = options;
		const clock = { now: () => performance.now() * this.#speed, random: Math.random };
		this.#pace = new Pace({ concurrency, rpm, tpm }, clock);
	}

	get #journal() {
		return this.#options.journal?.current;
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	/** Sends nothing more; what waits is told why. */
	halt(cause: unknown): void {
		this.#stop(cause instanceof UserError ? cause : new UserError("halted", "The measurement was stopped."));
	}

	/** Resolves when nothing is on the wire. */
	async idle(): Promise<void> {
		while (this.#inFlight > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
	}

	/** Why nothing is sent just now; null while requests flow. */
	get waiting(): string | null {
		if (this.#turns.waiting === 0 || this.#inFlight > 0) return null;
		const reason = this.#pace.waiting(0);
		return reason === null ? null : `${this.backend}: ${reason}`;
	}

	/**
	 * What came back in the end. Throws `UserError` where the endpoint as a whole does not work or the budget is used up,
	 * and rejects when `signal` is aborted: what was answered before is kept.
	 */
	async ask<Reply extends { readonly type: string }>(asked: Asked<Reply>, signal: AbortSignal): Promise<Given<Reply>> {
		const before = this.#journal?.settled(asked.key);
		if (before?.failure) return { reply: null, failure: null, fault: before.failure };
		const earlier: Outcome[] = [...(before?.earlier ?? [])];
		for (;;) {
			const reserved = await this.#enter(asked.expected, earlier.length > 0, signal);
			const given = await this.#attempt(asked, earlier, reserved);
			if (given) return given;
			const last = earlier.at(-1) ?? "transient";
			const delay = retryDelayMs(last, earlier.slice(0, -1), Math.random) / this.#speed;
			await pause(delay, AbortSignal.any([signal, this.#halting.signal]));
		}
	}

	/** One attempt; undefined where another is due, whose reason is then in `earlier`. */
	async #attempt<Reply extends { readonly type: string }>(
		asked: Asked<Reply>,
		earlier: Outcome[],
		reserved: number,
	): Promise<Given<Reply> | undefined> {
		const sentAt = performance.now() * this.#speed;
		const startedAt = performance.now();
		let settled = 0;
		try {
			const reply = await asked.send(earlier.filter((one) => one === "invalid").length);
			const latencyMs = performance.now() - startedAt;
			const failure = isFailure(reply) ? reply : null;
			const read: ReadReply = isFailure(reply) ? { usage: null, fault: reply.message } : asked.read(reply);
			const isOwnFault = failure !== null && asked.isOwnFault?.(failure) === true;
			const outcome = isOwnFault ? "rejected" : outcomeOf(failure, read);
			const step = nextStep(outcome, earlier);
			this.#adapt(reply, isOwnFault ? null : { outcome, reason: read.fault, pair: null }, {
				...{ sentAt, latencyMs: latencyMs * this.#speed, reserved: tokensOf(asked.expected) },
				...{ onTheWire: this.#inFlight - 1, usage: read.usage },
			});
			settled = reserved;
			await this.#settle(asked, { earlier, outcome, step, read, failure, latencyMs, reserved });
			if (step === "stop") this.#stop(new UserError("endpoint", read.fault ?? outcome));
			if (step === "keep" || step === "drop")
				return { reply: isFailure(reply) ? null : reply, failure, fault: read.fault };
			earlier.push(outcome);
			return undefined;
		} finally {
			if (settled !== reserved) this.#journal?.release(reserved);
			this.#leave();
		}
	}

	/** Account and value are on disk before the place is free: what a kill can cost is what is in flight. */
	async #settle<Reply>(asked: Asked<Reply>, done: Attempted): Promise<void> {
		const { earlier, outcome, step, read, failure, latencyMs, reserved } = done;
		const isEstimated = failure === null && read.usage === null;
		const usage = isEstimated ? asked.expected : read.usage;
		const cost = attemptCost(this.#options.price, usage);
		if (cost && !isEstimated && this.#options.price) {
			this.#paidCost += cost.amount;
			this.#countedCost += costOf(this.#options.price, asked.expected.promptTokens, asked.expected.completionTokens);
		}
		const line: MeasureAttempt = {
			key: asked.key,
			backend: this.backend,
			kind: this.kind,
			attempt: earlier.length + 1,
			outcome,
			verdict: step === "keep" ? "kept" : step === "drop" ? "dropped" : "again",
			reason: read.fault,
			usage,
			isEstimated,
			status: failure ? failure.status : 200,
			latencyMs: Math.round(latencyMs),
			cost,
		};
		// The value first: a kill between the two leaves it kept and not yet counted, never paid for twice.
		if (step === "keep") await asked.keep?.();
		await this.#journal?.settle(line, reserved);
	}

	/** Waits for a place, and takes quota and money; resolves with the money. */
	async #enter(expected: Usage, isAgain: boolean, signal: AbortSignal): Promise<number> {
		for (;;) {
			signal.throwIfAborted();
			if (this.#stopped) throw this.#stopped;
			const isFirst = isAgain || !this.#turns.hasAgain;
			if (isFirst && this.#pace.maySend(this.#inFlight, tokensOf(expected))) break;
			this.#sleep(tokensOf(expected));
			await this.#turns.wait(isAgain, signal);
		}
		const reserved = this.#expectedCost(expected);
		if (this.#journal?.reserve(this.#options.price, reserved) === false) this.#stop(this.#outOfBudget());
		if (this.#stopped) throw this.#stopped;
		this.#inFlight += 1;
		this.#pace.reserve(tokensOf(expected));
		return reserved;
	}

	/** What a request will cost, as far as those before it say how wrong our own count of tokens is. */
	#expectedCost(expected: Usage): number {
		const { price } = this.#options;
		if (!price) return 0;
		const counted = costOf(price, expected.promptTokens, expected.completionTokens);
		return counted * Math.max(1, this.#countedCost === 0 ? 1 : this.#paidCost / this.#countedCost);
	}

	#outOfBudget(): UserError {
		const { budget, spent = {} } = this.#journal ?? {};
		const { amount = 0, currency = "" } = budget ?? {};
		return new UserError(
			"budget",
			`The budget of ${amount} ${currency} is used up: ${(spent[currency] ?? 0).toFixed(4)} ${currency} are spent, ${this.#inFlight} calls are on the wire. What was answered is kept; raise the budget and measure again to go on.`,
		);
	}

	#next(): void {
		const places = this.#stopped ? Number.POSITIVE_INFINITY : Math.max(1, this.#pace.limit - this.#inFlight);
		this.#turns.next(places);
	}

	/** Whoever waits is woken by the next answer; where none is under way, when the pause is over. */
	#sleep(tokens: number): void {
		const ms = this.#pace.waitMs(tokens) / this.#speed;
		if (ms > 0 || this.#inFlight === 0) this.#turns.later(ms, () => this.#next());
	}

	#leave(): void {
		this.#inFlight -= 1;
		if (this.#inFlight === 0) for (const resolve of this.#idle.splice(0)) resolve();
		this.#next();
	}

	/** Tells the pace what came back; null where the failure was the request's own, which is an answer like any other. */
	#adapt(reply: { readonly type: string }, judged: Judged | null, sent: Sent & { readonly usage: Usage | null }): void {
		const failure = judged && isFailure(reply) ? reply : null;
		const quota = "quota" in reply ? (reply.quota as Quota) : undefined;
		const seen: Reply = failure ?? { ...answered, usage: sent.usage, ...(quota ? { quota } : {}) };
		const { limit, pause: held, stop } = this.#pace.adapt(seen, judged ?? answeredWell, sent);
		if (limit) this.#event("limit", limit);
		if (held) this.#event("pause", { ms: Math.round(held.ms), reason: held.reason });
		if (stop !== undefined) this.#stop(new UserError("endpoint", stop));
	}

	#event(type: string, details: object | undefined): void {
		if (details) this.#journal?.event({ type, backend: this.backend, ...details }).catch(() => {});
	}

	#stop(cause: UserError): void {
		if (this.#stopped) return;
		this.#stopped = cause;
		this.#halting.abort(cause);
		this.#event("stop", { reason: cause.message });
		this.#next();
	}
}

/** What the pace sees of an answer whose content is none of its business. */
const answered = {
	type: "answer",
	text: "",
	finishReason: null,
	isRefusal: false,
	hasReasoning: false,
	isPractice: false,
} as const;
const answeredWell: Judged = { outcome: "answered", reason: null, pair: null };

function outcomeOf(failure: Failure | null, { fault, isFinal }: ReadReply): Outcome {
	if (failure === null) return fault === null ? "answered" : isFinal ? "rejected" : "invalid";
	// A 200 that can't be read is not a passing fault of the line.
	return failure.status === 200 && failure.kind === "transient" ? "invalid" : failure.kind;
}

const isFailure = (reply: { readonly type: string }): reply is Failure => reply.type === "failure";
const tokensOf = ({ promptTokens, completionTokens }: Usage): number => promptTokens + completionTokens;
