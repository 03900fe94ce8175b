/** What the comparison of teachers shows: the same seeds, each teacher's answer, and what the annotator says of it. */
import * as z from "zod/mini";
import { Strategy } from "../sample-row.ts";

const ComparedTurn = z.object({
	role: z.enum(["system", "user", "assistant", "tool"]),
	text: z.string(),
	field: z.string(),
});
export type ComparedTurn = z.infer<typeof ComparedTurn>;

export const ComparedAnswer = z.object({
	teacher: z.string(),
	state: z.enum(["waiting", "answered", "failed"]),
	/** Why there is no usable answer; null where there is one, or none yet. */
	reason: z.nullable(z.string()),
	/** The finished sample's turns that this teacher wrote; empty until it answered. */
	turns: z.array(ComparedTurn),
	findings: z.array(
		z.object({
			code: z.string(),
			message: z.string(),
			field: z.nullable(z.string()),
			start: z.nullable(z.int()),
			end: z.nullable(z.int()),
		}),
	),
	metrics: z.array(z.object({ name: z.string(), value: z.string(), threshold: z.string() })),
	latencyMs: z.nullable(z.int()),
	completionTokens: z.nullable(z.int()),
	/** Of all its attempts; null without a price or usage. */
	cost: z.nullable(z.number()),
	/** An earlier run had the answer, so nothing was sent. */
	isReused: z.boolean(),
	/** Which sample a decision is about; null where there is no sample. */
	key: z.nullable(z.number()),
	/** What the team decided about the sample. */
	decision: z.nullable(z.enum(["accepted", "rejected"])),
});
export type ComparedAnswer = z.infer<typeof ComparedAnswer>;

export const ComparedSeed = z.object({
	id: z.string(),
	language: z.nullable(z.string()),
	/** The seed as it stands: its question, with what was said before. */
	turns: z.array(ComparedTurn),
	/** In the order of the teachers. */
	answers: z.array(ComparedAnswer),
});
export type ComparedSeed = z.infer<typeof ComparedSeed>;

/** One teacher over all seeds. Means are null before the first answer. */
export const ComparedTeacher = z.object({
	name: z.string(),
	model: z.string(),
	isPractice: z.boolean(),
	answered: z.int(),
	failed: z.int(),
	/** Answers in which the annotator found something. */
	withFindings: z.int(),
	accepted: z.int(),
	meanSeconds: z.nullable(z.number()),
	meanTokens: z.nullable(z.number()),
	cost: z.nullable(z.number()),
	currency: z.nullable(z.string()),
});
export type ComparedTeacher = z.infer<typeof ComparedTeacher>;

export const CompareMessage = z.object({
	runId: z.string(),
	state: z.enum(["running", "paused", "done", "cancelled", "failed", "interrupted"]),
	/** Why work waits or ended; null while it moves, or where it is done. */
	reason: z.nullable(z.string()),
	/** The language of the answers. */
	language: z.string(),
	strategy: Strategy,
	teachers: z.array(ComparedTeacher),
	seeds: z.array(ComparedSeed),
});
export type CompareMessage = z.infer<typeof CompareMessage>;

/** What the panel may post. */
export const CompareRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("decide"), key: z.number(), decision: z.enum(["accepted", "rejected", "cleared"]) }),
	z.object({ type: z.literal("useTeacher"), teacher: z.string() }),
	z.object({ type: z.literal("resumeComparison") }),
	z.object({ type: z.literal("cancelComparison") }),
	z.object({ type: z.literal("openSamples") }),
]);
export type CompareRequest = z.infer<typeof CompareRequest>;

/** One teacher's figures out of its answers. */
export function comparedTeacher(
	teacher: Pick<ComparedTeacher, "name" | "model" | "isPractice" | "currency">,
	answers: readonly ComparedAnswer[],
): ComparedTeacher {
	const answered = answers.filter(({ state }) => state === "answered");
	const known = <T>(values: readonly (T | null)[]) => values.filter((value): value is T => value !== null);
	// What came out of an earlier run took no time and cost nothing now.
	const asked = answered.filter(({ isReused }) => !isReused);
	const costs = known(answers.map(({ cost }) => cost));
	return {
		...teacher,
		answered: answered.length,
		failed: answers.filter(({ state }) => state === "failed").length,
		withFindings: answered.filter(({ findings }) => findings.length > 0).length,
		accepted: answers.filter(({ decision }) => decision === "accepted").length,
		meanSeconds: mean(known(asked.map(({ latencyMs }) => latencyMs)).map((ms) => ms / 1000)),
		meanTokens: mean(known(answered.map(({ completionTokens }) => completionTokens))),
		cost: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
	};
}

function mean(values: readonly number[]): number | null {
	return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
