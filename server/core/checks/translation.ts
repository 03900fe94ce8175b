/** `source-leakage`, `number-mismatch` and `length-ratio`: a translation held against what it was made from. */
import { scriptProfile } from "../language-id/script-profile.ts";
import { readLanguage } from "../languages.ts";
import type { Sample, Turn } from "../sample/sample.ts";
import { prompts, responses } from "../sample/sample.ts";
import { about, type Check, type CheckContext, percent, shown, turnName } from "./finding.ts";
import { longestCommonSubsequence } from "./longest-common-subsequence.ts";
import { wordsOf } from "./words.ts";

interface Pair {
	readonly source: string;
	readonly target: Turn;
}

/** Each side of a translation with its source; none where the source's language is the text's own. */
function pairs(sample: Sample, context: CheckContext): Pair[] {
	if (sample.strategy !== "translate") return [];
	const from = readLanguage(sample.seedLanguage);
	if (from && from === context.language) return [];
	const sides = [
		{ source: sample.promptInput, target: prompts(sample)[0] },
		{ source: sample.responseInput, target: responses(sample).at(-1) },
	];
	return sides.flatMap(({ source, target }) => (source !== null && target ? [{ source, target }] : []));
}

/** Words compared at most. */
const mostWords = 1000;
/** Shorter texts may well be the same in both languages: names, numbers, formulas. */
const leastWords = 5;

export const sourceLeakage: Check = {
	code: "source-leakage",
	find: (sample, context) =>
		pairs(sample, context).flatMap(({ source, target }) => {
			const share = likeness(source, context.masked(target), context);
			const threshold = context.threshold("source-leakage");
			if (share === null || share < threshold.value) return [];
			const message = `The ${turnName(target)} repeats ${percent(share)} of the text it should translate, ${percent(threshold.value)} or more.`;
			return [about(target, "source-leakage", message, { value: share, threshold })];
		}),
};

/** Length of the longest common subsequence of words over the longer text's. */
function likeness(source: string, target: string, context: CheckContext): number | null {
	const [a, b] = [source, target].map((text) =>
		wordsOf(text, context.language)
			.slice(0, mostWords)
			.map((word) => word.text),
	);
	if (!a || !b || a.length < leastWords || b.length < leastWords) return null;
	return longestCommonSubsequence(a, b) / Math.max(a.length, b.length);
}

export const numberMismatch: Check = {
	code: "number-mismatch",
	find: (sample, context) =>
		pairs(sample, context).flatMap(({ source, target }) => {
			const [wanted, given] = [numbersIn(source), numbersIn(target.text)];
			if (wanted.length < 2) return [];
			const share = overlap(wanted, given);
			const threshold = context.threshold("number-mismatch");
			if (share >= threshold.value) return [];
			const message = `The ${turnName(target)} has only ${percent(share)} of the numbers of its source, under ${percent(threshold.value)}.`;
			return [about(target, "number-mismatch", message, { value: share, threshold })];
		}),
};

/** Numbers by their digits other than zeros at the ends, in any script's digits, marks of grouping left out. */
function numbersIn(text: string): string[] {
	const plain = text
		.slice(0, 50_000)
		.replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
		.normalize("NFKC");
	return Array.from(plain.matchAll(/\d+(?:[.,٬٫\u00a0 ]\d{3})*/gu), (match) =>
		match[0].replace(/\D/g, "").replace(/^0+|0+$/g, ""),
	).filter((number) => number !== "");
}

/** Share of the source's numbers that the translation has; it may write more in digits than the source did. */
function overlap(wanted: readonly string[], given: readonly string[]): number {
	const left = new Map<string, number>();
	for (const number of given) left.set(number, (left.get(number) ?? 0) + 1);
	let shared = 0;
	for (const number of wanted) {
		const count = left.get(number) ?? 0;
		if (count > 0) {
			shared += 1;
			left.set(number, count - 1);
		}
	}
	return shared / wanted.length;
}

/** Letters a text needs before a ratio says something; a Han or kana letter counts as two. */
const leastLetters = 20;

export const lengthRatio: Check = {
	code: "length-ratio",
	find: (sample, context) =>
		pairs(sample, context).flatMap(({ source, target }) => {
			const [from, to] = [
				scriptProfile(source.slice(0, 200_000)).letters,
				scriptProfile(target.text.slice(0, 200_000)).letters,
			];
			if (Math.min(from, to) === 0 || Math.max(from, to) < leastLetters) return [];
			const ratio = Math.max(from, to) / Math.min(from, to);
			const threshold = context.threshold("length-ratio");
			if (ratio <= threshold.value) return [];
			const message = `The ${turnName(target)} is ${shown(ratio)} times as ${to > from ? "long" : "short"} as its source, over ${shown(threshold.value)}.`;
			return [about(target, "length-ratio", message, { value: ratio, threshold })];
		}),
};
