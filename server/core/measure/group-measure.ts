/** One group of samples while it is measured. */
import type { DiversitySum } from "./diversity-sum.ts";
import type { GroupKey } from "./measured-sample.ts";
import type { ResponseLikelihood } from "./perplexity.ts";
import { Ratings } from "./ratings.ts";
import type { Role } from "./sample-table.ts";

/** A response's likelihood, or why there is none. */
export type Scored = ResponseLikelihood | { readonly failure: string };

/** Reasons may quote a server; a cap keeps an inventive one from filling the memory. */
const mostReasons = 50;

export class GroupMeasure {
	/** The group's values of the keys it was made by. */
	readonly labels: Readonly<Partial<Record<GroupKey, string | null>>>;
	/** Of the table, ascending. */
	readonly rows: number[] = [];
	/** Null until a text of the role has an embedding. */
	readonly sums: Record<Role, DiversitySum | null> = { prompt: null, response: null };
	/** Texts without an embedding. */
	readonly failed: Record<Role, number> = { prompt: 0, response: 0 };
	/** By the first judge. */
	readonly ratings = new Ratings();
	readonly scorerFailures = new Map<string, number>();

	constructor(labels: Readonly<Partial<Record<GroupKey, string | null>>>) {
		this.labels = labels;
	}

	/** Such as `gemma · de`. */
	get name(): string {
		return Object.values(this.labels).join(" · ") || "all rows";
	}

	failScoring(failure: string): void {
		const isRoom = this.scorerFailures.size < mostReasons || this.scorerFailures.has(failure);
		const reason = isRoom ? failure : "other reasons";
		this.scorerFailures.set(reason, (this.scorerFailures.get(reason) ?? 0) + 1);
	}
}
