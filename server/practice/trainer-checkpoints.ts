/** Which steps of a run can be resumed from. */
import type { StoredRun } from "./trainer-journal.ts";

export function checkpointSteps({ events }: StoredRun): number[] {
	const steps = new Set<number>();
	for (const { type, data } of events) {
		if (type !== "run.checkpoint") continue;
		if (data.removed) steps.delete(Number(data.step));
		else steps.add(Number(data.step));
	}
	return [...steps].sort((a, b) => a - b);
}

export const newestCheckpoint = (stored: StoredRun) => checkpointSteps(stored).at(-1);
