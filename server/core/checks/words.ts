/** A text's words, lower-cased, with their places: by pattern where spaces part them, by ICU where not. */
import type { Language } from "../languages.ts";

export interface Word {
	readonly text: string;
	readonly start: number;
}

/** Longer texts are judged by their first part, so that no text takes long. */
export const wordsRead = 200_000;

const word = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)?/gu;

export function wordsOf(text: string, language: Language | undefined): Word[] {
	const read = text.slice(0, wordsRead);
	if (language?.isSpaced === false) return segmented(read, language.code);
	return Array.from(read.matchAll(word), (match) => ({ text: match[0].toLowerCase(), start: match.index }));
}

/** One segmenter a language: making one takes longer than most texts do. */
const segmenters = new Map<string, Intl.Segmenter>();

function segmented(text: string, code: string): Word[] {
	let segmenter = segmenters.get(code);
	if (!segmenter) {
		segmenter = new Intl.Segmenter(code, { granularity: "word" });
		segmenters.set(code, segmenter);
	}
	const words: Word[] = [];
	for (const part of segmenter.segment(text)) {
		if (part.isWordLike) words.push({ text: part.segment.toLowerCase(), start: part.index });
	}
	return words;
}
