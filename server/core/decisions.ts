/** What people decided about samples: kept by content, so that it follows a sample through edits of its file. */
import * as z from "zod/mini";

/** One line of `.polyglot/review.jsonl`. The last decision about a sample, or about one code of it, counts. */
export const Decision = z.object({
	/** `contentKey` of the sample, as text. */
	sample: z.string(),
	/** The check that is hidden; absent where the whole sample is meant. */
	code: z.optional(z.string()),
	/** `cleared` takes earlier decisions back. */
	decision: z.enum(["accepted", "hidden", "cleared"]),
	/** ISO 8601. */
	at: z.string(),
});
export type Decision = z.infer<typeof Decision>;

/** The decisions in force. */
export class Decisions {
	readonly #accepted = new Set<string>();
	readonly #hidden = new Map<string, Set<string>>();

	add({ sample, code, decision }: Decision): void {
		if (decision === "accepted") this.#accepted.add(sample);
		else if (decision === "cleared") {
			this.#accepted.delete(sample);
			this.#hidden.delete(sample);
		} else if (code !== undefined) {
			const hidden = this.#hidden.get(sample) ?? new Set();
			this.#hidden.set(sample, hidden.add(code));
		}
	}

	isAccepted(key: number): boolean {
		return this.#accepted.has(sampleKey(key));
	}

	isHidden(key: number, code: string): boolean {
		return this.#hidden.get(sampleKey(key))?.has(code) === true;
	}

	/** Whether anything was decided about the sample. */
	has(key: number): boolean {
		return this.isAccepted(key) || this.#hidden.has(sampleKey(key));
	}
}

export function sampleKey(key: number): string {
	return key.toString(36);
}
