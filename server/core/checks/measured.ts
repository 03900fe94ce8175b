/** What the newest measurement of a dataset says of a sample: rated low by the judge, or far up in its language's perplexities. */
import type { CheckCode } from "./codes.ts";
import type { CheckContext, Finding } from "./finding.ts";
import { shown } from "./finding.ts";
import type { TurnPlace } from "./turn-place.ts";

/** Found only where somebody measured; a text alone never has them. */
export const measuredCodes = ["low-rating", "high-perplexity"] as const satisfies readonly CheckCode[];

export interface MeasuredValues {
	/** From 1 to 5, by the first judge; null without one. */
	readonly rating: { readonly value: number; readonly judge: string } | null;
	/** Null without a scorer, or where the language has too few scored samples to compare with. */
	readonly perplexity: {
		readonly value: number;
		/** Share of the measured samples of the language that lie below. */
		readonly below: number;
		readonly scorer: string;
	} | null;
}

export function measuredFindings(
	answer: TurnPlace | null,
	{ rating, perplexity }: MeasuredValues,
	{ language, threshold }: Pick<CheckContext, "language" | "threshold">,
): Finding[] {
	if (!answer) return [];
	const place = { field: answer.field, start: 0, end: answer.length } as const;
	const found: Finding[] = [];
	const low = threshold("low-rating");
	if (rating && rating.value <= low.value)
		found.push({
			...{ code: "low-rating", severity: "information", ...place, value: rating.value, threshold: low.value },
			message: `The judge ${rating.judge} gave the response ${rating.value} of 5, ${low.value} or less.`,
			source: low.source,
		});
	const high = threshold("high-perplexity");
	if (perplexity && perplexity.below > high.value)
		found.push({
			...{ code: "high-perplexity", severity: "hint", ...place, value: perplexity.below, threshold: high.value },
			message:
				`The perplexity of the response by ${perplexity.scorer}, ${shown(perplexity.value)}, is above that of ` +
				`${Math.floor(100 * perplexity.below)} % of the measured samples${language ? ` in ${language.name}` : ""}, ` +
				`over ${shown(100 * high.value)} %.`,
			source: high.source,
		});
	return found;
}
