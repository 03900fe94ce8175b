/** What a score cell says, in words: for its tooltip, for screen readers and for the breakdown. */

import { isolated } from "../../server/core/score/isolate.ts";
import type { ScoreCell } from "../../server/core/score/panel-message.ts";
import { explain } from "../../server/core/score/reasons.ts";
import { comparisonOf, isPublishedScore, publishedAlpha, quantities, quantityOf, type Shape } from "./choices.ts";
import { fixed, signed, unknown, withInterval } from "./units.ts";

/** Reasons that forbid to read PGR as a recovered gap. */
const forbidding = [
	"reference_not_above_base",
	"reference_within_two_stderr",
	"anchors_on_other_tasks",
	"anchor_missing",
	"pgr_missing",
];

/** One plain sentence why PGR is not interpretable, with the numbers; null where it is. */
export function whyDoubtful(cell: ScoreCell): string | null {
	if (cell.pgrInterpretable) return null;
	const { anchor, anchorRefusal } = cell;
	if (anchorRefusal !== null) return anchorRefusal;
	if (!anchor || !(anchor.ref <= anchor.base)) {
		return shortDoubt(cell);
	}
	return `The reference (${fixed(anchor.ref, 3)}) is not better than the base (${fixed(anchor.base, 3)}), so there is no gap to recover and a better student can get a lower PGR.`;
}

/** The same in a few words. */
export function shortDoubt(cell: ScoreCell): string | null {
	if (cell.pgrInterpretable) return null;
	return explain(cell.reasons.find((code) => forbidding.includes(code)) ?? "pgr_missing");
}

/** The whole of a cell in one line. */
export function describe(
	cell: ScoreCell,
	labels: { teacher: string; language: string; base: string },
	shown: Shape,
): string {
	const { value, stderr } = quantityOf(cell, shown);
	const parts = [
		`${isolated(labels.teacher)}, ${labels.language}, ${sourceLabel(cell.source)}, student base ${labels.base}.`,
		...(isPublishedScore(shown) && stderr === null ? [] : [`${nameOf(shown)} ${withInterval(value, stderr, 3)}.`]),
		`PG-Score ${fixed(cell.pg, 3)} from PGR ${fixed(cell.pgr, 3)} and z ${fixed(cell.z, 3)}; gain ${signed(cell.gain, 4)}.`,
	];
	const order = comparisonSentence(comparisonOf(cell, shown));
	if (order !== null) parts.push(order);
	const doubt = whyDoubtful(cell);
	return doubt === null ? parts.join(" ") : `${parts.join(" ")} PGR not interpretable: ${doubt}`;
}

/** How certain the order is, by the interval of the rank. */
export function comparisonSentence(comparison: ScoreCell["comparison"]): string | null {
	if (!comparison) return null;
	const { rank, low, high, of, isLeading, origin } = comparison;
	const leads = isLeading ? (rank === 1 ? "" : ", not distinguishable from the highest") : ", below the leading group";
	return `Rank ${rank} of ${of}, 95 % interval ${low} to ${high}${leads} (${origin}).`;
}

export function nameOf({ quantity, alpha, population }: Shape): string {
	const name =
		quantity === "pg" && alpha !== publishedAlpha ? `score(α = ${alpha.toFixed(2)})` : quantities[quantity].label;
	const isElsewhere = population !== "published" && (quantity === "z" || (quantity === "pg" && alpha > 0));
	return isElsewhere ? `${name}, z ${populationNames[population]}` : name;
}

export const populationNames = {
	published: "against the published rows",
	language: "within the language",
	workspace: "against this workspace",
} as const;

export function sourceLabel(source: ScoreCell["source"]): string {
	return { published: "published", own: "own run", practice: "practice" }[source];
}

/** The arithmetic of PGR with its numbers. */
export function gapArithmetic({ result, anchor, pgr }: ScoreCell): string {
	if (result === null || !anchor) return `PGR ${fixed(pgr, 3)}; its parts are not known.`;
	const [s, b, r] = [fixed(result, 4), fixed(anchor.base, 4), fixed(anchor.ref, 4)];
	return `(${s} − ${b}) / (${r} − ${b}) = ${signed(result - anchor.base, 4)} / ${signed(anchor.ref - anchor.base, 4)} = ${fixed((result - anchor.base) / (anchor.ref - anchor.base), 3)}`;
}

/** True where the published PGR is not what its own anchors give: seven Japanese rows of the paper. */
export function leavesTheLine({ result, anchor, pgr }: ScoreCell): boolean {
	if (result === null || !anchor || pgr === null) return false;
	const computed = (result - anchor.base) / (anchor.ref - anchor.base);
	return Number.isFinite(computed) && Math.abs(computed - pgr) > 1e-6 * Math.max(1, Math.abs(pgr));
}

export function taskLabel({ task, shots }: ScoreCell["tasks"][number]): string {
	return shots === null || shots === undefined ? `${task} (shots ${unknown})` : `${task} (${shots}-shot)`;
}
