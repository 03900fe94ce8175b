/** Direction, fonts and language of a text, by what it says of itself and what it is written in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { paragraphDirection, writingOf } from "../../../webview/reading/writing.ts";

function check(text: string, language: string | null, expected: string): void {
	const { direction, script, tag } = writingOf(text, language);
	assert.equal(`${direction} ${script} ${tag}`, expected);
}

test("Arabic runs from right to left", () => check("مرحبا بالعالم", "ar", "rtl Arab ar"));
test("Arabic that begins with a Latin name still does", () => check("Python هي لغة برمجة", "ar", "rtl Arab ar"));
test("English filed under Arabic does not", () => check("Sure, here you are.", "ar", "ltr Latn und-Latn"));
test("Arabic filed under German does", () => check("مرحبا بالعالم", "de", "rtl Arab und-Arab"));
test("German with an Arabic word stays as it is", () => check("Das Wort مرحبا heißt hallo.", "de", "ltr Latn de"));
test("an unknown language goes by its first letter", () => check("1. שלום", null, "rtl Hebr und-Hebr"));
test("a language without a table goes by its usual direction", () => check("سلام دنیا", "fa", "rtl Arab fa"));
test("digits alone run as the language does", () => check("12 + 3", "ar", "rtl Arab ar"));
test("kanji alone are Japanese where the row says so", () => check("東京都", "ja", "ltr Jpan ja"));
test("kana with kanji are Japanese whatever the row says", () => check("これは東京です", "zh", "ltr Jpan und-Hani"));
test("Chinese has the forms of its region", () => {
	check("中文", "zh-Hant", "ltr Hant zh");
	check("中文", "zh", "ltr Hans zh");
});
test("Thai and Hindi have their fonts", () => {
	check("สวัสดี", "th", "ltr Thai th");
	check("नमस्ते", "hi", "ltr Deva hi");
});
test("an empty text is what its language is", () => check("", "ja", "ltr Jpan ja"));
test("a language that is no tag is not handed to a screen reader", () =>
	check("hello", '"><script>', "ltr Latn und-Latn"));

test("a paragraph without a letter of the text's direction runs by its own", () => {
	assert.equal(paragraphDirection("print(x) returns 1", "rtl"), "ltr");
	assert.equal(paragraphDirection("Python هي لغة", "rtl"), "rtl");
	assert.equal(paragraphDirection("123", "rtl"), "rtl");
	assert.equal(paragraphDirection("مرحبا", "ltr"), "rtl");
});
