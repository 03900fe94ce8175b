/** Every check's code. Stable: settings, decisions and pages refer to them. Worst first. */
export const checkCodes = [
	"not-json",
	"schema",
	"empty-field",
	"turn-order",
	"secret",
	"language-mismatch",
	"script-mismatch",
	"source-leakage",
	"refusal",
	"degenerate-loop",
	"truncated",
	"mojibake",
	"exact-duplicate",
	"near-duplicate",
	"instruction-overlap",
	"prompt-echo",
	"language-line-confusion",
	"unwanted-cjk",
	"think-tags",
	"placeholder",
	"self-identification",
	"pii",
	"markup-leftover",
	"repetition",
	"number-mismatch",
	"length-ratio",
	"alphabet-ratio",
	"symbol-ratio",
	"stop-words",
	"noise",
	"length-outlier",
	"too-long",
	"list-shape",
	"instruction-shape",
	"too-short",
	"code-mixing",
] as const;

export type CheckCode = (typeof checkCodes)[number];

/** Position in the order above: the smaller, the worse. */
export const rank: ReadonlyMap<CheckCode, number> = new Map(checkCodes.map((code, index) => [code, index]));
