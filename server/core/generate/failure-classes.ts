/** What went wrong in a run, by class: how often it was asked again, how often given up, and in which words. */
import * as z from "zod/mini";
import { redact } from "./redact.ts";
import type { JournalLine } from "./run-records.ts";

/** Distinct messages kept for each class; the newest say most. */
const examplesKept = 3;
/** Classes told; a server that invents new ones does not fill the panel. */
const classesTold = 20;

export const FailureClass = z.object({
	/** The outcome of an attempt, or the check that turned a row away: what `rerun` takes. */
	cause: z.string(),
	/** Attempts that another one followed. */
	again: z.int(),
	/** Requests given up for it. */
	dropped: z.int(),
	/** Newest first, redacted; `key` is the request. */
	examples: z.array(z.object({ teacher: z.string(), message: z.string(), key: z.string() })),
});
export type FailureClass = z.infer<typeof FailureClass>;

export class FailureClasses {
	readonly #byCause = new Map<string, FailureClass>();

	/** Takes in one attempt; an accepted one is none of ours. */
	add(teacher: string, { key, outcome, verdict, reasons }: JournalLine): void {
		if (verdict === "accepted") return;
		const isRejected = outcome === "answered";
		for (const cause of isRejected ? reasons : [outcome]) {
			const known = this.#byCause.get(cause) ?? { cause, again: 0, dropped: 0, examples: [] };
			// A check's finding has its name as its reason, which is told already.
			const message = isRejected ? "" : redact(reasons[0] ?? "");
			const others = known.examples.filter((one) => one.message !== message || one.teacher !== teacher);
			this.#byCause.set(cause, {
				cause,
				again: known.again + (verdict === "again" ? 1 : 0),
				dropped: known.dropped + (verdict === "dropped" ? 1 : 0),
				examples: [{ teacher, message, key }, ...others].slice(0, examplesKept),
			});
		}
	}

	/** Most frequent first. */
	list(): FailureClass[] {
		const all = [...this.#byCause.values()];
		return all.sort((a, b) => b.again + b.dropped - a.again - a.dropped).slice(0, classesTold);
	}
}

const explained: Readonly<Record<string, string>> = {
	busy: "the server was at its limit; it is asked again at its pace",
	transient: "the server stumbled, or the connection broke",
	unreachable: "nothing answered at the address",
	invalid: "the answer has not the form that was asked for",
	degenerate: "nothing but blanks or repetition",
	truncated: "cut off at the token limit",
	refused: "the model or its provider declined",
	empty: "no text",
	rejected: "the server refuses the request as it is",
	fatal: "key, quota or model: the run was stopped",
	"exact-duplicate": "the same text as a row that is there",
};

/** What a class means, in a few words; checks have pages of their own. */
export const causeText = (cause: string): string => explained[cause] ?? "turned away by this check";
