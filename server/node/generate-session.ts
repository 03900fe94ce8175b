/** One session of a run: from opening its logs to closing them. Owns the lanes and everything that is written. */
import { type Accept, duplicateText } from "../core/generate/acceptance.ts";
import type { LimitChange } from "../core/generate/adaptive-limit.ts";
import { CellProgress } from "../core/generate/cell-progress.ts";
import type { Material } from "../core/generate/chat-request.ts";
import type { MonitorMessage } from "../core/generate/monitor-message.ts";
import { NumberSet } from "../core/generate/number-set.ts";
import type { Cell, Draw, PlanLine } from "../core/generate/plan.ts";
import type { ProbeVerdict } from "../core/generate/probe.ts";
import { redact } from "../core/generate/redact.ts";
import type { Reply } from "../core/generate/reply.ts";
import { AcceptanceRate } from "../core/generate/run-progress.ts";
import { type JournalLine, type Manifest, type RunTeacher, titleOf } from "../core/generate/run-records.ts";
import type { Answered } from "../core/generate/sample-of.ts";
import { type Budget, spentByCurrency } from "../core/generate/spending.ts";
import type { Templates } from "../core/project.ts";
import type { SampleRow } from "../core/sample-row.ts";
import { countAttempt, type Replayed, type RunLogs, replayRun } from "./generate-folder.ts";
import { Lane } from "./generate-lane.ts";
import type { RunLock } from "./generate-lock.ts";
import { RunMonitor } from "./generate-monitor.ts";
import { openOutput } from "./generate-output.ts";
import { RunPlans, shortHash } from "./generate-plans.ts";
import { missingRows, recoverRows } from "./generate-recover.ts";
import type { EarlierAnswer, EarlierAnswers } from "./generate-reuse.ts";
import { type Seeds, sha256 } from "./generate-seeds.ts";
import type { RunWork } from "./generate-work.ts";
import type { JsonlLog } from "./jsonl-log.ts";
import { TeacherEndpoint } from "./teacher-endpoint.ts";
import { nextStepFor } from "./teacher-test.ts";

export interface SessionOptions {
	readonly path: string;
	readonly manifest: Manifest;
	readonly seeds: Seeds;
	readonly lock: RunLock;
	readonly keys: ReadonlyMap<string, string | null>;
	readonly accept?: Accept;
	readonly onProgress?: (progress: SessionProgress) => void;
	readonly signal?: AbortSignal;
	readonly timeoutMs?: number;
	/** Answers of earlier runs to take over; closed with the session. */
	readonly earlier?: EarlierAnswers;
	/** Outcomes or reasons whose given-up requests are asked again. */
	readonly rerun?: readonly string[];
	/** Further origins whose answers count as those of the same model. */
	readonly reuseOrigins?: readonly string[];
}

export interface CellCount extends Cell {
	readonly accepted: number;
	readonly rejected: number;
}

/** One teacher's pace. */
export interface LaneState {
	readonly teacher: string;
	readonly inFlight: number;
	readonly limit: number;
	readonly waiting: string | null;
	readonly attempts: number;
	readonly promptTokens: number;
	readonly completionTokens: number;
}

export interface SessionProgress {
	readonly runId: string;
	readonly output: string;
	readonly state: "running" | "paused" | "done" | "cancelled" | "failed";
	readonly accepted: number;
	readonly rejected: number;
	readonly target: number;
	readonly ratePerS: number | null;
	readonly etaS: number | null;
	readonly inFlight: number;
	/** Sum of what the endpoints get at once now. */
	readonly limit: number;
	readonly waiting: string | null;
	readonly message: string | null;
	readonly cells: readonly CellCount[];
	readonly lanes: readonly LaneState[];
	/** Money spent by currency, over teachers with a price; a lower bound after a crash. */
	readonly spent: Readonly<Record<string, number>>;
	/** What the whole run will have cost at the present rate; null before anything was accepted. */
	readonly projected: Readonly<Record<string, number>> | null;
	readonly budget: Budget | null;
	/** Answers taken over from earlier runs. */
	readonly reused: number;
	/** Rejected samples by reason, most frequent first; at most 20. */
	readonly reasons: Readonly<Record<string, number>>;
}

export type SessionEnd = SessionProgress & { readonly attempts: number };

/** At most four updates a second (generation.md 2.1). */
const progressMs = 250;

export class RunSession implements RunWork {
	readonly templates: Templates | undefined;
	readonly #options: SessionOptions;
	readonly #plans: RunPlans;
	readonly #cells: readonly CellProgress[];
	readonly #logs: RunLogs;
	readonly #output: JsonlLog;
	readonly #lanes: readonly Lane[];
	readonly #endpoints: readonly TeacherEndpoint[];
	readonly #cancelling = new AbortController();
	readonly #seen: NumberSet;
	/** Plan lines of this session that are not on disk yet. */
	readonly #fresh = new Set<PlanLine>();
	readonly #reasons = new Map<string, number>();
	readonly #rate: AcceptanceRate;
	readonly #monitor: RunMonitor;
	#attempts = 0;
	#reused = 0;
	#lastProgress = 0;
	#ended: SessionEnd | undefined;
	#stopReason: string | null = null;
	#failure: unknown;

