/** How far a judge's ratings are those of people: on the samples that both rated. */
import * as z from "zod/mini";
import { confusionMatrix, krippendorffAlpha } from "./agreement.ts";

export const Calibration = z.object({
	/** Backend of the judge. */
	judge: z.string(),
	/** Samples with a human rating and one by the judge. */
	n: z.int(),
	/** Samples with a human rating the judge gave none. */
	missing: z.int(),
	/** Ordinal Krippendorff's alpha of the two; null where there is none to be had. */
	alpha: z.nullable(z.number()),
	/** Mean of judge − human: above 0, the judge is the kinder one. */
	bias: z.nullable(z.number()),
	/** Mean |judge − human|. */
	error: z.nullable(z.number()),
	/** Share of equal ratings, and of those at most one apart. */
	equal: z.nullable(z.number()),
	within_one: z.nullable(z.number()),
	/** Human 1 to 5 in rows, the judge's in columns. */
	confusion: z.array(z.array(z.int())),
});
export type Calibration = z.infer<typeof Calibration>;

/** Below this many samples a calibration says little; the reader is told. */
export const fewCalibrated = 30;

/** `pairs`: human rating, and the judge's or null. */
export function calibrationOf(judge: string, pairs: readonly (readonly [number, number | null])[]): Calibration {
	const both = pairs.filter((pair): pair is readonly [number, number] => pair[1] !== null);
	const mean = (value: (human: number, own: number) => number) =>
		both.length === 0 ? null : both.reduce((sum, [human, own]) => sum + value(human, own), 0) / both.length;
	return {
		judge,
		n: both.length,
		missing: pairs.length - both.length,
		alpha: krippendorffAlpha(both, "ordinal"),
		bias: mean((human, own) => own - human),
		error: mean((human, own) => Math.abs(own - human)),
		equal: mean((human, own) => (own === human ? 1 : 0)),
		within_one: mean((human, own) => (Math.abs(own - human) <= 1 ? 1 : 0)),
		confusion: confusionMatrix(both, 5).matrix,
	};
}
