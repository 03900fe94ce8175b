/** The text kept as lines against the protocol's own text document. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Range } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { LineDocument } from "../../server/language/line-document.ts";

const uri = "file:///a.jsonl";
const text = fc
	.array(fc.constantFrom("a", "bc", "\n", "\r", "\r\n", "\n\n", "é", "\u2028"), { maxLength: 12 })
	.map((parts) => parts.join(""));
const position = fc.record({ line: fc.nat({ max: 8 }), character: fc.nat({ max: 5 }) });
const change = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ range: fc.record({ start: position, end: position }), text }) },
	{ weight: 1, arbitrary: fc.record({ text }) },
);

function edited(document: TextDocument, one: { range?: Range; text: string }): string {
	const whole = document.getText();
	if (!one.range) return one.text;
	const [start = 0, end = 0] = [document.offsetAt(one.range.start), document.offsetAt(one.range.end)].sort(
		(a, b) => a - b,
	);
	return whole.slice(0, start) + one.text + whole.slice(end);
}

test("after any edits the lines are those of the protocol's document", () => {
	const property = fc.property(text, fc.array(change, { maxLength: 8 }), (start, changes) => {
		const ours = new LineDocument(uri, "jsonl", 1, start);
		let theirs = TextDocument.create(uri, "jsonl", 1, start);
		for (const [index, one] of changes.entries()) {
			const before = ours.lineCount;
			const { first, removed, added } = ours.update(one, index + 2);
			// Made anew: its own updates lose count of a carriage return that meets a newline.
			theirs = TextDocument.create(uri, "jsonl", index + 2, edited(theirs, one));
			assert.equal(ours.getText(), theirs.getText());
			assert.equal(ours.lineCount, theirs.lineCount);
			assert.equal(ours.lineCount, before - removed + added);
			assert.ok(first + added <= ours.lineCount);
		}
		assert.equal(ours.version, theirs.version);
		for (let line = 0; line < theirs.lineCount + 2; line += 1) {
			const whole = { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
			assert.equal(ours.getText(whole), theirs.getText(whole));
			assert.equal(ours.line(line), theirs.getText(whole).replace(/[\r\n]+$/, ""));
			assert.deepEqual(ours.getLineRange(line), theirs.getLineRange(line));
			assert.equal(ours.getEOLCharacters(line), theirs.getEOLCharacters(line));
			for (let character = 0; character < 4; character += 1)
				assert.equal(ours.offsetAt({ line, character }), theirs.offsetAt({ line, character }));
		}
		for (let offset = 0; offset <= theirs.getText().length; offset += 1)
			assert.deepEqual(ours.positionAt(offset), theirs.positionAt(offset));
	});
	fc.assert(property, { numRuns: 3000 });
});

test("a line that was not edited keeps its place in what an edit reports", () => {
	const ours = new LineDocument(uri, "jsonl", 1, "a\nb\nc\n");
	const at = { line: 1, character: 1 };
	assert.deepEqual(ours.update({ range: { start: at, end: at }, text: "x\ny" }, 2), { first: 1, removed: 1, added: 2 });
	assert.equal(ours.getText(), "a\nbx\ny\nc\n");
});
