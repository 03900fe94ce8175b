/** A lane as its run sees it, and what a lane needs of the run. */
import type { LimitChange } from "../core/generate/adaptive-limit.ts";
import type { Outcome } from "../core/generate/attempt-policy.ts";
import type { CellProgress } from "../core/generate/cell-progress.ts";
import type { Material } from "../core/generate/chat-request.ts";
import type { Cell, Draw, PlanLine } from "../core/generate/plan.ts";
import type { ProbeVerdict } from "../core/generate/probe.ts";
import type { Purse } from "../core/generate/purse.ts";
import type { ChatRequest, Reply } from "../core/generate/reply.ts";
import type { JournalLine, RunTeacher } from "../core/generate/run-records.ts";
import type { Answered } from "../core/generate/sample-of.ts";
import type { Templates } from "../core/project.ts";
import type { SampleRow } from "../core/sample-row.ts";
import type { EarlierAnswer } from "./generate-reuse.ts";

/** A planned request that is not settled yet. */
export interface Pending {
	readonly line: PlanLine;
	readonly cell: CellProgress;
	readonly earlier: readonly Outcome[];
	/** The last answer and what the checker said about it, so that the teacher can mend it. */
	readonly correction?: { readonly answer: string; readonly reason: string };
}

/** Whoever answers a teacher's requests: its endpoint, or the editor. */
export interface Completer {
	/** Asks once. Rejects only when `signal` was aborted. */
	complete(request: ChatRequest, signal: AbortSignal): Promise<Reply>;
	close(): Promise<void>;
}

/** One teacher's share of a run. */
export interface RunLane {
	readonly teacher: RunTeacher;
	readonly cells: readonly CellProgress[];
	readonly inFlight: number;
	/** What the endpoint gets at once now. */
	readonly limit: number;
	/** Why nothing is sent just now; null while requests flow. */
	readonly waiting: string | null;
	/** Sends as much as may be sent. Safe to call at any time. */
	pump(): void;
	/** Settles when nothing is left to do or the run stopped. */
	readonly ended: Promise<void>;
}

export interface RunWork {
	readonly templates: Templates | undefined;
	readonly purse: Purse;
	/** Aborted when attempts on the wire shall end at once. */
	readonly signal: AbortSignal;
	/** Nothing new is sent; attempts on the wire may finish. */
	readonly isStopping: boolean;
	/** What a teacher's endpoint keeps to; undefined where nobody asked it. */
	verdict(teacher: RunTeacher): ProbeVerdict | undefined;
	/** Draws the next request of a cell. */
	plan(teacher: RunTeacher, cell: CellProgress): PlanLine;
	/** Resolves once the plan line is on disk. */
	planned(line: PlanLine): Promise<void>;
	material(cell: Cell, draw: Draw): Material;
	/** The answer an earlier run has for the same request, where reuse is on. */
	earlier(teacher: RunTeacher, cell: Cell, line: PlanLine): Promise<EarlierAnswer | undefined>;
	/**
	 * Puts aside what a request can cost at most. Null where that might exceed the budget: the lane is pumped again when
	 * answers came back cheaper; where none is on the wire, the run pauses.
	 */
	setAside(teacher: RunTeacher, pending: Pending): number | null;
	/** What was put aside for these requests is free; whoever waits for it is pumped. */
	putBack(moneys: readonly number[]): void;
	/** Whether a cut-off answer may be asked again with twice the token limit. */
	mayDouble(teacher: RunTeacher): boolean;
	/** What the row of a teacher says about its origin. */
	origins(teacher: RunTeacher, material: Material): Pick<Answered, "model" | "origin" | "sampling" | "templateHash">;
	/** Why a row does not count; empty where it does. */
	objections(row: SampleRow): string[];
	/** Resolves once the attempt is on disk: from then on it is never lost. */
	journal(cell: CellProgress, line: JournalLine): Promise<void>;
	output(row: SampleRow): Promise<void>;
	event(event: Readonly<Record<string, unknown>> & { readonly type: string }): void;
	/** The limit of a teacher moved. */
	limited(teacher: RunTeacher, change: LimitChange): void;
	/** A teacher gets nothing for so long. */
	paused(teacher: RunTeacher, ms: number, reason: string): void;
	settled(teacher: RunTeacher, row: SampleRow | undefined, reasons: readonly string[]): void;
	/** Pauses the run with a reason; it can be resumed. */
	stop(reason: string): void;
	/** The world broke, such as a full disk. */
	fail(cause: unknown): void;
	/** A fatal reply in words with the next step. */
	explain(teacher: RunTeacher, reply: Reply): string;
}
