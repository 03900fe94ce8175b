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
	/** `contentKey`; null where there is none. */
	readonly key: number | null;
	/** Equal for answers to the same seed, null where the row has no id; and for answers to the same prompt. */
	readonly seedKey: number | null;
	readonly promptKey: number | null;
	readonly metrics: readonly PanelMetric[];
}

export function factsOf(annotation: LineAnnotation, metrics: readonly PanelMetric[]): LineFacts {
	const { sample, language, isBlank, share } = annotation;
	return {
		kind: isBlank ? "blank" : sample ? "sample" : "broken",
		language: language ?? "",
		strategy: sample?.strategy ?? "",
		teacher: sample?.model ?? "",
		key: share?.key ?? null,
		seedKey: sample?.id == null ? null : textKey(JSON.stringify([sample.id, sample.strategy, language])),
		promptKey: sample ? textKey(JSON.stringify([language, prompts(sample).map(({ text }) => text)])) : null,
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
