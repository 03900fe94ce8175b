/** A measured number that says how sure it is, what it rests on, and, where it is missing, why. */
import * as z from "zod/mini";

export const Metric = z.object({
	value: z.nullable(z.number()),
	/** Standard error; null where there is none to be had. */
	stderr: z.nullable(z.number()),
	/** Samples the value rests on. */
	n: z.int(),
	/** Samples of the group it could not be measured on; they are in no mean. */
	missing: z.int(),
	/** Why the value is missing, or what to mind about it. */
	reason: z.nullable(z.string()),
	/** What measured it; values of different backends are never compared. */
	backend: z.nullable(z.string()),
});
export type Metric = z.infer<typeof Metric>;

/** A metric nobody measured. */
export function unmeasured(rows: number, reason: string): Metric {
	return { value: null, stderr: null, n: 0, missing: rows, reason, backend: null };
}

/** 97.5th percentile of the normal distribution. */
const z95 = 1.959963984540054;

/** The normal 95 % interval; null without a standard error. */
export function interval95({ value, stderr }: Pick<Metric, "value" | "stderr">): readonly [number, number] | null {
	return value === null || stderr === null ? null : [value - z95 * stderr, value + z95 * stderr];
}
