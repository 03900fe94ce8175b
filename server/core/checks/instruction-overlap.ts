/**
 * `instruction-overlap`: a prompt nearly repeats an earlier one, by ROUGE-L as in Self-Instruct. Candidates come from MinHash
 * over words, so that no prompt is compared with all others.
 */
import type { Language } from "../languages.ts";
import { mix } from "../near-duplicates/shingles.ts";
import { prompts, type Sample } from "../sample/sample.ts";
import { type CheckContext, type Finding, percent } from "./finding.ts";
import { longestCommonSubsequence } from "./longest-common-subsequence.ts";
import { type FilePlace, inWords, type TurnPlace } from "./turn-place.ts";
import { wordsOf } from "./words.ts";

/** For a sample's content key: the line of the earlier sample whose prompt is most like its own, as of the search. */
export type OverlapByKey = ReadonlyMap<number, { readonly line: number; readonly rouge: number }>;

/** Shorter prompts are alike by nature ("Write a poem about …"). */
const leastWords = 8;
/** Words compared at most; beyond it the first ones stand for the rest. */
const mostWords = 64;

/** The first prompt's words as 32-bit hashes; empty where the prompt is too short, or was given rather than made. */
export function askedWords(sample: Sample, language: Language | undefined): readonly number[] {
	if (sample.strategy === "respond" || sample.strategy === "translate") return [];
	const text = prompts(sample)[0]?.text ?? "";
	const words = wordsOf(text.length > charactersRead ? text.slice(0, charactersRead) : text, language);
	return words.length < leastWords ? [] : words.slice(0, mostWords).map((word) => hashOf(word.text));
}

/** Enough for 64 words. */
const charactersRead = 1000;

function hashOf(word: string): number {
	let hash = word.length;
	for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
	return mix(hash);
}

/** What is kept of a sample to compare it. */
export interface Asked {
	readonly key: number;
	/** From 1. */
	readonly line: number;
	readonly strategy: string | null;
	readonly askedWords: readonly number[];
}

/** Hashes of a prompt: word sets with a Jaccard similarity of 0.54, which ROUGE-L 0.7 means, meet in 99.6 % of cases. */
const bands = 16;
/** Earlier prompts compared in one band, the newest first, so that a million of one template cost a bounded number each. */
const perBand = 8;

export class OverlapSearch {
	readonly #threshold: number;
	readonly #asked: Asked[] = [];
	readonly #keys = new Set<number>();
	/** For each band: by hash, the newest prompts. */
	readonly #buckets: Map<number, number[]>[] = Array.from({ length: bands }, () => new Map());
	readonly #found = new Map<number, { line: number; rouge: number }>();

	constructor(threshold: number) {
		this.#threshold = threshold;
	}

	/** Samples in the order of the file. */
	add(asked: Asked): void {
		// The same sample again is an exact duplicate.
		if (asked.askedWords.length === 0 || this.#keys.has(asked.key)) return;
		this.#keys.add(asked.key);
		const row = this.#asked.push(asked) - 1;
		const seen = new Set<number>();
		for (let band = 0; band < bands; band += 1) {
			const buckets = this.#buckets[band] as Map<number, number[]>;
			const hash = bandHash(asked.askedWords, band);
			const bucket = buckets.get(hash);
			if (!bucket) {
				buckets.set(hash, [row]);
				continue;
			}
			for (const earlier of bucket) if (!seen.has(earlier)) this.#compare(asked, seen.add(earlier) && earlier);
			bucket.push(row);
			if (bucket.length > perBand) bucket.shift();
		}
	}

	/** What was found among the samples added so far. */
	get found(): OverlapByKey {
		return this.#found;
	}

	#compare(asked: Asked, row: number): void {
		const earlier = this.#asked[row];
		if (!earlier || isSeveralAnswers(asked, earlier)) return;
		const rouge = rougeL(asked.askedWords, earlier.askedWords);
		if (rouge <= Math.max(this.#threshold, this.#found.get(asked.key)?.rouge ?? 0)) return;
		this.#found.set(asked.key, { line: earlier.line, rouge });
	}
}

/** Files of no known strategy may hold several answers to one prompt. */
function isSeveralAnswers(one: Asked, other: Asked): boolean {
	return one.strategy !== "generate" && isSame(one.askedWords, other.askedWords);
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
	return one.length === other.length && one.every((word, at) => word === other[at]);
}

/** Two minima over the words, each under a permutation of its own. */
function bandHash(words: readonly number[], band: number): number {
	let [first, second] = [0x7fffffff, 0x7fffffff];
	for (const word of words) {
		const mixed = mix(word ^ Math.imul(band + 1, 0x9e3779b1));
		if (mixed < first) first = mixed;
		const other = Math.imul(mixed, 0x2545f491) ^ (mixed >>> 15);
		if (other < second) second = other;
	}
	return mix(first ^ Math.imul(second, 0x27d4eb2f));
}

function rougeL(one: readonly number[], other: readonly number[]): number {
	// Too different in length to be alike, whatever they say.
	if (Math.min(one.length, other.length) * 2 < Math.max(one.length, other.length)) return 0;
	return (2 * longestCommonSubsequence(one, other)) / (one.length + other.length);
}

export function overlapFinding(
	asked: TurnPlace | null,
	earlier: FilePlace,
	{ rouge, isMade }: { readonly rouge: number; readonly isMade: boolean },
	{ threshold: thresholdOf }: Pick<CheckContext, "threshold">,
): Finding | undefined {
	const threshold = thresholdOf("instruction-overlap");
	if (!asked || rouge <= threshold.value) return undefined;
	return {
		code: "instruction-overlap",
		severity: isMade ? "information" : "hint",
		message: `The prompt nearly repeats the one in ${inWords(earlier)}: ROUGE-L ${percent(rouge)}, over ${percent(threshold.value)}.`,
		field: asked.field,
		start: 0,
		end: asked.length,
		value: rouge,
		threshold: threshold.value,
		source: threshold.source,
	};
}
