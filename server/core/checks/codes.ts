/** Every check's code. Stable: settings, decisions and pages refer to them. Worst first. */
export const checkCodes = [
	"not-json",
	"schema",
	"empty-field",
	"turn-order",
	"language-mismatch",
	"script-mismatch",
	"language-line-confusion",
	"degenerate-loop",
	"exact-duplicate",
	"prompt-echo",
	"repetition",
	"length-outlier",
] as const;

export type CheckCode = (typeof checkCodes)[number];

/** Position in the order above: the smaller, the worse. */
export const rank: ReadonlyMap<CheckCode, number> = new Map(checkCodes.map((code, index) => [code, index]));
