/** What is not seen is named; what a writing system needs is left alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { invisibleCharacters, visibleLine } from "../../../webview/reading/invisible.ts";

function check(text: string, signs: readonly string[]): void {
	assert.deepEqual(
		invisibleCharacters(text).map(({ sign }) => sign),
		signs,
	);
}

test("bidi controls are shown", () =>
	check("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c", [
		..."LRE RLE PDF LRO RLO LRI RLI FSI PDI LRM RLM ALM".split(" "),
	]));
test("control characters are shown, but line breaks and tabs", () =>
	check("\u0000\t\n\r\n\u001b\u0085\r", ["NUL", "ESC", "NEL", "CR"]));
test("joiners within Persian, Hindi and emoji are part of the writing", () =>
	check("می\u200cخواهم क्\u200dष 👩\u200d👩\u200d👧 👁\ufe0f\u200d🗨", []));
test("a joiner between spaces is shown", () => check("a \u200d b \u200c", ["ZWJ", "ZWNJ"]));
test("tags are shown but in a flag", () => check("🏴\u{e0067}\u{e0062}\u{e007f} a\u{e0041}", ["TAG"]));
test("half a surrogate pair is shown by its number", () => check("a\ud83d", ["U+D83D"]));
test("spaces that only look like one are shown", () => check("a\u00a0b\u202fc\u3000d", ["NBSP", "NNBSP"]));
test("each says what it is", () => {
	const [rlo, bom] = invisibleCharacters("\u202e\ufeff");
	assert.deepEqual(
		[rlo?.name, rlo?.isReordering, bom?.name, bom?.isReordering],
		["right-to-left override (U+202E)", true, "byte order mark (U+FEFF)", false],
	);
});
test("a line for a list is one line, with signs, cut where it is too long", () => {
	assert.equal(visibleLine("a\n\nb\u202ec", 20), "a b⟨RLO⟩c");
	assert.equal(visibleLine(`${"x".repeat(9)}😀yy`, 11), `${"x".repeat(9)}…`);
});
