/** Acceptance by the annotator's checks: what makes a sample useless counts against it, a weak sign does not. */
import { type AnnotateOptions, annotateLine } from "../annotate.ts";
import type { Accept } from "./acceptance.ts";

/** Codes that reject. Others, such as a length outlier, are for the reviewer to judge. */
const rejecting: ReadonlySet<string> = new Set([
	"schema",
	"empty-field",
	"turn-order",
	"language-mismatch",
	"script-mismatch",
	"degenerate-loop",
	"prompt-echo",
	"refusal",
]);

export function acceptByChecks(options: AnnotateOptions): Accept {
	return (row) => {
		const { findings } = annotateLine(JSON.stringify(row), options);
		return [...new Set(findings.map(({ code }) => code as string).filter((code) => rejecting.has(code)))];
	};
}
