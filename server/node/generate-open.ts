/** Opens a run's logs, replays them, and brings output and journal into agreement. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Accept, duplicateText } from "../core/generate/acceptance.ts";
import { isBatched } from "../core/generate/batch-price.ts";
import { CellProgress } from "../core/generate/cell-progress.ts";
import type { CompletionDoor } from "../core/generate/completion-door.ts";
import { FailureClasses } from "../core/generate/failure-classes.ts";
import { NumberSet } from "../core/generate/number-set.ts";
import type { JournalLine, Manifest } from "../core/generate/run-records.ts";
import { UserError } from "../core/problem.ts";
import type { SampleRow } from "../core/sample-row.ts";
import { BatchLog } from "./generate-batch-log.ts";
import type { RunLock } from "./generate-lock.ts";
import { openOutput } from "./generate-output.ts";
import { RunPlans, shortHash } from "./generate-plans.ts";
import type { SessionProgress } from "./generate-progress.ts";
import { missingRows, recoverRows } from "./generate-recover.ts";
import { type RunLogs, replayRun, type Unsettled } from "./generate-replay.ts";
import type { EarlierAnswers } from "./generate-reuse.ts";
import { type Seeds, sha256 } from "./generate-seeds.ts";
import type { JsonlLog } from "./jsonl-log.ts";

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
	/** Where teachers of kind `vscode` are asked. */
	readonly door?: CompletionDoor;
	/** Answers of earlier runs to take over; closed with the session. */
	readonly earlier?: EarlierAnswers;
	/** False: a cut-off answer is given up at once. True where left out. */
	readonly doubleTruncated?: boolean;
	/** First wait between two looks at a batch. */
	readonly pollMs?: number;
	/** Cancels open batches, collects what they had answered, and pauses. */
	readonly cancelBatches?: boolean;
	/** Outcomes or reasons whose given-up requests are asked again. */
	readonly rerun?: readonly string[];
	/** Further origins whose answers count as those of the same model. */
	readonly reuseOrigins?: readonly string[];
}

export interface OpenedRun {
	readonly cells: readonly CellProgress[];
	readonly plans: RunPlans;
	readonly logs: RunLogs;
	readonly output: JsonlLog;
	readonly unsettled: readonly Unsettled[];
	/** What is at the providers; undefined where nothing ever was. */
	readonly batches: BatchLog | undefined;
	/** Cut-off answers that were asked again with twice the token limit. */
	readonly doubled: number;
	/** What went wrong in earlier sessions. */
	readonly failures: FailureClasses;
	/** Texts that stand in the output, as 52-bit numbers. */
	readonly seen: NumberSet;
}

/** Replays the logs, and brings the output up to what the journal acknowledged. */
export async function openRun(options: SessionOptions): Promise<OpenedRun> {
	const { manifest, seeds, path } = options;
	const batches = await openBatches(options);
	const cells = manifest.cells.map((cell, index) => new CellProgress(cell, index));
	const failures = new FailureClasses();
	const plans = new RunPlans(manifest, seeds.rows);
	const replayed = await replayRun(
		path,
		cells,
		options.rerun,
		(line) => failures.add(teacherOf(manifest, line), line),
		(key) => plans.remember(key),
	);
	const seen = new NumberSet();
	const written = new NumberSet();
	const unsettled = new Set(replayed.unsettled.map(({ line }) => line.key));
	const recovered: SampleRow[] = [];
	const output = await openOutput(manifest.output, (row) => {
		seen.add(rowHash(row));
		if (row.provenance && unsettled.has(row.provenance.request)) recovered.push(row);
		if (row.provenance && replayed.accepted.has(row.provenance.request)) written.add(shortHash(row.provenance.request));
	});
	for await (const row of missingRows(options, replayed, plans, (key) => written.has(shortHash(key)))) {
		seen.add(rowHash(row));
		await output.append(row);
	}
	const found = await recoverRows(recovered, replayed, cells);
	const { logs, unsettled: left, doubled } = found;
	return { cells, batches, plans, logs, output, unsettled: left, doubled, failures, seen };
}

const teacherOf = ({ cells }: Manifest, { cell }: JournalLine): string =>
	(cell === undefined ? undefined : cells[cell]?.teacher) ?? "";

/** A teacher that is asked directly again must not leave a batch behind that is paid for. */
async function openBatches({ path, manifest }: SessionOptions): Promise<BatchLog | undefined> {
	const isKnown = await stat(join(path, "batches.jsonl")).catch(() => undefined);
	if (!isKnown && !manifest.teachers.some(isBatched)) return undefined;
	const log = await BatchLog.open(path);
	const direct = manifest.teachers.filter((teacher) => !isBatched(teacher));
	const left = direct.find(({ name }) => log.openOf(name).length > 0);
	if (!left) return log;
	await log.close();
	throw new UserError(
		"batch-open",
		`${left.name} still has a batch at its provider. Resume by batches to collect it, or cancel it with --cancel-batches first.`,
	);
}

/** What two rows must not share, as a number. */
export const rowHash = (row: SampleRow): number => shortHash(sha256(duplicateText(row)));
