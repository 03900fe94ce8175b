/** How long a text is: UTF-8 bytes, graphemes, words. */
import { readLanguage } from "../languages.ts";
import { isSpaced } from "./word-spacing.ts";

/** Bytes of the text in UTF-8; half a surrogate pair counts as U+FFFD, three bytes, which is how it is written. */
export function utf8Bytes(text: string): number {
	let bytes = text.length;
	for (let at = 0; at < text.length; at += 1) {
		const unit = text.charCodeAt(at);
		if (unit < 0x80) continue;
		if (unit < 0x800) bytes += 1;
		else if (unit < 0xd800 || unit > 0xdbff) bytes += 2;
		else if ((text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
			bytes += 2;
			at += 1;
		} else bytes += 2;
	}
	return bytes;
}

/**
 * What may join its neighbour to one grapheme: marks, joiners and format characters, flags, skin tones, Hangul jamo,
 * half-width voice marks, two vowels of Thai and Lao, a carriage return, and the letters that precede (UAX 29).
 */
const mayJoin =
	/[\p{M}\p{Cf}\p{RI}\p{Emoji_Modifier}\r\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\uff9e\uff9f\u0e33\u0eb3\u0d4e\u{111c2}\u{111c3}\u{113d1}\u{1193f}\u{11941}\u{11a3a}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]/u;

const graphemeSegmenter = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Characters as a reader counts them. Code points where nothing can join, which is fifty times as fast. */
export function graphemes(text: string): number {
	if (!mayJoin.test(text)) return codePoints(text);
	let count = 0;
	for (const _ of graphemeSegmenter.segment(text)) count += 1;
	return count;
}

/** Half a surrogate pair counts as one. */
export function codePoints(text: string): number {
	let count = text.length;
	for (let at = 1; at < text.length; at += 1) {
		const isPair = (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
		if (isPair) count -= 1;
	}
	return count;
}

const word = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)?/gu;

/** Words by pattern where spaces part them, by ICU's dictionary where not; `language` as a row writes it. */
export function words(text: string, language: string | null): number {
	let count = 0;
	if (isSpaced(text, language)) {
		word.lastIndex = 0;
		while (word.test(text)) count += 1;
		return count;
	}
	for (const part of segmenterOf(language).segment(text)) if (part.isWordLike) count += 1;
	return count;
}

/** One segmenter a language: making one takes longer than most texts do. */
const segmenters = new Map<string, Intl.Segmenter>();

function segmenterOf(language: string | null): Intl.Segmenter {
	const code = readLanguage(language)?.code ?? language?.toLowerCase().split(/[-_]/u)[0] ?? "und";
	const locale = /^[a-z]{2,3}$/u.test(code) ? code : "und";
	const known = segmenters.get(locale) ?? new Intl.Segmenter(locale, { granularity: "word" });
	segmenters.set(locale, known);
	return known;
}
