import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { scanJson } from "../../../server/core/sample/json-scan.ts";

function check(text: string, expected: [number, RegExp] | undefined): void {
	const fault = scanJson(text);
	assert.equal(fault?.offset, expected?.[0], text);
	if (expected) assert.match(fault?.message ?? "", expected[1]);
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

test("a missing value is reported where it is missing", () => check('{"a": }', [6, /found "}"/]));
test("a comma after the last field is reported after it", () => check('{"a":1,}', [7, /field name in double quotes/]));
test("a line that ends too soon is reported at its end", () => check('{"a":"b', [7, /ends inside a string/]));
test("an open object names where it was opened", () => check(' {"a":1', [7, /"\{" in column 2 is never closed/]));
test("a second value is reported where it starts", () => check("{} {}", [3, /goes on/]));
test("a raw control character is reported by number", () => check('"a\u0000"', [2, /U\+0000/]));
test("a wrong escape is reported at its backslash", () => check('"a\\x"', [2, /no known escape/]));
test("single quotes are no quotes", () => check("{'a':1}", [1, /found "'"/]));
test("nothing is wrong with lone surrogates and doubled keys", () => check('{"a":"\\ud800","a":"\ud801"}', undefined));
test("a hundred thousand brackets do not overflow the stack", () => {
	check("[".repeat(100_000), [100_000, /never closed/]);
	check("[".repeat(100_000) + "]".repeat(100_000), undefined);
});

test("it agrees with JSON.parse on what is JSON", () => {
	const piece = fc.constantFrom(
		"{",
		"}",
		"[",
		"]",
		":",
		",",
		'"',
		'"a"',
		"\\",
		"\\u12",
		"1",
		"-",
		"0",
		".5",
		"e3",
		"true",
		"nul",
		"null",
		" ",
		"\t",
		"é",
	);
	const soup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
	const damaged = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, at, text]) => {
		const place = at % (json.length + 1);
		return json.slice(0, place) + text + json.slice(place + text.length);
	});
	void fc.assert(
		fc.property(fc.oneof(soup, damaged, fc.json()), (text) => {
			const fault = scanJson(text);
			assert.equal(fault === undefined, isJson(text));
			if (fault) assert.ok(fault.offset >= 0 && fault.offset <= text.length);
		}),
		{ numRuns: 3000 },
	);
});