	private constructor(
		options: SessionOptions,
		replayed: Replayed,
		cells: readonly CellProgress[],
		plans: RunPlans,
		output: JsonlLog,
		seen: NumberSet,
	) {
		this.#options = options;
		this.templates = options.manifest.templates;
		this.#cells = cells;
		this.#plans = plans;
		this.#logs = replayed.logs;
		this.#output = output;
		this.#seen = seen;
		const { teachers } = options.manifest;
		const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
		this.#endpoints = teachers.map(
			(teacher) => new TeacherEndpoint(teacher, { key: options.keys.get(teacher.name) ?? null, ...timeout }),
		);
		this.#lanes = teachers.map((teacher, index) => {
			const own = cells.filter(({ cell }) => cell.teacher === teacher.name);
			const pending = replayed.unsettled.flatMap(({ line, earlier }) => {
				const cell = own.find(({ index: place }) => place === line.cell);
				return cell ? [{ line, cell, earlier }] : [];
			});
			return new Lane(teacher, own, pending, this.#endpoints[index] as TeacherEndpoint, this);
		});
		this.#monitor = new RunMonitor(options.manifest, this.#count("accepted"));
		for (const lane of this.#lanes) this.#monitor.limit(lane.teacher.name, lane.limit.limit);
		this.#rate = new AcceptanceRate(() => performance.now(), this.#count("accepted"));
	}

	/** Replays the logs, and brings the output up to what the journal acknowledged. */
	static async open(options: SessionOptions): Promise<RunSession> {
		const { manifest, seeds, path } = options;
		const cells = manifest.cells.map((cell, index) => new CellProgress(cell, index));
		const replayed = await replayRun(path, cells, options.rerun);
		const plans = new RunPlans(manifest, seeds.rows);
		plans.remember(replayed.plannedKeys);
		const seen = new NumberSet();
		const written = new Set<string>();
		const unsettled = new Set(replayed.unsettled.map(({ line }) => line.key));
		const recovered: SampleRow[] = [];
		const output = await openOutput(manifest.output, (row) => {
			seen.add(shortHash(sha256(duplicateText(row))));
			if (row.provenance && unsettled.has(row.provenance.request)) recovered.push(row);
			if (row.provenance && replayed.accepted.has(row.provenance.request)) written.add(row.provenance.request);
		});
		for await (const row of missingRows(options, replayed, plans, written)) {
			seen.add(shortHash(sha256(duplicateText(row))));
			await output.append(row);
		}
		const found = await recoverRows(recovered, replayed, cells);
		return new RunSession(options, found, cells, plans, output, seen);
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
		const line = this.#plans.next(teacher, cell);
		this.#fresh.add(line);
		return line;
	}

	async earlier(teacher: RunTeacher, cell: Cell, line: PlanLine): Promise<EarlierAnswer | undefined> {
		const { earlier, reuseOrigins = [] } = this.#options;
		if (!earlier) return undefined;
		const found = await earlier.find(line.key);
		if (found) return found;
		for (const origin of reuseOrigins) {
			const elsewhere = await earlier.find(this.#plans.key(teacher, cell, line.draw, origin));
			if (elsewhere) return elsewhere;
		}
		return undefined;
	}

	mayAfford({ name, price }: RunTeacher): boolean {
		const { budget, teachers } = this.#options.manifest;
		if (!budget || !price) return true;
		const spent = spentByCurrency(this.#cells, teachers)[budget.currency] ?? 0;
		const onTheWire = this.#lanes.reduce((sum, lane) => sum + lane.inFlight * (lane.expectedCost ?? 0), 0);
		const next = this.#lanes.find((lane) => lane.teacher.name === name)?.expectedCost ?? 0;
		if (spent + onTheWire + next <= budget.amount) return true;
		this.stop(
			`The budget of ${budget.amount} ${budget.currency} is used up: ${spent.toFixed(4)} spent, ${onTheWire.toFixed(4)} on the wire. Raise it to go on.`,
		);
		return false;
	}

	async planned(line: PlanLine): Promise<void> {
		if (this.#fresh.delete(line)) await this.#logs.plan.append(line);
	}

	material(cell: Cell, draw: Draw): Material {
		return this.#plans.material(cell, draw);
	}

	origins(teacher: RunTeacher, material: Material): Pick<Answered, "model" | "origin" | "sampling" | "templateHash"> {
		return this.#plans.origins(teacher, material);
	}

	objections(row: SampleRow): string[] {
		const reasons = this.#options.accept?.(row) ?? [];
		if (reasons.length > 0) return [...reasons];
		const hash = shortHash(sha256(duplicateText(row)));
		if (this.#seen.has(hash)) return ["exact-duplicate"];
		this.#seen.add(hash);
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
		countAttempt(cell, line);
		await this.#logs.journal.append(line);
	}

	output(row: SampleRow): Promise<void> {
		return this.#output.append(row);
	}

	event(event: Readonly<Record<string, unknown>> & { readonly type: string }): void {
		this.#logs.events.append({ at: new Date().toISOString(), ...event }).catch((cause: unknown) => this.fail(cause));
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
		const accepted = this.#count("accepted");
		const target = this.#cells.reduce((sum, { cell }) => sum + cell.target, 0);
		const ratePerS = this.#rate.perSecond(accepted);
		return {
			runId: this.#options.manifest.id,
			output: this.#options.manifest.output,
			state,
			accepted,
			rejected: this.#count("dropped"),
			target,
			ratePerS,
			etaS: ratePerS === null || state !== "running" ? null : (target - accepted) / ratePerS,
			inFlight: this.#lanes.reduce((sum, lane) => sum + lane.inFlight, 0),
			limit: this.#lanes.reduce((sum, { limit }) => sum + limit.limit, 0),
			waiting: state === "running" ? this.#waiting() : null,
			message: this.#message(),
			cells: this.#cells.map(({ cell, accepted: own, dropped }) => ({ ...cell, accepted: own, rejected: dropped })),
			lanes: this.#lanes.map(laneState),
			...this.#money(accepted, target),
			budget: this.#options.manifest.budget ?? null,
			reused: this.#reused,
			reasons: Object.fromEntries([...this.#reasons].sort(([, left], [, right]) => right - left).slice(0, 20)),
		};
	}

	#money(accepted: number, target: number): Pick<SessionProgress, "spent" | "projected"> {
		const spent = spentByCurrency(this.#cells, this.#options.manifest.teachers);
		if (accepted === 0) return { spent, projected: null };
		const projected = Object.entries(spent).map(([currency, money]) => [currency, (money * target) / accepted]);
		return { spent, projected: Object.fromEntries(projected) };
	}

	/** What the monitor panel shows now. */
	monitorMessage(): MonitorMessage {
		return this.#monitor.message(this.#ended ?? this.#progress("running"), titleOf(this.#options.manifest));
	}

	#count(what: "accepted" | "dropped"): number {
		return this.#cells.reduce((sum, cell) => sum + cell[what], 0);
	}

	/** Only a run in which no lane moves is waiting. */
	#waiting(): string | null {
		const busy = this.#lanes.filter(({ cells }) => cells.some(({ isDone }) => !isDone));
		const reasons = busy.map((lane) => (lane.waiting === null ? null : `${lane.teacher.name}: ${lane.waiting}`));
		return reasons.length > 0 && reasons.every((reason) => reason !== null) ? reasons.join("; ") : null;
	}

	#message(): string | null {
		if (this.#failure !== undefined)
			return redact(this.#failure instanceof Error ? this.#failure.message : String(this.#failure));
		if (this.#stopReason !== null) return this.#stopReason;
		// A comparison asks each seed once and has no target to miss.
		const short = this.#cells.filter((cell) => cell.isExhausted && cell.cell.draws === undefined);
		if (short.length === 0) return null;
		const names = short.map(
			({ cell, accepted }) => `${cell.teacher}, ${cell.strategy}, ${cell.language}: ${accepted} of ${cell.target}`,
		);
		return `Ended short: after three requests a sample and 20 more, too many were rejected (${names.join("; ")}).`;
	}

	/** Closes the logs even where one fails, then gives the lock back. */
	async #close(): Promise<void> {
		this.event({ type: this.#endState(), accepted: this.#count("accepted"), message: this.#message() });
		const logs = [this.#logs.plan, this.#logs.journal, this.#logs.events, this.#output];
		await this.#options.earlier?.close();
		const closings = [...logs.map((log) => log.close()), ...this.#endpoints.map((endpoint) => endpoint.close())];
		for (const closing of await Promise.allSettled(closings))
			if (closing.status === "rejected") this.#failure ??= closing.reason;
		await this.#options.lock.release();
	}
}

function laneState(lane: Lane): LaneState {
	const sum = (value: (cell: CellProgress) => number) => lane.cells.reduce((total, cell) => total + value(cell), 0);
	return {
		teacher: lane.teacher.name,
		inFlight: lane.inFlight,
		limit: lane.limit.limit,
		waiting: lane.waiting,
		attempts: sum((cell) => cell.attempts),
		promptTokens: sum((cell) => cell.promptTokens),
		completionTokens: sum((cell) => cell.completionTokens),
	};
}
