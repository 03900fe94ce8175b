/** One teacher's share of a run: pulls requests at the pace its endpoint allows, and settles each one. */
import { AdaptiveLimit, type LimitChange } from "../core/generate/adaptive-limit.ts";
import { type Judged, judge, nextStep, type Outcome, retryDelayMs } from "../core/generate/attempt-policy.ts";
import { type CellProgress, nextCell } from "../core/generate/cell-progress.ts";
import { chatMessages, type Material, seedPrompt, wantsPair } from "../core/generate/chat-request.ts";
import { CircuitBreaker } from "../core/generate/circuit-breaker.ts";
import type { PlanLine } from "../core/generate/plan.ts";
import { RateBucket } from "../core/generate/rate-bucket.ts";
import { type Reply, textsSchema } from "../core/generate/reply.ts";
import type { JournalLine, RunTeacher } from "../core/generate/run-records.ts";
import { sampleOf } from "../core/generate/sample-of.ts";
import { expectedCost } from "../core/generate/spending.ts";
import type { Message, SampleRow } from "../core/sample-row.ts";
import type { RunWork } from "./generate-work.ts";
import type { TeacherEndpoint } from "./teacher-endpoint.ts";

/** A planned request that is not settled yet. */
export interface Pending {
	readonly line: PlanLine;
	readonly cell: CellProgress;
	readonly earlier: readonly Outcome[];
	/** The last answer and what the checker said about it, so that the teacher can mend it. */
	readonly correction?: { readonly answer: string; readonly reason: string };
}

const defaultConcurrency = 64;
const pairSchema = textsSchema("prompt", "response");
/** How an answer came: over the wire, or out of an earlier run. */
interface Origin {
	readonly latencyMs: number;
	readonly reusedFrom?: string;
}

/** Before any attempt came back. An assumption: three examples and an answer of a few sentences. */
const firstTokens = { prompt: 700, completion: 400 };

export class Lane {
	readonly teacher: RunTeacher;
	readonly cells: readonly CellProgress[];
	readonly limit: AdaptiveLimit;
	readonly #work: RunWork;
	readonly #endpoint: TeacherEndpoint;
	readonly #breaker: CircuitBreaker;
	readonly #requests: RateBucket | undefined;
	readonly #tokens: RateBucket | undefined;
	/** Retries, ready to go ahead of new work. */
	readonly #ready: Pending[];
	/** Retries that wait for their time. */
	readonly #delayed = new Set<NodeJS.Timeout>();
	#inFlight = 0;
	#holdReason: string | null = null;
	#wake: NodeJS.Timeout | undefined;
	#isEnded = false;
	#end: () => void = () => {};
	/** Settles when nothing is left to do or the run stopped. */
	readonly ended: Promise<void>;

