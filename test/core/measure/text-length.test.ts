import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { graphemes, utf8Bytes, words } from "../../../server/core/measure/text-length.ts";
import { isSpaced } from "../../../server/core/measure/word-spacing.ts";

function check(text: string, bytes: number, characters: number, language: string | null, wordCount: number) {
	assert.deepEqual([utf8Bytes(text), graphemes(text), words(text, language)], [bytes, characters, wordCount]);
}

test("plain letters", () => check("two words", 9, 9, "en", 2));
test("letters with marks, composed and not", () => check("é e\u0301", 6, 3, "es", 2));
test("a family is one character of 25 bytes", () => check("👨‍👩‍👧‍👦", 25, 1, "en", 0));
test("a flag and a skin tone", () => check("🇩🇪👍🏽", 16, 2, "de", 0));
test("Hangul from jamo", () => check("\u1112\u1161\u11ab", 9, 1, "ko", 1));
test("a line break of two units", () => check("a\r\nb", 4, 3, "en", 2));
test("Arabic with vowel marks", () => check("كَتَبَ", 12, 3, "ar", 1));
test("Japanese words come from a dictionary", () => check("日本語を話す", 18, 6, "ja", 3));
test("a regional label is read as its language", () => check("日本語を話す", 18, 6, "ja-JP", 3));
test("a text without a language is read by its letters", () => check("日本語を話す", 18, 6, null, 3));
test("an apostrophe inside a word does not part it", () => check("don't l’eau", 13, 11, "en", 2));
test("nothing", () => check("", 0, 0, null, 0));
test("half a surrogate pair is written as three bytes", () => check("\ud83d", 3, 1, "en", 0));

const tricky = fc.string({
	maxLength: 12,
	unit: fc.oneof(
		fc.constantFrom(
			...["\u0301", "\u200d", "\u200c", "\ufe0f", "👩", "🏽", "🇩", "\r", "\n", "\u1100", "\u1161", "\u11a8", "가"],
			...["각", "ﾊ", "\uff9e", "ก", "\u0e33", "ລ", "\u0eb3", "\u0600", "\u06dd", "क", "\u094d", "ि", "\u0d4e", "ക"],
			...["\u{111c2}", "\u{1193f}", "\u{11a84}", "\u{1f3f4}", "\u{e0067}", "\u{e007f}", "\u00ad", "a", "é", "日", "𠮷"],
		),
		fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
		fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
	),
});
const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });

test("the quick way counts what the segmenter counts", () => {
	fc.assert(
		fc.property(tricky, (text) => assert.equal(graphemes(text), [...segmenter.segment(text)].length)),
		{ numRuns: 5_000 },
	);
});

test("bytes are those an encoder writes", () => {
	const encoder = new TextEncoder();
	fc.assert(
		fc.property(
			fc.string({ unit: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\ud800", "\udc00")) }),
			(text) => assert.equal(utf8Bytes(text), encoder.encode(text).length),
		),
	);
});

test("a label that no locale has is no reason to fail", () => assert.equal(words("日本", "zh-!!"), 1));

test("a language beyond the table is known to be unspaced", () =>
	assert.deepEqual(
		[isSpaced("abc", "th"), isSpaced("abc", "fr"), isSpaced("ไทย", null), isSpaced("abc", null)],
		[false, true, false, true],
	));

test("words without spaces between them are parted by dictionary, in each such language", () =>
	assert.deepEqual(
		[
			words("ภาษาไทยง่ายมาก", "th"),
			words("我喜欢学习中文。", "zh"),
			words("私は学生です。", "ja"),
			words("我喜欢学习中文。", null),
		],
		[4, 4, 4, 4],
	));

test("graphemes are what a reader counts, in Thai and in a family of emoji", () =>
	assert.deepEqual([graphemes("ที่นี่"), graphemes("👩‍👩‍👧‍👦!"), graphemes("e\u0301a")], [2, 2, 2]));
