/** The lane of each teacher of a run: asked directly, or by batch files. */
import { isBatched } from "../core/generate/batch-price.ts";
import type { RunTeacher } from "../core/generate/run-records.ts";
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import { BatchLane } from "./generate-batch-lane.ts";
import { Lane } from "./generate-lane.ts";
import type { OpenedRun, SessionOptions } from "./generate-open.ts";
import type { Pending, RunLane, RunWork } from "./generate-work.ts";
import { TeacherBatches } from "./teacher-batches.ts";
import { completerOf } from "./teacher-completer.ts";

export interface OpenedLane {
	readonly lane: RunLane;
	/** Closes the lane's connections. */
	close(): Promise<void>;
}

export function openLane(teacher: RunTeacher, run: OpenedRun, options: SessionOptions, work: RunWork): OpenedLane {
	const cells = run.cells.filter(({ cell }) => cell.teacher === teacher.name);
	const pending = run.unsettled.flatMap(({ line, earlier }): Pending[] => {
		const cell = cells.find(({ index }) => index === line.cell);
		return cell ? [{ line, cell, earlier }] : [];
	});
	const { batches: log } = run;
	if (!log || !isEndpointTeacher(teacher) || !isBatched(teacher)) {
		const completer = completerOf(teacher, options);
		return { lane: new Lane(teacher, cells, pending, completer, work), close: () => completer.close() };
	}
	const { timeoutMs, pollMs, cancelBatches } = options;
	const key = options.keys.get(teacher.name) ?? null;
	const batches = new TeacherBatches(teacher, { key, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
	const polling = pollMs === undefined ? {} : { pollMs };
	const lane = new BatchLane(teacher, cells, pending, work, {
		batches,
		log,
		...polling,
		cancelOpen: cancelBatches === true,
	});
	return { lane, close: () => batches.close() };
}
