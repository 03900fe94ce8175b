/** A run's folder: manifest, plan, journal and events, and what they say about a run that was interrupted. */
import { open, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome } from "../core/generate/attempt-policy.ts";
import type { CellProgress } from "../core/generate/cell-progress.ts";
import { PlanLine } from "../core/generate/plan.ts";
import { JournalLine, Manifest } from "../core/generate/run-records.ts";
import { estimatedTokens } from "../core/generate/token-estimate.ts";
import { UserError } from "../core/problem.ts";
import { readLine } from "./generate-read.ts";
import { JsonlLog } from "./jsonl-log.ts";

export const runsFolder = (folder: string): string => join(folder, ".polyglot", "runs");
export const runFolder = (folder: string, id: string): string => join(runsFolder(folder), id);

/** Temporary file, sync, rename, folder sync: the manifest is there whole or not at all. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
	const path = join(folder, "manifest.json");
	const temporary = `${path}.new`;
	const file = await open(temporary, "w");
	try {
		await file.writeFile(`${JSON.stringify(manifest, null, "\t")}\n`);
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(temporary, path);
	await syncFolder(folder);
}

/** Some systems cannot sync a folder; the rename is then as safe as they make it. */
async function syncFolder(folder: string): Promise<void> {
	const handle = await open(folder, "r").catch(() => undefined);
	await handle?.sync().catch(() => {});
	await handle?.close();
}

export async function readManifest(folder: string, id: string): Promise<Manifest> {
	if (!/^[\w.-]{1,80}$/.test(id) || /^\.+$/.test(id))
		throw new UserError("run-unknown", `${JSON.stringify(id)} is no run id.`);
	const path = join(runFolder(folder, id), "manifest.json");
	const text = await readFile(path, "utf8").catch((cause: unknown) => {
		throw new UserError("run-unknown", `There is no run ${id} here: ${String(cause)}`, { cause });
	});
	try {
		return Manifest.parse(JSON.parse(text));
	} catch (cause) {
		throw new UserError("run-unreadable", `${path} is not the manifest of a run: ${String(cause)}`, { cause });
	}
}

/** Ids of all runs with a manifest, oldest first. */
export async function runIds(folder: string): Promise<string[]> {
	const names = await readdir(runsFolder(folder)).catch(() => []);
	return names.filter((name) => /^[\w.-]+$/.test(name)).sort();
}

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
	/** Keys of accepted requests, in the order they were acknowledged, with their plan lines. */
	readonly accepted: ReadonlyMap<string, PlanLine>;
	readonly plannedKeys: readonly string[];
	/** Cut-off answers that were asked again with twice the token limit. */
	readonly doubled: number;
	/** Lines of plan or journal that cannot be read; copied to `journal.bad`. */
	readonly unreadable: number;
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
): Promise<Replayed> {
	const again = new Set<string>();
	const bad: string[] = [];
	let doubled = 0;
	const settled = new Map<string, "accepted" | "dropped">();
	const attempts = new Map<string, Outcome[]>();
	const journal = await JsonlLog.open(join(folder, "journal.jsonl"), (text) => {
		const line = readLine(JournalLine, text);
		if (!line) return void bad.push(text);
		onAttempt(line);
		countAttempt(line.cell === undefined ? undefined : cells[line.cell], line);
		if (line.verdict !== "again" && settled.get(line.key) !== "accepted") settled.set(line.key, line.verdict);
		if (line.verdict === "dropped" && [line.outcome, ...line.reasons].some((cause) => rerun.includes(cause)))
			again.add(line.key);
		if (line.verdict === "again" && line.outcome === "truncated") doubled += 1;
		if (line.verdict === "again") attempts.set(line.key, [...(attempts.get(line.key) ?? []), line.outcome]);
	});
	const planned = new Map<string, PlanLine>();
	const plan = await JsonlLog.open(join(folder, "plan.jsonl"), (text) => {
		const line = readLine(PlanLine, text);
		if (line && cells[line.cell]) planned.set(line.key, line);
		else bad.push(text);
	});
	if (bad.length > 0) await writeFile(join(folder, "journal.bad"), `${bad.join("\n")}\n`);
	for (const line of planned.values()) if (!again.has(line.key)) count(cells[line.cell], line, settled.get(line.key));
	for (const key of again) reopen(cells, planned.get(key), settled, attempts);
	const accepted = [...settled].filter(([key, verdict]) => verdict === "accepted" && planned.has(key));
	return {
		logs: { plan, journal, events: await JsonlLog.open(join(folder, "events.jsonl")) },
		unsettled: [...planned.values()]
			.filter(({ key }) => !settled.has(key))
			.map((line) => ({ line, earlier: attempts.get(line.key) ?? [] })),
		accepted: new Map(accepted.map(([key]) => [key, planned.get(key) as PlanLine])),
		plannedKeys: [...planned.keys()],
		doubled,
		unreadable: bad.length,
	};
}

/** Gives a dropped request another life while its cell wants more; it starts with a clean record. */
function reopen(
	cells: readonly CellProgress[],
	line: PlanLine | undefined,
	settled: Map<string, "accepted" | "dropped">,
	attempts: Map<string, Outcome[]>,
): void {
	const cell = line && cells[line.cell];
	if (!cell) return;
	const isWanted = settled.get(line.key) === "dropped" && cell.accepted + cell.outstanding < cell.cell.target;
	if (isWanted) {
		settled.delete(line.key);
		attempts.delete(line.key);
	}
	count(cell, line, settled.get(line.key));
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
