/** What a student answered, item by item: read from an evaluation's `items.jsonl`, so that students can be compared in pairs. */
import * as z from "zod/mini";

/** Name of the artifact, of kind `eval`, in which an evaluation's trainer hands out the answers. */
export const itemsArtifact = "eval/items.jsonl";

/** One line of it. Of one task, language and item there is one line. */
export const ItemResult = z.looseObject({
	task: z.string(),
	language: z.string(),
	/** Names the question; equal for every model that was asked it. */
	item: z.string(),
	/** Credit, 0 to 1. */
	value: z.number().check(z.gte(0), z.lte(1)),
});
export type ItemResult = z.infer<typeof ItemResult>;

/** By task, then student: credit item by item, in one order for all. */
export type PairedItems = readonly (readonly (readonly number[])[])[];

/** Null unless every student has an answer to the same items of the same tasks: only then is a comparison paired. */
export function pairItems(students: readonly (readonly ItemResult[])[], language: string): PairedItems | null {
	const answers = students.map((results) => byTask(results, language));
	const [first] = answers;
	if (!first || first.size === 0) return null;
	const tasks = [...first.keys()].sort();
	if (answers.some((own) => own.size !== tasks.length)) return null;
	const paired = tasks.map((task) => {
		const items = [...(first.get(task)?.keys() ?? [])].sort();
		return answers.flatMap((own) => {
			const credits = creditsOf(own.get(task), items);
			return credits === null ? [] : [credits];
		});
	});
	return paired.every((rows) => rows.length === students.length) ? paired : null;
}

function byTask(results: readonly ItemResult[], language: string): Map<string, Map<string, number>> {
	const tasks = new Map<string, Map<string, number>>();
	for (const { task, item, value, ...result } of results) {
		if (result.language !== language) continue;
		const own = tasks.get(task) ?? new Map<string, number>();
		tasks.set(task, own.set(item, value));
	}
	return tasks;
}

function creditsOf(own: ReadonlyMap<string, number> | undefined, items: readonly string[]): number[] | null {
	if (!own || own.size !== items.length || items.length === 0) return null;
	const credits = items.flatMap((item) => own.get(item) ?? []);
	return credits.length === items.length ? credits : null;
}
