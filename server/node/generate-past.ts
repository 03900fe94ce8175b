/** What the monitor shows of a run that this process does not run: read from its folder, nothing written. */
import { join } from "node:path";
import type { CellProgress } from "../core/generate/cell-progress.ts";
import { FailureClasses } from "../core/generate/failure-classes.ts";
import type { MonitorLane, MonitorMessage } from "../core/generate/monitor-message.ts";
import { isPractice, JournalLine, type Manifest, titleOf } from "../core/generate/run-records.ts";
import { readManifest, runFolder } from "./generate-folder.ts";
import { cellsOf } from "./generate-interrupted.ts";
import { lockRun } from "./generate-lock.ts";
import { countsOf, endedShort, moneyOf } from "./generate-progress.ts";
import { readLines } from "./generate-read.ts";
import { countAttempt } from "./generate-replay.ts";

export async function pastMonitor(folder: string, runId: string): Promise<MonitorMessage> {
	const manifest = await readManifest(folder, runId);
	const path = runFolder(folder, runId);
	const writer = await writerOf(path);
	const cells = cellsOf(manifest);
	const { failures, reused } = await readJournal(join(path, "journal.jsonl"), manifest, cells);
	const { accepted, rejected, target, cells: counts } = countsOf(cells, []);
	const isDone = writer === null && cells.every((cell) => cell.isDone || cell.isExhausted);
	return {
		...{ runId, title: titleOf(manifest), accepted, rejected, target, reused, cells: [...counts] },
		state: isDone ? "done" : "interrupted",
		message: isDone ? endedShort(cells) : (writer ?? "The run was interrupted. Nothing is lost; resume it to go on."),
		...{ rates: [], ratePerS: null, etaS: null, waiting: null, latest: [] },
		...moneyOf(cells, manifest.teachers, { accepted, target }),
		budget: manifest.budget ?? null,
		lanes: manifest.teachers.map(({ name }) => laneOf(manifest, name, cells)),
		reasons: [],
		failures: failures.list(),
	};
}

/** Who else writes the run, in words; null where nobody does. */
async function writerOf(path: string): Promise<string | null> {
	try {
		await (await lockRun(join(path, "lock.json"))).release();
		return null;
	} catch (cause) {
		return cause instanceof Error ? cause.message : String(cause);
	}
}

async function readJournal(path: string, manifest: Manifest, cells: readonly CellProgress[]) {
	const failures = new FailureClasses();
	const settled = new Map<string, JournalLine["verdict"]>();
	let reused = 0;
	for await (const line of readLines(path, JournalLine)) {
		const cell = line.cell === undefined ? undefined : cells[line.cell];
		countAttempt(cell, line);
		failures.add(cell?.cell.teacher ?? manifest.teachers[0]?.name ?? "", line);
		if (line.reusedFrom !== undefined) reused += 1;
		const before = settled.get(line.key);
		// A success beats any failure of the same request, and a request asked again counts once.
		if (!cell || line.verdict === "again" || before === "accepted" || before === line.verdict) continue;
		if (before === "dropped") cell.dropped -= 1;
		settled.set(line.key, line.verdict);
		if (line.verdict === "accepted") cell.accepted += 1;
		else cell.dropped += 1;
		cell.planned = cell.accepted + cell.dropped;
	}
	return { failures, reused };
}

function laneOf(manifest: Manifest, teacher: string, cells: readonly CellProgress[]): MonitorLane {
	const own = cells.filter(({ cell }) => cell.teacher === teacher);
	const sum = (value: (cell: CellProgress) => number) => own.reduce((total, cell) => total + value(cell), 0);
	return {
		...{ teacher, isPractice: isPractice(manifest, teacher), inFlight: 0, limit: 0, waiting: null },
		attempts: sum(({ attempts }) => attempts),
		promptTokens: sum(({ promptTokens }) => promptTokens),
		completionTokens: sum(({ completionTokens }) => completionTokens),
		...{ limits: [], pauses: [] },
	};
}
