/** A text's words, lower-cased, with their places: by pattern where spaces part them, by ICU where not. */
import type { Language } from "../languages.ts";
import { inWord, kindsOf, letter, mark, pointAt } from "./character-kinds.ts";
import { rememberTexts } from "./remember-texts.ts";

export interface Word {
	readonly text: string;
	readonly start: number;
}

/** Longer texts are judged by their first part, so that no text takes long. */
export const wordsRead = 200_000;
/** ICU takes ten times as long, and its texts say as much in fewer characters. */
const segmentsRead = 50_000;

export function wordsOf(text: string, language: Language | undefined): readonly Word[] {
	const isSpaced = language?.isSpaced !== false;
	const most = isSpaced ? wordsRead : segmentsRead;
	const read = text.length > most ? text.slice(0, most) : text;
	return isSpaced ? spacedWords(read) : segmenterOf(language.code)(read);
}

/** Runs of letters, marks and digits, with one apostrophe and what follows: `[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)?`. */
const spacedWords = rememberTexts((text): readonly Word[] => {
	const lower = lowered(text);
	const words: Word[] = [];
	for (let at = 0; at < text.length; ) {
		let end = runEnd(text, at, inWord);
		if (end === at) {
			at += pointAt(text, at) > 0xffff ? 2 : 1;
			continue;
		}
		const joint = text.charCodeAt(end);
		if (joint === 0x27 || joint === 0x2019) {
			const after = runEnd(text, end + 1, letter | mark);
			if (after > end + 1) end = after;
		}
		words.push({ text: lower?.slice(at, end) ?? text.slice(at, end).toLowerCase(), start: at });
		at = end;
	}
	return words;
});

/** Where the run of characters of these kinds that starts at `from` ends. */
function runEnd(text: string, from: number, kinds: number): number {
	let at = from;
	while (at < text.length) {
		const point = pointAt(text, at);
		if ((kindsOf(point) & kinds) === 0) break;
		at += point > 0xffff ? 2 : 1;
	}
	return at;
}

/** The whole text in lower case where its words stay in place; Σ has two lower cases, by what stands beside it. */
function lowered(text: string): string | undefined {
	if (text.includes("Σ")) return undefined;
	const lower = text.toLowerCase();
	return lower.length === text.length ? lower : undefined;
}

/** One segmenter a language: making one takes longer than most texts do. */
const segmenters = new Map<string, (text: string) => readonly Word[]>();

function segmenterOf(code: string): (text: string) => readonly Word[] {
	const made = segmenters.get(code);
	if (made) return made;
	const segmenter = new Intl.Segmenter(code, { granularity: "word" });
	const segmented = rememberTexts((text): readonly Word[] => {
		const words: Word[] = [];
		for (const part of segmenter.segment(text)) {
			if (part.isWordLike) words.push({ text: part.segment.toLowerCase(), start: part.index });
		}
		return words;
	});
	segmenters.set(code, segmented);
	return segmented;
}
