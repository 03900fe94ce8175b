/** Draws the rows that are measured, and trained on: of each group, equal shares of every strategy. */
import { balancedSample } from "../core/measure/balanced-sample.ts";
import type { Draw } from "../core/measure/measure-wish.ts";
import type { GroupKey } from "../core/measure/measured-sample.ts";
import { groupName } from "./measure-groups.ts";
import { type Dataset, lineBlocks, parsedBlock } from "./measure-rows.ts";

export interface DrawnRows {
	/** Ordinals of the drawn rows. */
	readonly ordinals: ReadonlySet<number>;
	/** Samples without prompt or response: not trainable, so never drawn. */
	readonly notDrawable: number;
	readonly unreadable: number;
	readonly lines: number;
}

/** One pass over the files; keeps two numbers a row. */
export async function drawRows(
	dataset: Dataset,
	by: readonly GroupKey[],
	{ size, seed }: Draw,
	signal: AbortSignal,
): Promise<DrawnRows> {
	const groups = new Map<string, { ordinals: number[]; strategies: string[] }>();
	const counts = { notDrawable: 0, unreadable: 0, lines: 0 };
	for await (const block of lineBlocks(dataset, signal)) {
		for (const { ordinal, sample } of parsedBlock(block, dataset)) {
			counts.lines += 1;
			if (!sample) counts.unreadable += 1;
			else if (sample.prompt === null || sample.response === null) counts.notDrawable += 1;
			else {
				const name = groupName(sample, by);
				const group = groups.get(name) ?? { ordinals: [], strategies: [] };
				groups.set(name, group);
				group.ordinals.push(ordinal);
				group.strategies.push(sample.strategy ?? "");
			}
		}
	}
	const ordinals = new Set<number>();
	for (const group of groups.values())
		for (const place of balancedSample(group.strategies, size, seed)) ordinals.add(group.ordinals[place] ?? -1);
	return { ordinals, ...counts };
}
