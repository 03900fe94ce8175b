/** How far a session is: what the editor, the command line and the monitor are told, derived from cells and lanes. */
import type { CellProgress } from "../core/generate/cell-progress.ts";
import type { Cell } from "../core/generate/plan.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import { type Budget, spentByCurrency } from "../core/generate/spending.ts";
import type { BatchLog } from "./generate-batch-log.ts";
import type { RunLane } from "./generate-work.ts";

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
	/** Cut-off answers that were asked again with twice the token limit. */
	readonly doubled: number;
	/** Rejected samples by reason, most frequent first; at most 20. */
	readonly reasons: Readonly<Record<string, number>>;
}

export type SessionEnd = SessionProgress & { readonly attempts: number };

/** What follows from the cells and lanes alone. */
export function countsOf(
	cells: readonly CellProgress[],
	lanes: readonly RunLane[],
): Pick<SessionProgress, "accepted" | "rejected" | "target" | "inFlight" | "limit" | "cells" | "lanes"> {
	const sum = (value: (cell: CellProgress) => number) => cells.reduce((total, cell) => total + value(cell), 0);
	return {
		accepted: sum(({ accepted }) => accepted),
		rejected: sum(({ dropped }) => dropped),
		target: sum(({ cell }) => cell.target),
		inFlight: lanes.reduce((total, lane) => total + lane.inFlight, 0),
		limit: lanes.reduce((total, { limit }) => total + limit, 0),
		cells: cells.map(({ cell, accepted: own, dropped }) => ({ ...cell, accepted: own, rejected: dropped })),
		lanes: lanes.map(laneState),
	};
}

function laneState(lane: RunLane): LaneState {
	const sum = (value: (cell: CellProgress) => number) => lane.cells.reduce((total, cell) => total + value(cell), 0);
	return {
		teacher: lane.teacher.name,
		inFlight: lane.inFlight,
		limit: lane.limit,
		waiting: lane.waiting,
		attempts: sum((cell) => cell.attempts),
		promptTokens: sum((cell) => cell.promptTokens),
		completionTokens: sum((cell) => cell.completionTokens),
	};
}

/** Spent, and what the whole run will have cost at the present rate. */
export function moneyOf(
	cells: readonly CellProgress[],
	teachers: readonly RunTeacher[],
	{ accepted, target }: Pick<SessionProgress, "accepted" | "target">,
): Pick<SessionProgress, "spent" | "projected"> {
	const spent = spentByCurrency(cells, teachers);
	if (accepted === 0) return { spent, projected: null };
	const projected = Object.entries(spent).map(([currency, money]) => [currency, (money * target) / accepted]);
	return { spent, projected: Object.fromEntries(projected) };
}

/** Why the run waits; null while any lane moves, since only a run in which none does is waiting. */
export function waitingOf(lanes: readonly RunLane[]): string | null {
	const busy = lanes.filter(({ cells }) => cells.some(({ isDone }) => !isDone));
	const reasons = busy.map((lane) => (lane.waiting === null ? null : `${lane.teacher.name}: ${lane.waiting}`));
	return reasons.length > 0 && reasons.every((reason) => reason !== null) ? reasons.join("; ") : null;
}

/** Batches that go on while nobody runs; null where there are none. */
export function leftAtProviders(log: BatchLog | undefined, teachers: readonly RunTeacher[]): string | null {
	const ids = teachers.flatMap(({ name }) => log?.idsOf(name) ?? []);
	if (ids.length === 0) return null;
	return `${ids.join(", ")} ${ids.length === 1 ? "goes" : "go"} on at the provider; resume to collect what it answers.`;
}

/** Names the cells that used up their requests; null where none did. */
export function endedShort(cells: readonly CellProgress[]): string | null {
	// A comparison asks each seed once and has no target to miss.
	const short = cells.filter((cell) => cell.isExhausted && cell.cell.draws === undefined);
	if (short.length === 0) return null;
	const names = short.map(
		({ cell, accepted }) => `${cell.teacher}, ${cell.strategy}, ${cell.language}: ${accepted} of ${cell.target}`,
	);
	return `Ended short: after three requests a sample and 20 more, too many were rejected (${names.join("; ")}).`;
}
