/** Cutting a text loses no character, and code is told from prose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { blocksOf, type Span } from "../../../webview/reading/blocks.ts";

/** `prose:` or `code:` with the lines; marked pieces in brackets, invisible ones by their sign. */
function check(text: string, spans: readonly Span[], expected: readonly string[]): void {
	const told = blocksOf(text, spans).map(
		({ kind, lines }) =>
			`${kind}:${lines
				.map(({ pieces }) =>
					pieces
						.map(({ text: piece, marks, invisible }) => {
							const seen = invisible ? `<${invisible.sign}>` : piece;
							return marks.length === 0 ? seen : `[${marks.join("")} ${seen}]`;
						})
						.join(""),
				)
				.join("|")}`,
	);
	assert.deepEqual(told, expected);
}

test("lines are kept, of every kind of break", () => check("a\nb\r\n\nc", [], ["prose:a|b||c"]));
test("a fence makes a block of code, closed by its like", () =>
	check("see\n```py\nx = 1\n~~~\n```\nso", [], ["prose:see", "code:```py|x = 1|~~~|```", "prose:so"]));
test("a fence nobody closes goes on to the end", () => check("```\nx\ny", [], ["code:```|x|y"]));
test("backticks within a line are prose", () => check("use ```x``` here", [], ["prose:use ```x``` here"]));
test("a span is cut at its edges, over a break as well", () =>
	check("abcd\nef", [{ start: 2, end: 6 }], ["prose:ab[0 cd]|[0 e]f"]));
test("spans that overlap give pieces of both", () =>
	check("abcdef", [span(1, 4), span(3, 6)], ["prose:a[0 bc][01 d][1 ef]"]));
test("what is not seen becomes a piece of its own", () =>
	check("a\u202eb\u200b", [span(0, 2)], ["prose:[0 a][0 <RLO>]b<ZWSP>"]));
test("a span beyond the text is clipped", () => check("ab", [span(1, 99)], ["prose:a[0 b]"]));

test("the pieces of all lines are the text, whatever it is", () => {
	const character = fc.constantFrom("a", "\n", "\r", "`", "~", "\u202e", "\u0000", "\ud83d", "ع", "日", " ");
	const text = fc.array(character, { maxLength: 80 }).map((all) => all.join(""));
	fc.assert(
		fc.property(text, fc.nat(80), fc.nat(80), (all, start, length) => {
			const lines = blocksOf(all, [span(start, start + length)]).flatMap((block) => block.lines);
			const joined = lines.map(({ pieces }) => pieces.map((piece) => piece.text).join("")).join("\n");
			assert.equal(joined, all.replaceAll("\r\n", "\n"));
			for (const { text: line, pieces } of lines) assert.equal(pieces.map((piece) => piece.text).join(""), line);
		}),
	);
});

test("a fifth of a megabyte of what is not seen is cut in linear time", () => {
	const started = performance.now();
	blocksOf("ab\u200b ".repeat(50_000), [span(10, 20)]);
	// A quadratic cut would take minutes; the limit leaves room for a busy machine.
	assert.ok(performance.now() - started < 5000);
});

function span(start: number, end: number): Span {
	return { start, end };
}