	constructor(
		teacher: RunTeacher,
		cells: readonly CellProgress[],
		pending: readonly Pending[],
		endpoint: TeacherEndpoint,
		work: RunWork,
	) {
		this.teacher = teacher;
		this.cells = cells;
		this.#ready = [...pending];
		this.#endpoint = endpoint;
		this.#work = work;
		const clock = { now: () => performance.now(), random: Math.random };
		this.limit = new AdaptiveLimit({ ...clock, max: teacher.concurrency ?? defaultConcurrency });
		this.#breaker = new CircuitBreaker(clock);
		this.#requests = teacher.rpm === undefined ? undefined : new RateBucket(teacher.rpm, clock.now);
		this.#tokens = teacher.tpm === undefined ? undefined : new RateBucket(teacher.tpm, clock.now);
		this.ended = new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	/** Why nothing is sent just now; null while requests flow. */
	get waiting(): string | null {
		const seconds = Math.ceil(this.limit.pauseMs / 1000);
		if (seconds > 0)
			return this.#holdReason === null ? `server pause ${seconds} s` : `${this.#holdReason} Next try in ${seconds} s`;
		if (this.#requests && this.#requests.waitMs(1) > 0) return `rpm bucket (${this.teacher.rpm} requests a minute)`;
		if (this.#tokens && this.#tokens.waitMs(this.expectedTokens) > 0)
			return `tpm bucket (${this.teacher.tpm} tokens a minute)`;
		if (this.#inFlight === 0 && this.#delayed.size > 0) return `${this.#delayed.size} retries wait for their time`;
		return null;
	}

	/** Tokens one attempt is expected to use: the mean so far, or a guess before the first. */
	get expectedTokens(): number {
		const attempts = this.cells.reduce((sum, cell) => sum + cell.attempts, 0);
		if (attempts === 0) return firstTokens.prompt + firstTokens.completion;
		return this.cells.reduce((sum, cell) => sum + cell.promptTokens + cell.completionTokens, 0) / attempts;
	}

	/** Money one attempt is expected to cost; null without a price. */
	get expectedCost(): number | null {
		const { price } = this.teacher;
		return price ? expectedCost(price, this.cells, firstTokens) : null;
	}

	/** Sends as much as may be sent. Safe to call at any time. */
	pump(): void {
		if (this.#isEnded) return;
		if (this.#work.isStopping) this.#forgetDelayed();
		while (!this.#work.isStopping && this.#maySend()) {
			const next = this.#ready.shift() ?? this.#planned();
			if (!next) break;
			this.#inFlight += 1;
			void this.#attempt(next, this.#reserve()).catch((cause: unknown) => this.#work.fail(cause));
		}
		this.#sleep();
		const isIdle =
			this.#inFlight === 0 &&
			(this.#work.isStopping || (this.#ready.length === 0 && this.#delayed.size === 0 && !nextCell(this.cells)));
		if (isIdle) this.#finish();
	}

	#maySend(): boolean {
		if (!this.limit.maySend(this.#inFlight) || this.#bucketMs() > 0) return false;
		return (!this.#breaker.isProbing || this.#inFlight === 0) && this.#work.mayAfford(this.teacher);
	}

	/** Takes a request and its expected tokens out of the buckets at once, before anything is awaited. */
	#reserve(): number {
		const tokens = this.expectedTokens;
		this.#requests?.take(1);
		this.#tokens?.take(tokens);
		return tokens;
	}

	#bucketMs(): number {
		return Math.max(this.#requests?.waitMs(1) ?? 0, this.#tokens?.waitMs(this.expectedTokens) ?? 0);
	}

	#finish(): void {
		this.#isEnded = true;
		clearTimeout(this.#wake);
		this.#end();
	}

	/** Wakes up when a pause ends or a bucket has filled. */
	#sleep(): void {
		clearTimeout(this.#wake);
		const ms = Math.max(this.limit.pauseMs, this.#bucketMs());
		if (ms > 0 && !this.#work.isStopping) this.#wake = setTimeout(() => this.pump(), Math.ceil(ms));
	}

	#planned(): Pending | undefined {
		const cell = nextCell(this.cells);
		if (!cell) return undefined;
		const line = this.#work.plan(this.teacher, cell);
		cell.outstanding += 1;
		return { line, cell, earlier: [] };
	}

	async #attempt(pending: Pending, reserved: number): Promise<void> {
		try {
			await this.#work.planned(pending.line);
			const material = this.#work.material(pending.cell.cell, pending.line.draw);
			if (pending.earlier.length === 0 && (await this.#reused(pending, material))) {
				this.#requests?.take(-1);
				this.#tokens?.take(-reserved);
				return;
			}
			const sentAt = performance.now();
			const reply = await this.#endpoint.complete(this.#request(pending, material), this.#work.signal);
			const latencyMs = performance.now() - sentAt;
			if (reply.type === "answer" && reply.usage)
				this.#tokens?.take(reply.usage.promptTokens + reply.usage.completionTokens - reserved);
			const judged = judge(reply, this.#fixedPrompt(material));
			this.#adapt(reply, judged, sentAt, latencyMs);
			await this.#settle(pending, material, reply, judged, { latencyMs: Math.round(latencyMs) });
		} catch (cause) {
			if (!this.#work.signal.aborted) throw cause;
		} finally {
			this.#inFlight -= 1;
			this.pump();
		}
	}

	/** Takes over what an earlier run was answered to the same request. */
	async #reused(pending: Pending, material: Material): Promise<boolean> {
		const found = await this.#work.earlier(this.teacher, pending.cell.cell, pending.line);
		if (!found) return false;
		const { answer, finishReason, usage, practice } = found.line;
		const reply: Reply = {
			type: "answer",
			text: answer ?? "",
			finishReason,
			usage,
			isRefusal: false,
			hasReasoning: false,
			isPractice: practice === true,
		};
		const judged = judge(reply, this.#fixedPrompt(material));
		if (judged.outcome !== "answered") return false;
		await this.#settle(pending, material, reply, judged, { latencyMs: 0, reusedFrom: found.runId });
		return true;
	}

	/** The seed's prompt where the answer is plain text; null where prompt and answer come together. */
	#fixedPrompt(material: Material): string | null {
		return wantsPair(material.strategy) ? null : seedPrompt(material.seed);
	}

	/** The strictest form the endpoint keeps to, where prompt and answer come together. */
	#answerForm({ strategy }: Material) {
		const { form = "text", tokenField, isStreaming } = this.#work.verdict(this.teacher) ?? {};
		const answer = wantsPair(strategy) && form !== "text" ? { form, schema: pairSchema } : undefined;
		return { answer, tokenField: tokenField ?? undefined, isStreamed: isStreaming };
	}

	/** A fresh seed for each attempt, so that a server that honours it does not repeat a bad answer. */
	#request({ line, earlier, correction }: Pending, material: Material) {
		const { temperature, topP, maxTokens, seed } = this.teacher.sampling ?? {};
		const base = seed ?? Number.parseInt(line.key.slice(0, 7), 16);
		const tries = earlier.filter((outcome) => outcome !== "busy" && outcome !== "unreachable").length;
		const messages: Message[] = [...chatMessages(material, this.#work.templates), ...correctionTurns(correction)];
		const sampling = { temperature, topP, maxTokens, seed: base + tries };
		return { model: this.teacher.model, messages, ...sampling, ...this.#answerForm(material) };
	}

	/** Tells pace and breaker what came back. */
	#adapt(reply: Reply, { outcome, reason }: Judged, sentAt: number, latencyMs: number): void {
		if (reply.type === "answer") {
			this.#event(this.limit.succeeded(latencyMs));
		} else if (outcome === "busy") {
			const change = this.limit.overloaded(sentAt, reply.retryAfterMs);
			this.#event(change);
			if (change) this.#work.paused(this.teacher, this.limit.pauseMs, "the server asks to slow down (429)");
		} else this.limit.stumbled();
		if (outcome === "answered") {
			this.#holdReason = null;
			this.#breaker.succeeded();
			return;
		}
		const announced = reply.type === "failure" ? (reply.retryAfterMs ?? 0) : 0;
		const step = this.#breaker.failed(outcome, reason ?? outcome, sentAt, announced);
		if (step.type === "hold") {
			this.#holdReason = reason;
			this.limit.holdBack(step.ms);
			this.#work.paused(this.teacher, step.ms, reason ?? outcome);
			this.#work.event({ type: "hold", teacher: this.teacher.name, ms: Math.round(step.ms), reason });
		}
		if (step.type === "stop") this.#work.stop(`${this.teacher.name}: ${step.reason}`);
	}

	#event(change: LimitChange | undefined): void {
		if (change) this.#work.limited(this.teacher, change);
	}

	async #settle(pending: Pending, material: Material, reply: Reply, judged: Judged, origin: Origin): Promise<void> {
		const step = nextStep(judged.outcome, pending.earlier);
		const row = judged.pair && reply.type === "answer" ? this.#row(pending, material, reply, judged.pair) : undefined;
		const reasons = row ? this.#work.objections(row) : [judged.reason ?? judged.outcome];
		const isAccepted = row !== undefined && reasons.length === 0;
		const again = step === "again" || step === "stop";
		await this.#work.journal(pending.cell, {
			...journalLine(pending, reply, judged, origin),
			verdict: isAccepted ? "accepted" : again ? "again" : "dropped",
			reasons,
		});
		if (step === "stop") this.#work.stop(this.#work.explain(this.teacher, reply));
		if (again) return this.#repeat(pending, reply, judged);
		if (isAccepted) await this.#work.output(row);
		pending.cell.outstanding -= 1;
		if (isAccepted) pending.cell.accepted += 1;
		else pending.cell.dropped += 1;
		this.#work.settled(this.teacher, isAccepted ? row : undefined, reasons);
	}

	#row(
		{ line }: Pending,
		material: Material,
		reply: Extract<Reply, { type: "answer" }>,
		pair: { prompt: string; response: string },
	): SampleRow {
		return sampleOf(
			material,
			{ ...this.#work.origins(this.teacher, material), pair, key: line.key, sample: line.draw.sample, ...reply },
			this.#work.templates,
		);
	}

	#repeat(pending: Pending, reply: Reply, { outcome, reason }: Judged): void {
		const earlier = [...pending.earlier, outcome];
		const isFirstInvalid = outcome === "invalid" && !pending.earlier.includes("invalid");
		const correction =
			isFirstInvalid && reply.type === "answer" ? { answer: reply.text, reason: reason ?? "" } : undefined;
		const next: Pending = { line: pending.line, cell: pending.cell, earlier, ...(correction ? { correction } : {}) };
		const delay = retryDelayMs(outcome, pending.earlier, Math.random);
		if (delay === 0) return void this.#ready.push(next);
		const timer = setTimeout(() => {
			this.#delayed.delete(timer);
			this.#ready.push(next);
			this.pump();
		}, delay);
		this.#delayed.add(timer);
	}

	/** A stopped run sends nothing more; what waits is in plan and journal. */
	#forgetDelayed(): void {
		for (const timer of this.#delayed) clearTimeout(timer);
		this.#delayed.clear();
	}
}

function correctionTurns(correction: Pending["correction"]): Message[] {
	if (!correction) return [];
	const content = `That cannot be used: ${correction.reason}. Send the same content again, in exactly the form asked for and nothing else.`;
	return [
		{ role: "assistant", content: correction.answer },
		{ role: "user", content },
	];
}

function journalLine(
	{ line, cell, earlier }: Pending,
	reply: Reply,
	{ outcome }: Judged,
	origin: Origin,
): Omit<JournalLine, "verdict" | "reasons"> {
	const common = { key: line.key, cell: cell.index, attempt: earlier.length + 1, outcome, ...origin };
	if (reply.type === "failure")
		return { ...common, finishReason: null, usage: null, status: reply.status, answer: null };
	const { finishReason, usage, text } = reply;
	return { ...common, finishReason, usage, status: 200, answer: text, ...(reply.isPractice ? { practice: true } : {}) };
}
