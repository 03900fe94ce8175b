/** Performance gap recovered (PGR): as the authors compute it, and whether it may be believed. */
import { finite } from "./finite.ts";
import type { Reason } from "./reasons.ts";
import type { Anchor } from "./rows.ts";

export interface Guard {
	/** False where reference − base is not above zero, or known to be within two of its standard errors. */
	readonly isInterpretable: boolean;
	readonly reasons: readonly Reason[];
}

/** (student − base) / (reference − base) of mean results; null where it is no number. */
export function recoveredGap(result: number | null, anchor: Anchor | null): number | null {
	if (result === null || !anchor) return null;
	return finite((result - anchor.base) / (anchor.ref - anchor.base));
}

/** May a PGR over these anchors be believed? Unknown errors are named but do not forbid it. */
export function guardAnchor(anchor: Anchor | null): Guard {
	if (!anchor) return { isInterpretable: false, reasons: ["anchor_missing"] };
	const gap = anchor.ref - anchor.base;
	const stderr = quadrature(anchor.ref_stderr, anchor.base_stderr);
	const reasons: Reason[] = [];
	// Written so that a gap that is no number is not believed either.
	if (!(gap > 0)) reasons.push("reference_not_above_base");
	else if (stderr !== null && gap < 2 * stderr) reasons.push("reference_within_two_stderr");
	const isInterpretable = reasons.length === 0;
	if (stderr === null) reasons.push("anchor_stderr_missing");
	return { isInterpretable, reasons };
}

/** Delta-method standard error of PGR: [SE_s² + (1−PGR)² SE_b² + PGR² SE_r²] / d². Null when an error is unknown. */
export function recoveredGapStderr(
	pgr: number | null,
	resultStderr: number | null | undefined,
	anchor: Anchor | null,
): number | null {
	if (pgr === null || !anchor) return null;
	const [s, b, r] = [finite(resultStderr), finite(anchor.base_stderr), finite(anchor.ref_stderr)];
	if (s === null || b === null || r === null) return null;
	const variance = s ** 2 + ((1 - pgr) * b) ** 2 + (pgr * r) ** 2;
	return finite(Math.sqrt(variance) / Math.abs(anchor.ref - anchor.base));
}

/** Student − base, what is shown where PGR has no meaning. */
export function gainOver(
	result: number | null,
	resultStderr: number | null | undefined,
	anchor: Anchor | null,
): { gain: number | null; stderr: number | null } {
	if (result === null || !anchor) return { gain: null, stderr: null };
	return { gain: finite(result - anchor.base), stderr: quadrature(resultStderr, anchor.base_stderr) };
}

/** Standard error of a difference of independent results; null when one is unknown. */
export function quadrature(left: number | null | undefined, right: number | null | undefined): number | null {
	const [a, b] = [finite(left), finite(right)];
	return a === null || b === null ? null : Math.hypot(a, b);
}
