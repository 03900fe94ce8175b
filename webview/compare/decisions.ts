/** What preferring one answer decides about all answers to a seed. */
import type { ComparedAnswer, ComparedSeed } from "../../server/core/generate/compare-message.ts";

export interface SampleDecision {
	readonly key: number;
	readonly decision: "accepted" | "rejected";
}

/**
 * The preferred answer is accepted and the others are rejected. Two teachers that said the very same gave one sample,
 * which cannot be both; an answer that is no sample has nothing to decide.
 */
export function preferred({ answers }: ComparedSeed, chosen: ComparedAnswer): SampleDecision[] {
	if (chosen.key === null) return [];
	const others = new Set(answers.flatMap(({ key }) => (key === null || key === chosen.key ? [] : [key])));
	return [
		{ key: chosen.key, decision: "accepted" },
		...[...others].map((key) => ({ key, decision: "rejected" as const })),
	];
}

/** Whether this answer is the one preferred: accepted, and no other one is. */
export function isPreferred({ answers }: ComparedSeed, { key, decision }: ComparedAnswer): boolean {
	const rivals = answers.filter((other) => other.key !== null && other.key !== key);
	return decision === "accepted" && rivals.length > 0 && rivals.every((other) => other.decision === "rejected");
}
