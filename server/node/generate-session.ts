/** One session of a run: from opening its logs to closing them. Owns the lanes and everything that is written. */
import type { LimitChange } from "../core/generate/adaptive-limit.ts";
import { canDouble } from "../core/generate/attempt-policy.ts";
import type { CellProgress } from "../core/generate/cell-progress.ts";
import type { Material } from "../core/generate/chat-request.ts";
import type { MonitorMessage } from "../core/generate/monitor-message.ts";
import type { Cell, Draw, PlanLine } from "../core/generate/plan.ts";
import type { ProbeVerdict } from "../core/generate/probe.ts";
import { Purse } from "../core/generate/purse.ts";
import { redact } from "../core/generate/redact.ts";
import type { Reply } from "../core/generate/reply.ts";
import { AcceptanceRate } from "../core/generate/run-progress.ts";
import { type JournalLine, type RunTeacher, titleOf } from "../core/generate/run-records.ts";
import type { Answered } from "../core/generate/sample-of.ts";
import { isEditorTeacher } from "../core/generate/teacher-kind.ts";
import type { Templates } from "../core/project.ts";
import type { SampleRow } from "../core/sample-row.ts";
import { mostCost } from "./generate-attempt.ts";
import { type OpenedLane, openLane } from "./generate-lanes.ts";
import { RunMonitor } from "./generate-monitor.ts";
import { type OpenedRun, openRun, rowHash, type SessionOptions } from "./generate-open.ts";
import {
	countsOf,
	endedShort,
	leftAtProviders,
	moneyOf,
	type SessionEnd,
	type SessionProgress,
	waitingOf,
} from "./generate-progress.ts";
import { countAttempt } from "./generate-replay.ts";
import type { EarlierAnswer } from "./generate-reuse.ts";
import type { Pending, RunLane, RunWork } from "./generate-work.ts";
import { nextStepFor } from "./teacher-test.ts";

/** At most four updates a second (generation.md 2.1). */
const progressMs = 250;
/** Cut-off answers that may be asked again with twice the token limit: so many, and this share of the target. Assumptions. */
const fewDoubled = 20;
const shareDoubled = 0.1;

export class RunSession implements RunWork {
	readonly templates: Templates | undefined;
	readonly purse: Purse;
	readonly #options: SessionOptions;
	readonly #run: OpenedRun;
	readonly #lanes: readonly RunLane[];
	readonly #opened: readonly OpenedLane[];
	readonly #cancelling = new AbortController();
	/** Plan lines of this session that are not on disk yet. */
	readonly #fresh = new Set<PlanLine>();
	readonly #reasons = new Map<string, number>();
	readonly #rate: AcceptanceRate;
	readonly #monitor: RunMonitor;
	#attempts = 0;
	#reused = 0;
	#doubled: number;
	#lastProgress = 0;
	#ended: SessionEnd | undefined;
	#stopReason: string | null = null;
	#failure: unknown;

