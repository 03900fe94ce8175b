/** What is known of one line of an open file. An edit of the line replaces it by a new one. */
import type { Depth, LineAnnotation } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import type { LengthQuartiles } from "../core/checks/length-outlier.ts";
import type { NearestByKey } from "../core/checks/near-duplicate.ts";

export interface Signature {
	readonly values: Uint16Array;
	/** Of the folded text; NaN where it is blank. */
	readonly hash: number;
}

export class LineState {
	annotation: LineAnnotation | undefined;
	/** How deep the annotation goes. */
	depth: Depth | "none" = "none";
	/** How deep a thread is looking into it, or has. */
	asked: Depth | "none" = "none";
	/** Too long to be read between two keystrokes; a thread reads it, where there is one. */
	isLong = false;
	/** True when the line was edited or deleted: what a thread still says of it counts no more. */
	isGone = false;
	signature: Signature | undefined;
	/** The line's findings within the file, and what they were found with. */
	shown: ShownFindings | undefined;
}

export interface ShownFindings {
	readonly annotation: LineAnnotation;
	readonly first: number | undefined;
	readonly nearest: ReturnType<NearestByKey["get"]>;
	readonly nearestLine: number | undefined;
	/** Undefined where the length is usual. */
	readonly quartiles: LengthQuartiles | undefined;
	readonly findings: readonly Finding[];
}
