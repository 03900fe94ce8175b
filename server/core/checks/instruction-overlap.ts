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

/** Keeps a prompt in some 250 bytes, so that a million fit. */
export class OverlapSearch {
	readonly #threshold: number;
	readonly #seen = new Set<number>();
	/** One entry a prompt; its words end in `#words` where `#ends` says. */
	readonly #keys: number[] = [];
	readonly #lines: number[] = [];
	readonly #isMade: boolean[] = [];
	readonly #ends: number[] = [];
	readonly #words: number[] = [];

	constructor(threshold: number) {
		this.#threshold = threshold;
	}

	/** Samples in the order of the file. */
	add({ key, line, strategy, askedWords }: Asked): void {
		// The same sample again is an exact duplicate.
		if (askedWords.length === 0 || this.#seen.has(key)) return;
		this.#seen.add(key);
		this.#keys.push(key);
		this.#lines.push(line);
		this.#isMade.push(strategy === "generate");
		for (const word of askedWords) this.#words.push(word);
		this.#ends.push(this.#words.length);
	}

	/** Searches among the samples added so far. */
	find(): OverlapByKey {
		const count = this.#keys.length;
		const hashes = new Int32Array(count * bands);
		for (let row = 0; row < count; row += 1) bandHashes(this.#wordsOf(row), hashes, row * bands);
		const found = new Map<number, { line: number; rouge: number }>();
		const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, count * 2))));
		const previous = new Int32Array(count);
		for (let band = 0; band < bands; band += 1) {
			slots.fill(-1);
			for (let row = 0; row < count; row += 1) {
				const slot = slotOf(slots, hashes, band, hashes[row * bands + band] as number);
				let earlier = slots[slot] as number;
				previous[row] = earlier;
				slots[slot] = row;
				for (let compared = 0; earlier !== -1 && compared < perBand; compared += 1) {
					if (!metBefore(hashes, row, earlier, band)) this.#compare(row, earlier, found);
					earlier = previous[earlier] as number;
				}
			}
		}
		return found;
	}

	#compare(row: number, earlier: number, found: Map<number, { line: number; rouge: number }>): void {
		const [own, other] = [this.#wordsOf(row), this.#wordsOf(earlier)];
		// Files of no known strategy may hold several answers to one prompt.
		if (!this.#isMade[row] && isSame(own, other)) return;
		const key = this.#keys[row] as number;
		const rouge = rougeL(own, other);
		if (rouge <= Math.max(this.#threshold, found.get(key)?.rouge ?? 0)) return;
		found.set(key, { line: this.#lines[earlier] as number, rouge });
	}

	#wordsOf(row: number): readonly number[] {
		return this.#words.slice(this.#ends[row - 1] ?? 0, this.#ends[row]);
	}
}

/** Whether an earlier band brought these rows together; a crowded one may not have compared them, which costs little. */
function metBefore(hashes: Int32Array, one: number, other: number, band: number): boolean {
	for (let before = 0; before < band; before += 1)
		if (hashes[one * bands + before] === hashes[other * bands + before]) return true;
	return false;
}

/** Where the newest row with this hash stands, or may stand. Half of the slots are free at least. */
function slotOf(slots: Int32Array, hashes: Int32Array, band: number, hash: number): number {
	let slot = hash & (slots.length - 1);
	while (slots[slot] !== -1 && hashes[(slots[slot] as number) * bands + band] !== hash)
		slot = (slot + 1) & (slots.length - 1);
	return slot;
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
	return one.length === other.length && one.every((word, at) => word === other[at]);
}

/** For each band two minima over the words, each under a permutation of its own. */
function bandHashes(words: readonly number[], hashes: Int32Array, at: number): void {
	for (let band = 0; band < bands; band += 1) {
		let [first, second] = [0x7fffffff, 0x7fffffff];
		for (const word of words) {
			const mixed = mix(word ^ Math.imul(band + 1, 0x9e3779b1));
			if (mixed < first) first = mixed;
			const other = Math.imul(mixed, 0x2545f491) ^ (mixed >>> 15);
			if (other < second) second = other;
		}
		hashes[at + band] = mix(first ^ Math.imul(second, 0x27d4eb2f));
	}
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
