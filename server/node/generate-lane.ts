/** One teacher's share of a run: pulls requests at the pace its endpoint allows, and settles each one. */
import { judge, type Outcome, retryDelayMs } from "../core/generate/attempt-policy.ts";
import { type CellProgress, nextCell } from "../core/generate/cell-progress.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import { firstTokens } from "../core/generate/spending.ts";
import { attemptRequest, fixedPrompt, sentParts } from "./generate-attempt.ts";
import { Pace, type PaceChange } from "./generate-pace.ts";
import { reusedAnswer } from "./generate-reused.ts";
import { settle } from "./generate-settle.ts";
import type { Completer, Pending, RunLane, RunWork } from "./generate-work.ts";

export class Lane implements RunLane {
	readonly teacher: RunTeacher;
	readonly cells: readonly CellProgress[];
	readonly #pace: Pace;
	readonly #work: RunWork;
	readonly #endpoint: Completer;
	/** Retries, ready to go ahead of new work. */
	readonly #ready: Pending[];
	/** Retries that wait for their time. */
	readonly #delayed = new Set<NodeJS.Timeout>();
	#inFlight = 0;
	/** The next request waits for answers on the wire to cost less than they may. */
	#isShort = false;
	#wake: NodeJS.Timeout | undefined;
	#isEnded = false;
	#end: () => void = () => {};
	readonly ended: Promise<void>;

	constructor(
		teacher: RunTeacher,
		cells: readonly CellProgress[],
		pending: readonly Pending[],
		endpoint: Completer,
		work: RunWork,
	) {
		this.teacher = teacher;
		this.cells = cells;
		this.#ready = [...pending];
		this.#endpoint = endpoint;
		this.#work = work;
		this.#pace = new Pace(teacher);
		this.ended = new Promise((resolve) => {
			this.#end = resolve;
		});
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	get limit(): number {
		return this.#pace.limit;
	}

	get waiting(): string | null {
		const reason = this.#pace.waiting(this.expectedTokens);
		if (reason !== null) return reason;
		if (this.#isShort && !this.#work.isStopping) return "budget: answers on the wire may use up the rest";
		if (this.#inFlight === 0 && this.#delayed.size > 0) return `${this.#delayed.size} retries wait for their time`;
		return null;
	}

	/** Tokens one attempt is expected to use: the mean so far, or a guess before the first. */
	get expectedTokens(): number {
		const attempts = this.cells.reduce((sum, cell) => sum + cell.attempts, 0);
		if (attempts === 0) return firstTokens.prompt + firstTokens.completion;
		return this.cells.reduce((sum, cell) => sum + cell.promptTokens + cell.completionTokens, 0) / attempts;
	}

	pump(): void {
		if (this.#isEnded) return;
		if (this.#work.isStopping) this.#forgetDelayed();
		this.#isShort = false;
		while (!this.#work.isStopping && !this.#isShort && this.#pace.maySend(this.#inFlight, this.expectedTokens)) {
			const next = this.#ready.shift() ?? this.#planned();
			if (!next) break;
			this.#start(next);
		}
		this.#sleep();
		const isIdle =
			this.#inFlight === 0 &&
			(this.#work.isStopping || (this.#ready.length === 0 && this.#delayed.size === 0 && !nextCell(this.cells)));
		if (isIdle) this.#finish();
	}

	/** Takes money, a place and tokens at once, before anything is awaited. */
	#start(next: Pending): void {
		const money = this.#work.setAside(this.teacher, next);
		if (money === null) {
			this.#isShort = true;
			this.#ready.unshift(next);
			return;
		}
		this.#inFlight += 1;
		const reserved = this.expectedTokens;
		this.#pace.reserve(reserved);
		void this.#attempt(next, reserved, money).catch((cause: unknown) => this.#work.fail(cause));
	}

	#finish(): void {
		this.#isEnded = true;
		clearTimeout(this.#wake);
		this.#end();
	}

	/** Wakes up when a pause ends or a bucket has filled. */
	#sleep(): void {
		clearTimeout(this.#wake);
		const ms = this.#pace.waitMs(this.expectedTokens);
		// The wait may have passed since it held something back: with nothing on the wire nobody else would wake the lane.
		// Whoever is short of money is woken by the answer that frees some.
		const isAlone =
			this.#inFlight === 0 && !this.#isShort && (this.#ready.length > 0 || nextCell(this.cells) !== undefined);
		if ((ms > 0 || isAlone) && !this.#work.isStopping)
			this.#wake = setTimeout(() => this.pump(), Math.max(1, Math.ceil(ms)));
	}

	#planned(): Pending | undefined {
		const cell = nextCell(this.cells);
		if (!cell) return undefined;
		const line = this.#work.plan(this.teacher, cell);
		cell.outstanding += 1;
		return { line, cell, earlier: [] };
	}

	async #attempt(pending: Pending, reserved: number, money: number): Promise<void> {
		try {
			await this.#work.planned(pending.line);
			if (await reusedAnswer(this.#work, this.teacher, pending)) this.#pace.giveBack(reserved);
			else if (this.#pace.isPaused || this.#work.isStopping) this.#putBack(pending, reserved);
			else await this.#send(pending, reserved);
		} catch (cause) {
			if (!this.#work.signal.aborted) throw cause;
		} finally {
			this.#inFlight -= 1;
			this.#work.putBack([money]);
			this.pump();
		}
	}

	/** While its plan line was written, a pause began: it waits at the head of the queue. */
	#putBack(pending: Pending, reserved: number): void {
		this.#pace.giveBack(reserved);
		this.#ready.unshift(pending);
	}

	async #send(pending: Pending, reserved: number): Promise<void> {
		const material = this.#work.material(pending.cell.cell, pending.line.draw);
		const sentAt = performance.now();
		const request = attemptRequest(this.teacher, pending, material, this.#work);
		const reply = await this.#endpoint.complete(request, this.#work.signal);
		const latencyMs = performance.now() - sentAt;
		const judged = judge(reply, fixedPrompt(material));
		this.#tell(this.#pace.adapt(reply, judged, { sentAt, latencyMs, reserved, onTheWire: this.#inFlight - 1 }));
		const origin = { latencyMs: Math.round(latencyMs), ...sentParts(request) };
		const again = await settle(this.#work, { teacher: this.teacher, pending, material, reply, judged, origin });
		if (again) this.#repeat(again, judged.outcome, pending.earlier);
	}

	#tell({ limit, pause, stop }: PaceChange): void {
		if (limit) this.#work.limited(this.teacher, limit);
		if (pause) this.#work.paused(this.teacher, pause.ms, pause.reason);
		if (pause?.isHold) {
			const { ms, reason } = pause;
			this.#work.event({ type: "hold", teacher: this.teacher.name, ms: Math.round(ms), reason });
		}
		if (stop !== undefined) this.#work.stop(`${this.teacher.name}: ${stop}`);
	}

	#repeat(next: Pending, outcome: Outcome, earlier: readonly Outcome[]): void {
		const delay = retryDelayMs(outcome, earlier, Math.random);
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
