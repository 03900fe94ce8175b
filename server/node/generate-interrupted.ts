/** Runs of a workspace that can be resumed. */
import { join } from "node:path";
import { CellProgress } from "../core/generate/cell-progress.ts";
import { type Manifest, titleOf } from "../core/generate/run-records.ts";
import { readManifest, runFolder, runIds } from "./generate-folder.ts";
import { lockRun } from "./generate-lock.ts";
import { replayRun } from "./generate-replay.ts";

export interface InterruptedRun {
	readonly runId: string;
	readonly title: string;
	readonly accepted: number;
	readonly target: number;
	readonly output: string;
}

/** Runs of a workspace that have not reached their targets and can be resumed, oldest first. Unreadable ones are left out. */
export async function listInterruptedRuns(folder: string): Promise<InterruptedRun[]> {
	const found: InterruptedRun[] = [];
	for (const id of await runIds(folder)) {
		const manifest = await readManifest(folder, id).catch(() => undefined);
		if (manifest) found.push(...(await interrupted(folder, manifest)));
	}
	return found;
}

/** A run that some process is writing is not interrupted, and its logs are left alone. */
async function interrupted(folder: string, manifest: Manifest): Promise<InterruptedRun[]> {
	const cells = cellsOf(manifest);
	const path = runFolder(folder, manifest.id);
	const lock = await lockRun(join(path, "lock.json")).catch(() => undefined);
	if (!lock) return [];
	try {
		const { logs } = await replayRun(path, cells);
		await Promise.all(Object.values(logs).map((log) => log.close()));
	} finally {
		await lock.release();
	}
	if (cells.every((cell) => cell.isDone || cell.isExhausted)) return [];
	const { accepted, target } = totals(cells);
	return [{ runId: manifest.id, title: titleOf(manifest), accepted, target, output: manifest.output }];
}

export const cellsOf = (manifest: Manifest): CellProgress[] =>
	manifest.cells.map((cell, index) => new CellProgress(cell, index));

export function totals(cells: readonly CellProgress[]): { accepted: number; dropped: number; target: number } {
	const sum = (value: (cell: CellProgress) => number) => cells.reduce((total, cell) => total + value(cell), 0);
	return {
		accepted: sum(({ accepted }) => accepted),
		dropped: sum(({ dropped }) => dropped),
		target: sum(({ cell }) => cell.target),
	};
}
