/** Replays a run's logs: what was planned, what came of it, and what is still open. Keeps keys in memory, not lines. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome } from "../core/generate/attempt-policy.ts";
import type { CellProgress } from "../core/generate/cell-progress.ts";
import { PlanLine } from "../core/generate/plan.ts";
import { JournalLine } from "../core/generate/run-records.ts";
import { estimatedTokens } from "../core/generate/token-estimate.ts";
import { readLine } from "./generate-read.ts";
import { JsonlLog } from "./jsonl-log.ts";

/** What was planned and not yet settled. */
export interface Unsettled {
	readonly line: PlanLine;
	readonly earlier: readonly Outcome[];
}

export interface RunLogs {
	readonly plan: JsonlLog;
	readonly journal: JsonlLog;
	readonly events: JsonlLog;
}

export interface Replayed {
	readonly logs: RunLogs;
	readonly unsettled: readonly Unsettled[];
	/** Keys of accepted requests, in the order they were acknowledged. */
	readonly accepted: ReadonlySet<string>;
	/** Cut-off answers that were asked again with twice the token limit. */
	readonly doubled: number;
	/** Lines of plan or journal that cannot be read; copied to `journal.bad`. */
	readonly unreadable: number;
}

/** What became of one request. */
interface Settlement {
	verdict: "accepted" | "dropped";
	isPlanned: boolean;
}

/** What the journal says, before the plan is read. */
class JournalState {
	readonly settled = new Map<string, Settlement>();
	/** Outcomes of attempts that were to be followed by another. */
	readonly attempts = new Map<string, Outcome[]>();
	/** Given-up requests that are asked again. */
	readonly again = new Set<string>();
	doubled = 0;

	add({ key, verdict, outcome, reasons }: JournalLine, rerun: readonly string[]): void {
		if (verdict === "again") {
			if (outcome === "truncated") this.doubled += 1;
			this.attempts.set(key, [...(this.attempts.get(key) ?? []), outcome]);
			return;
		}
		if (this.settled.get(key)?.verdict !== "accepted") this.settled.set(key, { verdict, isPlanned: false });
		if (verdict === "dropped" && [outcome, ...reasons].some((cause) => rerun.includes(cause))) this.again.add(key);
	}

	/** Gives a dropped request another life; it starts with a clean record. */
	reopen(key: string): void {
		this.settled.delete(key);
		this.attempts.delete(key);
	}
}

/**
 * Opens the logs and brings `cells` to where the run stopped. A success beats any failure of the same key. Requests
 * that were given up with an outcome or reason in `rerun` are open again, as many as the cell still wants.
 */
export async function replayRun(
	folder: string,
	cells: readonly CellProgress[],
	rerun: readonly string[] = [],
	onAttempt: (line: JournalLine) => void = () => {},
	onPlanned: (key: string) => void = () => {},
): Promise<Replayed> {
	const bad: string[] = [];
	const state = new JournalState();
	const journal = await JsonlLog.open(join(folder, "journal.jsonl"), (text) => {
		const line = readLine(JournalLine, text);
		if (!line) return void bad.push(text);
		onAttempt(line);
		countAttempt(line.cell === undefined ? undefined : cells[line.cell], line);
		state.add(line, rerun);
	});
	const open: PlanLine[] = [];
	const again: PlanLine[] = [];
	const plan = await JsonlLog.open(join(folder, "plan.jsonl"), (text) => {
		const line = readLine(PlanLine, text);
		if (!line || !cells[line.cell]) return void bad.push(text);
		onPlanned(line.key);
		const settlement = state.settled.get(line.key);
		if (settlement) settlement.isPlanned = true;
		else open.push(line);
		if (state.again.has(line.key)) again.push(line);
		else count(cells[line.cell], line, settlement?.verdict);
	});
	if (bad.length > 0) await writeFile(join(folder, "journal.bad"), `${bad.join("\n")}\n`);
	for (const line of again) if (reopened(cells[line.cell], line, state)) open.push(line);
	const accepted = [...state.settled].filter(([, { verdict, isPlanned }]) => verdict === "accepted" && isPlanned);
	return {
		logs: { plan, journal, events: await JsonlLog.open(join(folder, "events.jsonl")) },
		unsettled: open.map((line) => ({ line, earlier: state.attempts.get(line.key) ?? [] })),
		accepted: new Set(accepted.map(([key]) => key)),
		doubled: state.doubled,
		unreadable: bad.length,
	};
}

/** True where a given-up request is open again, because its cell wants more. */
function reopened(cell: CellProgress | undefined, line: PlanLine, state: JournalState): boolean {
	if (!cell) return false;
	const isWanted =
		state.settled.get(line.key)?.verdict === "dropped" && cell.accepted + cell.outstanding < cell.cell.target;
	if (isWanted) state.reopen(line.key);
	count(cell, line, state.settled.get(line.key)?.verdict);
	return isWanted;
}

/** What an attempt used, whether or not anything came of it. */
export function countAttempt(cell: CellProgress | undefined, line: JournalLine): void {
	const { usage, answer } = line;
	if (!cell || line.reusedFrom !== undefined) return;
	const prompt = usage?.promptTokens ?? 0;
	const completion = usage?.completionTokens ?? (answer === null ? 0 : estimatedTokens(answer));
	cell.attempts += 1;
	cell.promptTokens += prompt;
	cell.completionTokens += completion;
	if (line.batch !== undefined) {
		cell.batchPromptTokens += prompt;
		cell.batchCompletionTokens += completion;
	}
	if (usage === null && answer !== null) cell.estimated += 1;
}

function count(cell: CellProgress | undefined, line: PlanLine, verdict: "accepted" | "dropped" | undefined): void {
	if (!cell) return;
	cell.planned = Math.max(cell.planned, line.index + 1);
	if (verdict === "accepted") cell.accepted += 1;
	else if (verdict === "dropped") cell.dropped += 1;
	else cell.outstanding += 1;
}