	private constructor(options: SessionOptions, run: OpenedRun) {
		this.#options = options;
		this.templates = options.manifest.templates;
		this.#run = run;
		this.#doubled = run.doubled;
		const { teachers, budget } = options.manifest;
		this.purse = new Purse(budget, run.cells, teachers);
		this.#opened = teachers.map((teacher) => openLane(teacher, run, options, this));
		this.#lanes = this.#opened.map(({ lane }) => lane);
		const { accepted } = countsOf(run.cells, this.#lanes);
		this.#monitor = new RunMonitor(options.manifest, accepted, run.failures);
		for (const lane of this.#lanes) this.#monitor.limit(lane.teacher.name, lane.limit);
		this.#rate = new AcceptanceRate(() => performance.now(), accepted);
	}

	static async open(options: SessionOptions): Promise<RunSession> {
		return new RunSession(options, await openRun(options));
	}

	get signal(): AbortSignal {
		return this.#cancelling.signal;
	}

	get isStopping(): boolean {
		return this.#stopReason !== null || this.#failure !== undefined || this.signal.aborted;
	}

	/** Runs to the end. Never rejects: what went wrong is in the result. */
	async run(): Promise<SessionEnd> {
		const { signal, lock } = this.#options;
		const cancel = () => this.cancel();
		signal?.addEventListener("abort", cancel, { once: true });
		lock.lost.addEventListener("abort", () => this.fail(new Error("Another process took this run over.")), {
			once: true,
		});
		if (signal?.aborted) cancel();
		const ticker = setInterval(() => this.#report(), progressMs);
		this.event({ type: "start", pid: process.pid });
		for (const lane of this.#lanes) lane.pump();
		await Promise.all(this.#lanes.map(({ ended }) => ended));
		clearInterval(ticker);
		signal?.removeEventListener("abort", cancel);
		await this.#close();
		const end = { ...this.#progress(this.#endState()), attempts: this.#attempts };
		this.#ended = end;
		this.#options.onProgress?.(end);
		return end;
	}

	cancel(): void {
		this.#cancelling.abort();
		for (const lane of this.#lanes) lane.pump();
	}

	stop(reason: string): void {
		if (this.#stopReason !== null) return;
		this.#stopReason = redact(reason);
		this.event({ type: "stop", reason: this.#stopReason });
		for (const lane of this.#lanes) lane.pump();
	}

	fail(cause: unknown): void {
		this.#failure ??= cause ?? new Error("unknown");
		this.cancel();
	}

	verdict({ name }: RunTeacher): ProbeVerdict | undefined {
		return this.#options.manifest.probes?.[name];
	}

	plan(teacher: RunTeacher, cell: CellProgress): PlanLine {
		const line = this.#run.plans.next(teacher, cell);
		this.#fresh.add(line);
		return line;
	}

	async earlier(teacher: RunTeacher, cell: Cell, line: PlanLine): Promise<EarlierAnswer | undefined> {
		const { earlier, reuseOrigins = [] } = this.#options;
		if (!earlier) return undefined;
		const found = await earlier.find(line.key);
		if (found) return found;
		for (const origin of reuseOrigins) {
			const elsewhere = await earlier.find(this.#run.plans.key(teacher, cell, line.draw, origin));
			if (elsewhere) return elsewhere;
		}
		return undefined;
	}

	setAside(teacher: RunTeacher, pending: Pending): number | null {
		const most = mostCost(this.purse, teacher, pending, this);
		if (this.purse.setAside(most)) return most;
		if (this.purse.isIdle) this.stop(this.purse.usedUp(most));
		return null;
	}

	putBack(moneys: readonly number[]): void {
		if (!this.purse.putBack(moneys)) return;
		// Whoever has least on the wire comes first, so that one lane does not keep the others from the rest.
		for (const lane of this.#lanes.toSorted((left, right) => left.inFlight - right.inFlight)) lane.pump();
	}

	/** Bounded for the whole run, so that a limit far too low for everything does not double the bill. */
	mayDouble({ sampling }: RunTeacher): boolean {
		const target = this.#run.cells.reduce((sum, { cell }) => sum + cell.target, 0);
		const isAllowed = this.#options.doubleTruncated !== false && this.#doubled < fewDoubled + target * shareDoubled;
		return isAllowed && canDouble(sampling?.maxTokens);
	}

	async planned(line: PlanLine): Promise<void> {
		if (this.#fresh.delete(line)) await this.#run.logs.plan.append(line);
	}

	material(cell: Cell, draw: Draw): Material {
		return this.#run.plans.material(cell, draw);
	}

	origins(teacher: RunTeacher, material: Material): Pick<Answered, "model" | "origin" | "sampling" | "templateHash"> {
		return this.#run.plans.origins(teacher, material);
	}

	objections(row: SampleRow): string[] {
		const reasons = this.#options.accept?.(row) ?? [];
		if (reasons.length > 0) return [...reasons];
		const hash = rowHash(row);
		if (this.#run.seen.has(hash)) return ["exact-duplicate"];
		this.#run.seen.add(hash);
		return [];
	}

	limited({ name }: RunTeacher, change: LimitChange): void {
		this.#monitor.limit(name, change.limit);
		this.event({ type: "limit", teacher: name, ...change });
	}

	paused({ name }: RunTeacher, ms: number, reason: string): void {
		this.#monitor.pause(name, ms, reason);
	}

	async journal(cell: CellProgress, line: JournalLine): Promise<void> {
		if (line.reusedFrom === undefined) this.#attempts += 1;
		else this.#reused += 1;
		if (line.outcome === "truncated" && line.verdict === "again") this.#doubled += 1;
		countAttempt(cell, line);
		this.purse.answered(cell.cell.teacher, line.usage?.completionTokens ?? 0);
		this.#monitor.attempt(cell.cell.teacher, line);
		await this.#run.logs.journal.append(line);
	}

	output(row: SampleRow): Promise<void> {
		return this.#run.output.append(row);
	}

	event(event: Readonly<Record<string, unknown>> & { readonly type: string }): void {
		this.#run.logs.events
			.append({ at: new Date().toISOString(), ...event })
			.catch((cause: unknown) => this.fail(cause));
	}

	settled(teacher: RunTeacher, row: SampleRow | undefined, reasons: readonly string[]): void {
		if (row) {
			this.#monitor.sample(teacher.name, row);
			this.#report();
		}
		for (const reason of reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
	}

	explain(teacher: RunTeacher, reply: Reply): string {
		if (reply.type === "answer") return teacher.name;
		if (isEditorTeacher(teacher)) return `${teacher.name}: ${reply.message}`;
		return `${teacher.name}: ${nextStepFor(teacher, this.#options.keys.get(teacher.name) ?? null, reply)}`;
	}

	#endState(): SessionProgress["state"] {
		if (this.#failure !== undefined) return "failed";
		if (this.signal.aborted) return "cancelled";
		return this.#stopReason === null ? "done" : "paused";
	}

	#report(): void {
		const now = performance.now();
		if (now - this.#lastProgress < progressMs) return;
		this.#lastProgress = now;
		this.#options.onProgress?.(this.#progress("running"));
	}

	#progress(state: SessionProgress["state"]): SessionProgress {
		const { id, output, teachers, budget = null } = this.#options.manifest;
		const counts = countsOf(this.#run.cells, this.#lanes);
		const ratePerS = this.#rate.perSecond(counts.accepted);
		const left = counts.target - counts.accepted;
		return {
			runId: id,
			output,
			state,
			...counts,
			ratePerS,
			etaS: ratePerS === null || state !== "running" ? null : left / ratePerS,
			waiting: state === "running" ? waitingOf(this.#lanes) : null,
			message: this.#message(),
			...moneyOf(this.#run.cells, teachers, counts),
			budget,
			reused: this.#reused,
			doubled: this.#doubled,
			reasons: Object.fromEntries([...this.#reasons].sort(([, left], [, right]) => right - left).slice(0, 20)),
		};
	}

	/** What the monitor panel shows now. */
	monitorMessage(): MonitorMessage {
		return this.#monitor.message(this.#ended ?? this.#progress("running"), titleOf(this.#options.manifest));
	}

	#message(): string | null {
		if (this.#failure !== undefined)
			return redact(this.#failure instanceof Error ? this.#failure.message : String(this.#failure));
		const left = leftAtProviders(this.#run.batches, this.#options.manifest.teachers);
		if (this.isStopping && left !== null) return [this.#stopReason, left].filter(Boolean).join(" ");
		return this.#stopReason ?? endedShort(this.#run.cells);
	}

	/** Closes the logs even where one fails, then gives the lock back. */
	async #close(): Promise<void> {
		this.event({
			type: this.#endState(),
			accepted: countsOf(this.#run.cells, this.#lanes).accepted,
			message: this.#message(),
		});
		const { plan, journal, events } = this.#run.logs;
		const logs = [plan, journal, events, this.#run.output, ...(this.#run.batches ? [this.#run.batches] : [])];
		await this.#options.earlier?.close();
		const closings = [...logs.map((log) => log.close()), ...this.#opened.map((opened) => opened.close())];
		for (const closing of await Promise.allSettled(closings))
			if (closing.status === "rejected") this.#failure ??= closing.reason;
		await this.#options.lock.release();
	}
}
