/** What the panel's list, filters and plots know of one line, small enough for a million of them. */
import type { LineAnnotation } from "../annotate.ts";
import { type CheckCode, checkCodes } from "../checks/codes.ts";
import { textKey } from "../checks/exact-duplicate.ts";
import type { Finding } from "../checks/finding.ts";
import { prompts } from "../sample/sample.ts";
import type { PanelMetric } from "./metrics.ts";

export interface LineFacts {
	readonly kind: "sample" | "broken" | "blank";
	readonly language: string;
	readonly strategy: string;
	readonly teacher: string;
	/** `contentKey`; NaN where there is none. */
	readonly key: number;
	/** Equal for answers to the same seed, NaN where the row has no id; and for answers to the same prompt. */
	readonly seedKey: number;
	readonly promptKey: number;
	readonly metrics: readonly PanelMetric[];
}

export function factsOf(annotation: LineAnnotation, metrics: readonly PanelMetric[]): LineFacts {
	const { sample, language, isBlank, share } = annotation;
	return {
		kind: isBlank ? "blank" : sample ? "sample" : "broken",
		language: language ?? "",
		strategy: sample?.strategy ?? "",
		teacher: sample?.model ?? "",
		key: share?.key ?? Number.NaN,
		seedKey: sample?.id == null ? Number.NaN : textKey(JSON.stringify([sample.id, sample.strategy, language])),
		promptKey: sample ? textKey(JSON.stringify([language, prompts(sample).map(({ text }) => text)])) : Number.NaN,
		metrics,
	};
}

/** A set of check codes in 53 bits: bit n is the n-th code. */
export function codeSet(findings: readonly Finding[]): number {
	let set = 0;
	for (const code of new Set(findings.map((finding) => finding.code))) set += bits.get(code) ?? 0;
	return set;
}

export function hasCode(set: number, code: string): boolean {
	const bit = bits.get(code);
	return bit !== undefined && Math.floor(set / bit) % 2 === 1;
}

/** The codes in the set, in their order. */
export function codesIn(set: number): CheckCode[] {
	return checkCodes.filter((code) => hasCode(set, code));
}

const bits: ReadonlyMap<string, number> = new Map(checkCodes.map((code, index) => [code, 2 ** index]));
