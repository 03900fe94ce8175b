/** How annotations are written, whichever the format. */
import type { AnnotatedLine } from "../node/annotate-file.ts";

/** Takes annotations as they come; `finish` writes what needs all of them. */
export interface Report {
	add(lines: readonly AnnotatedLine[]): void;
	finish(): void;
}
