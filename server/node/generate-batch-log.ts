/** A run's `batches.jsonl`: what is at the provider, on disk before and after each step that is paid for. */
import { join } from "node:path";
import { type BatchGroup, BatchRecord, OpenBatches } from "../core/generate/batch-records.ts";
import { readLine } from "./generate-read.ts";
import { JsonlLog } from "./jsonl-log.ts";

export class BatchLog {
	readonly #open: OpenBatches;
	readonly #log: JsonlLog;

	private constructor(open: OpenBatches, log: JsonlLog) {
		this.#open = open;
		this.#log = log;
	}

	static async open(folder: string): Promise<BatchLog> {
		const batches = new OpenBatches();
		const log = await JsonlLog.open(join(folder, "batches.jsonl"), (line) => {
			const record = readLine(BatchRecord, line);
			if (record) batches.add(record);
		});
		return new BatchLog(batches, log);
	}

	/** Groups of a teacher whose answers are still to come. */
	openOf(teacher: string): BatchGroup[] {
		return this.#open.groups.filter((group) => group.teacher === teacher);
	}

	/** Ids of batches at a teacher's provider. */
	idsOf(teacher: string): string[] {
		return this.openOf(teacher).flatMap(({ batch }) => (batch ? [batch.id] : []));
	}

	/** Resolves once the record is on disk. */
	async append(record: BatchRecord): Promise<void> {
		await this.#log.append(record);
		this.#open.add(record);
	}

	async close(): Promise<void> {
		await this.#log.close();
	}
}
