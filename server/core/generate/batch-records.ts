/** The lines of a run's `batches.jsonl`, and which batches they leave open. Each step is on disk before the next begins. */
import * as z from "zod/mini";

export const BatchRecord = z.discriminatedUnion("type", [
	/** Before anything is sent: which requests go together. Their place in the list is their `custom_id`. */
	z.object({
		type: z.literal("group"),
		group: z.string(),
		teacher: z.string(),
		requests: z.array(z.object({ key: z.string(), attempt: z.int() })),
	}),
	/** The input file is at the provider. Uploading costs nothing, so a lost one is simply uploaded again. */
	z.object({ type: z.literal("uploaded"), group: z.string(), file: z.string() }),
	/** The batch is at the provider and will be paid for. `at` is ISO 8601. */
	z.object({ type: z.literal("created"), group: z.string(), batch: z.string(), at: z.string() }),
	/** All its answers are in the journal. */
	z.object({ type: z.literal("collected"), group: z.string(), status: z.string() }),
]);
export type BatchRecord = z.infer<typeof BatchRecord>;

/** Requests that are asked together, and how far they are. */
export interface BatchGroup {
	readonly group: string;
	readonly teacher: string;
	readonly requests: readonly { readonly key: string; readonly attempt: number }[];
	readonly file?: string;
	readonly batch?: { readonly id: string; readonly at: string };
}

/** Groups whose answers are still to come, in the order they were formed. */
export class OpenBatches {
	readonly #groups = new Map<string, BatchGroup>();

	get groups(): BatchGroup[] {
		return [...this.#groups.values()];
	}

	/** A line about a group that was never formed says nothing. */
	add(record: BatchRecord): void {
		if (record.type === "group") {
			const { type, ...group } = record;
			this.#groups.set(record.group, group);
			return;
		}
		const group = this.#groups.get(record.group);
		if (!group) return;
		if (record.type === "collected") this.#groups.delete(record.group);
		else if (record.type === "uploaded") this.#groups.set(record.group, { ...group, file: record.file });
		else this.#groups.set(record.group, { ...group, batch: { id: record.batch, at: record.at } });
	}
}
