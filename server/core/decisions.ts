/** What people decided about samples: kept by content, so that it follows a sample through edits of its file. */
import * as z from "zod/mini";

/** One line of `.polyglot/review.jsonl`. The last decision about a sample, or about one code of it, counts. */
export const Decision = z.object({
	/** `contentKey` of the sample, as text. */
	sample: z.string(),
	/** The check that is hidden; absent where the whole sample is meant. */
	code: z.optional(z.string()),
	/** `cleared` takes earlier decisions back. */
	decision: z.enum(["accepted", "rejected", "hidden", "cleared"]),
	/** ISO 8601. */
	at: z.string(),
});
export type Decision = z.infer<typeof Decision>;

/** A verdict on a whole sample. */
export type Verdict = "accepted" | "rejected";

/** The decisions in force. */
export class Decisions {
	readonly #verdicts = new Map<number, Verdict>();
	readonly #hidden = new Map<number, Set<string>>();

	add({ sample, code, decision }: Decision): void {
		const key = Number.parseInt(sample, keyBase);
		if (decision === "cleared") {
			this.#verdicts.delete(key);
			this.#hidden.delete(key);
		} else if (decision !== "hidden") this.#verdicts.set(key, decision);
		else if (code !== undefined) this.#hidden.set(key, (this.#hidden.get(key) ?? new Set()).add(code));
	}

	/** Null where nobody accepted or rejected the sample. */
	verdict(key: number): Verdict | null {
		return this.#verdicts.get(key) ?? null;
	}

	isAccepted(key: number): boolean {
		return this.#verdicts.get(key) === "accepted";
	}

	isHidden(key: number, code: string): boolean {
		return this.#hidden.get(key)?.has(code) === true;
	}

	/** Whether anything was decided about the sample. */
	has(key: number): boolean {
		return this.#verdicts.has(key) || this.#hidden.has(key);
	}

	/** What brings the sample from no decision to where it is now. */
	inForce(key: number): Pick<Decision, "decision" | "code">[] {
		const verdict = this.verdict(key);
		const hidden = [...(this.#hidden.get(key) ?? [])].map((code) => ({ decision: "hidden" as const, code }));
		return verdict === null ? hidden : [...hidden, { decision: verdict }];
	}
}

/** The base in which a key, a whole number below 2^53, is written. */
const keyBase = 36;

export function sampleKey(key: number): string {
	return key.toString(keyBase);
}
