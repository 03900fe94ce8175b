import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import { arrayActions, arrayDiagnostic, isArrayText } from "../../server/language/one-array.ts";

const document = (text: string) => TextDocument.create("file:///a.jsonl", "jsonl", 1, text);

test("an array over the whole file is one, in one line or many", () => {
	for (const text of ['[{"a":1},{"a":2}]', '[\n  {"a":1}\n]\n', '\n [{"a":1},\n{"a":2}]', "[]\n"])
		assert.equal(isArrayText(document(text)), true, text);
	for (const text of ["", "\n", '{"a":1}\n', "[1]\n[2]\n", "[1\n{}\n", '"["'])
		assert.equal(isArrayText(document(text)), false, text);
});

test("the quick fix makes lines of it, and undo takes one step", () => {
	const array = document('[\n  {"a": 1,\n   "b": "x\\n"},\n  2\n]\n');
	const [action] = arrayActions(array, [arrayDiagnostic(array)]);
	const edits = action?.edit?.changes?.[array.uri] ?? [];
	assert.equal(edits.length, 1);
	assert.equal(TextDocument.applyEdits(array, edits), '{"a": 1,"b": "x\\n"}\n2\n');
	assert.equal(action?.diagnostics?.length, 1);
});

test("a broken array has no quick fix", () => {
	assert.deepEqual(arrayActions(document("[\n1,\n"), []), []);
});
