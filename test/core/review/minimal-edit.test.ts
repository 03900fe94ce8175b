/** Edits of a text are the smallest ones, in every place the row keeps it, in the row's own way of writing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editsOf, type LineEdit } from "../../../server/core/review/minimal-edit.ts";
import { readLine } from "../../../server/core/sample/read-line.ts";

function edited(line: string, field: string, text: string): { readonly result: string; readonly edits: LineEdit[] } {
	const reading = readLine(line);
	assert.ok(reading.kind === "row" && reading.sample);
	const edits = editsOf(line, reading.sample, field, text);
	const result = edits.reduceRight(
		(rest, { start, end, newText }) => rest.slice(0, start) + newText + rest.slice(end),
		line,
	);
	return { result, edits };
}

function check(line: string, field: string, text: string, expected: string): void {
	assert.equal(edited(line, field, text).result, expected);
}

test("only what differs is replaced", () => {
	const { edits } = edited('{"prompt":"Hi","response":"One two three."}', "response", "One 2 three.");
	assert.deepEqual(edits, [{ start: 31, end: 34, newText: "2" }]);
});
test("quotes, breaks and backslashes are escaped", () =>
	check('{"prompt":"a","response":"b"}', "response", 'b"\n\\', '{"prompt":"a","response":"b\\"\\n\\\\"}'));
test("offsets count through escapes before them", () =>
	check(
		'{"prompt":"a","response":"\\u00e4\\n\\"x\\" y"}',
		"response",
		'ä\n"x" z',
		'{"prompt":"a","response":"\\u00e4\\n\\"x\\" z"}',
	));
test("a row written in ASCII stays so", () =>
	check(
		'{"prompt":"a","response":"\\u00e4"}',
		"response",
		"ä日😀",
		'{"prompt":"a","response":"\\u00e4\\u65e5\\ud83d\\ude00"}',
	));
test("an emoji is replaced whole, never by half", () =>
	check('{"prompt":"a","response":"x 😀 y"}', "response", "x 😃 y", '{"prompt":"a","response":"x 😃 y"}'));
test("the same turn kept in messages changes with it, other texts and numbers do not", () =>
	check(
		'{"n":1.0e2,"prompt":"Q","response":"A","response_input":"A","messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"A"}]}',
		"response",
		"B",
		'{"n":1.0e2,"prompt":"Q","response":"B","response_input":"A","messages":[{"role":"user","content":"Q"},{"role":"assistant","content":"B"}]}',
	));
test("a prompt equal to its answer changes alone", () =>
	check('{"prompt":"A","response":"A"}', "prompt", "B", '{"prompt":"B","response":"A"}'));
test("nothing changed is no edit", () =>
	assert.deepEqual(edited('{"prompt":"a","response":"b"}', "response", "b").edits, []));

test("whatever is written is what is read again, and the rest of the row stays", () => {
	const text = fc.string({ unit: "grapheme-composite", maxLength: 40 });
	fc.assert(
		fc.property(text, text, text, (prompt, before, after) => {
			const line = JSON.stringify({ other: [1, "x"], prompt, response: before, z: null });
			const row = JSON.parse(edited(line, "response", after).result);
			assert.deepEqual(row, { other: [1, "x"], prompt, response: after, z: null });
		}),
	);
});
