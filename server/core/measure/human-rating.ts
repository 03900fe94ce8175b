/** Ratings people gave, as lines of `.polyglot/review.jsonl` beside its decisions. */
import * as z from "zod/mini";
import { sampleKey } from "../decisions.ts";

/** 1 to 5, by the rubric. */
export const Rating = z.int().check(z.gte(1), z.lte(5));

/** The last rating of a sample by the same person counts. */
export const HumanRating = z.object({
	/** `contentKey` of the sample, as text: the rating follows it through edits of its file. */
	sample: z.string(),
	decision: z.literal("rated"),
	/** Null takes back what the same person gave before. */
	rating: z.nullable(Rating),
	/** Who rated, where a team wants to tell. */
	by: z.optional(z.string()),
	/** ISO 8601. */
	at: z.string(),
});
export type HumanRating = z.infer<typeof HumanRating>;

/** Median of what different people gave each sample; a half is rounded up. */
export function ratingsBySample(ratings: Iterable<HumanRating>): Map<string, number> {
	const people = new Map<string, Map<string, number>>();
	for (const { sample, rating, by = "" } of ratings) {
		const given = people.get(sample) ?? new Map<string, number>();
		people.set(sample, given);
		if (rating === null) given.delete(by);
		else given.set(by, rating);
	}
	const rated = [...people].filter(([, given]) => given.size > 0);
	return new Map(rated.map(([sample, given]) => [sample, median([...given.values()])]));
}

/** What whoever reviews here gave: ratings that name nobody, as the review panel writes them. */
export class OwnRatings {
	readonly #given = new Map<string, number>();

	add({ sample, rating, by }: HumanRating): void {
		if (by !== undefined) return;
		if (rating === null) this.#given.delete(sample);
		else this.#given.set(sample, rating);
	}

	/** By `contentKey`; null where there is none. */
	of(key: number): number | null {
		return this.#given.get(sampleKey(key)) ?? null;
	}
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((left, right) => left - right);
	const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
	const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? upper;
	return Math.round((lower + upper) / 2);
}
