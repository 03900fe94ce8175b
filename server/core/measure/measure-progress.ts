/** What a measurement will take, and how far it is. */
import * as z from "zod/mini";

const Range = z.tuple([z.number(), z.number()]);

/** What one backend will be asked. Low and high are the same where nothing is uncertain. */
export const BackendEstimate = z.object({
	/** As results name it. */
	backend: z.string(),
	kind: z.enum(["embed", "rate", "score"]),
	/** Values that are cached by content and cost nothing. */
	cached: z.int(),
	/** Values still to be had. */
	missing: z.int(),
	calls: Range,
	promptTokens: Range,
	completionTokens: Range,
	/** Null where the backend has no price: unknown, not free. Practice backends are free. */
	cost: z.nullable(z.object({ currency: z.string(), amount: Range })),
	seconds: Range,
});
export type BackendEstimate = z.infer<typeof BackendEstimate>;

export const MeasureEstimate = z.object({
	/** Lines that hold something, and rows that will be measured. */
	lines: z.int(),
	rows: z.int(),
	backends: z.array(BackendEstimate),
	/** Sum of the calls. */
	calls: Range,
	/** By currency, over the backends that have a price. */
	cost: z.record(z.string(), Range),
	/** Backends that cost something nobody knows. */
	unpriced: z.array(z.string()),
	/** Of the whole measurement: backends work beside each other, what is offline comes on top. */
	seconds: Range,
});
export type MeasureEstimate = z.infer<typeof MeasureEstimate>;

export const measurePhases = ["counting", "learning", "asking", "comparing", "mapping"] as const;

export const MeasureProgress = z.object({
	phase: z.enum(measurePhases),
	/** Rows of this phase. */
	done: z.int(),
	/** Null in the first phase of a file whose rows are not counted yet. */
	total: z.nullable(z.int()),
	/** Attempts so far, failed ones included; what was cached is in none. */
	calls: z.int(),
	inFlight: z.int(),
	/** By currency. */
	spent: z.record(z.string(), z.number()),
	/** Why nothing moves just now; null while it moves. */
	waiting: z.nullable(z.string()),
	etaS: z.nullable(z.number()),
});
export type MeasureProgress = z.infer<typeof MeasureProgress>;
