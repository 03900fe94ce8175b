/** `near-duplicate`: almost the same as an earlier sample of the file. Searched with MinHash over the whole file. */
import { findNearDuplicates } from "../near-duplicates/near-duplicates.ts";
import type { SignatureColumns } from "../near-duplicates/signature-columns.ts";
import { responses, type Sample, type Turn } from "../sample/sample.ts";
import { type CheckContext, type Finding, percent } from "./finding.ts";
import { type FilePlace, inWords, type TurnPlace } from "./turn-place.ts";

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

/** `answer` is the sample's answer, `first` where the one like it stands. */
export function nearDuplicateFinding(
	answer: TurnPlace | null,
	first: FilePlace,
	similarity: number,
	context: Pick<CheckContext, "threshold">,
): Finding | undefined {
	const threshold = context.threshold("near-duplicate");
	if (!answer || similarity < threshold.value) return undefined;
	return {
		code: "near-duplicate",
		severity: "information",
		message: `The answer is nearly the one in ${inWords(first)}: similarity ${percent(similarity)}, ${percent(threshold.value)} or more.`,
		field: answer.field,
		start: 0,
		end: answer.length,
		value: similarity,
		threshold: threshold.value,
		source: threshold.source,
	};
}
