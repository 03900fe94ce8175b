/** A judge's ratings of one group: what failed is counted, and never a score (R18). */
import type { Metric } from "./metric.ts";
import { RunningMean } from "./running-mean.ts";

/** 1 to 5, or why there is none. */
export type Rating = { readonly score: number; readonly feedback: string } | { readonly failure: string };

/** Above this share of failures the mean no longer speaks for the group. */
export const failureWarning = 0.02;

export class Ratings {
	readonly #mean = new RunningMean();
	readonly #histogram = [0, 0, 0, 0, 0];
	readonly #failures = new Map<string, number>();
	#failed = 0;

	add(rating: Rating): void {
		if ("failure" in rating) {
			this.#failed += 1;
			// Reasons quote answers; a cap keeps an inventive judge from filling the memory.
			const reason = this.#failures.size < 50 || this.#failures.has(rating.failure) ? rating.failure : "other";
			this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
			return;
		}
		this.#mean.add(rating.score);
		this.#histogram[rating.score - 1] = (this.#histogram[rating.score - 1] ?? 0) + 1;
	}

	/** `missing`: samples that had nothing to judge. */
	metric(backend: string, missing: number): Metric {
		const rate = this.failureRate;
		const isWarned = rate !== null && rate > failureWarning;
		const failed = `${this.#failed} of ${this.#failed + this.#mean.count} answers of the judge failed`;
		return {
			value: this.#mean.mean,
			stderr: this.#mean.stderr,
			n: this.#mean.count,
			missing: missing + this.#failed,
			reason: isWarned
				? `${failed}, over ${failureWarning * 100} %`
				: this.#mean.count === 0
					? "nothing to judge"
					: null,
			backend,
		};
	}

	/** Null where nothing was asked. */
	get failureRate(): number | null {
		const asked = this.#failed + this.#mean.count;
		return asked === 0 ? null : this.#failed / asked;
	}

	/** How often each of 1 to 5 was given. */
	get histogram(): readonly number[] {
		return [...this.#histogram];
	}

	get failures(): Readonly<Record<string, number>> {
		return Object.fromEntries([...this.#failures].sort(([, left], [, right]) => right - left));
	}
}
