/** `near-duplicate`: almost the same as an earlier sample of the file. Searched with MinHash over the whole file. */
import { findNearDuplicates } from "../near-duplicates/near-duplicates.ts";
import type { SignatureColumns } from "../near-duplicates/signature-columns.ts";
import { responses, type Sample, type Turn } from "../sample/sample.ts";
import { about, type CheckContext, type Finding, percent } from "./finding.ts";

/** For a sample's content key: the key of the earlier sample most like it. Keys outlive edits that move lines. */
export type NearestByKey = ReadonlyMap<number, { readonly key: number; readonly similarity: number }>;

/**
 * What is compared: the answers, so that several teachers' answers to one prompt are no duplicates of each other. Short
 * answers are alike by nature; they are compared together with their prompts.
 */
export function comparedText(sample: Sample): string {
	const answers = join(responses(sample));
	return answers.length >= leastAnswer ? answers : join(sample.turns.filter(({ role }) => role !== "system"));
}

const leastAnswer = 40;

function join(turns: readonly Turn[]): string {
	return turns.map(({ text }) => text).join("\n");
}

/** `keys` holds each signed row's content key, in the order of the rows. */
export function nearestByKey(columns: SignatureColumns, keys: readonly number[], threshold: number): NearestByKey {
	const { nearest, similarity } = findNearDuplicates(columns, { threshold });
	const found = new Map<number, { key: number; similarity: number }>();
	for (let row = 0; row < columns.count; row += 1) {
		const key = keys[row];
		const partner = keys[nearest[row] ?? -1];
		if (key === undefined || partner === undefined || partner === key || found.has(key)) continue;
		found.set(key, { key: partner, similarity: similarity[row] ?? 0 });
	}
	return found;
}

export function nearDuplicateFinding(
	sample: Sample,
	line: number,
	similarity: number,
	context: CheckContext,
): Finding | undefined {
	const threshold = context.threshold("near-duplicate");
	const turn = responses(sample).at(-1) ?? sample.turns[0];
	if (!turn || similarity < threshold.value) return undefined;
	const message = `The answer is nearly the one in line ${line}: similarity ${percent(similarity)}, ${percent(threshold.value)} or more.`;
	return about(turn, "near-duplicate", message, { value: similarity, threshold });
}
