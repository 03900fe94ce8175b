import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ArraySplitter, arrayElements } from "../../../server/core/sample/array-splitter.ts";

test("the elements of any array come back, however it is written and cut into pieces", () => {
	const writing = fc.record({
		value: fc.array(fc.jsonValue()),
		indent: fc.constantFrom(undefined, 2, "\t"),
		lineBreak: fc.constantFrom("\n", "\r\n"),
		piece: fc.integer({ min: 1, max: 9 }),
	});
	const property = fc.property(writing, ({ value, indent, lineBreak, piece }) => {
		const text = ` ${JSON.stringify(value, null, indent).replaceAll("\n", lineBreak)}\n`;
		const splitter = new ArraySplitter();
		const elements: string[] = [];
		for (let at = 0; at < text.length; at += piece) elements.push(...splitter.push(text.slice(at, at + piece)));
		assert.equal(splitter.finish(), undefined);
		assert.deepEqual(
			elements.map((element) => JSON.parse(element)),
			JSON.parse(text),
		);
		assert.ok(elements.every((element) => !/[\r\n]/.test(element)));
		assert.deepEqual(arrayElements(text), elements);
	});
	fc.assert(property, { numRuns: 500 });
});

test("an element on one line stays as it was, character for character", () => {
	const element = '{ "a" : 1.50, "a": 2e400 ,"b":"\\u00e9\\"[,]" }';
	assert.deepEqual(arrayElements(`\ufeff[${element},\n ${element}]`), [element, element]);
});

test("what is not one array is none", () => {
	for (const text of ["", "{}", "[1", "[1] 2", "[1,,2]", '["a', "1"])
		assert.equal(arrayElements(text), undefined, text);
	assert.deepEqual(arrayElements("[]"), []);
	assert.deepEqual(arrayElements("[1,]"), ["1"]);
});
