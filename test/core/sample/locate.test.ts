import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fieldRanges, rawRange } from "../../../server/core/sample/locate.ts";

/** The raw text that stands where `wanted` stands in the decoded field. */
function check(line: string, field: string, decoded: string, wanted: string, expected: string): void {
	const place = fieldRanges(line).get(field);
	assert.ok(place, field);
	const start = decoded.indexOf(wanted);
	const found = rawRange(line, place, start, start + wanted.length);
	assert.equal(line.slice(found.start, found.end), expected);
}

test("a plain span is found", () => check('{"response":"one two"}', "response", "one two", "two", "two"));
test("escapes before a span shift it", () =>
	check('{"response":"\\n\\u00e9\\"two"}', "response", '\né"two', "two", "two"));
test("an escaped span is found with its escapes", () =>
	check('{"r":"a\\u00e9\\tb"}', "r", "aé\tb", "é\t", "\\u00e9\\t"));
test("turns of a chat are found by index", () =>
	check(
		'{"messages":[{"role":"user","content":"x"},{"content":"hello"}]}',
		"messages[1].content",
		"hello",
		"ell",
		"ell",
	));
test("a byte order mark counts as a column", () => check('\ufeff{"r":"abc"}', "r", "abc", "b", "b"));
test("the later of two equal keys counts", () => check('{"r":"abc","r":"xbz"}', "r", "xbz", "b", "b"));
test("a field name with escapes is found by its decoded name", () => check('{"\\u0072":"abc"}', "r", "abc", "c", "c"));

test("every span of every string maps to raw text that decodes to it", () => {
	const spelled = fc.string({ unit: "binary" }).map((text) => [text, JSON.stringify(text)] as const);
	void fc.assert(
		fc.property(spelled, fc.nat(), fc.nat(), ([text, json], first, second) => {
			const [start, end] = [first % (text.length + 1), second % (text.length + 1)].sort((a, b) => a - b);
			const line = `{"r": ${json}}`;
			const place = fieldRanges(line).get("r");
			assert.ok(place && start !== undefined && end !== undefined);
			const found = rawRange(line, place, start, end);
			assert.equal(JSON.parse(`"${line.slice(found.start, found.end)}"`), text.slice(start, end));
		}),
		{ numRuns: 2000 },
	);
});
