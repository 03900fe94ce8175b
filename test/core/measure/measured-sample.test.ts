import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readMeasured } from "../../../server/core/measure/measured-sample.ts";

const read = (row: object, language?: string) => readMeasured(JSON.stringify(row), undefined, language);

test("a row of ours", () =>
	assert.deepEqual(
		read({ id: "7", model: "t", language: "de-DE", strategy: "respond", source: "s", prompt: "P", response: "R" }),
		{
			...{ id: "7", teacher: "t", language: "de", strategy: "respond", source: "s" },
			...{ prompt: "P", context: "P", response: "R" },
		},
	));
test("a chat is measured by its last answer, given all that was said before", () => {
	const chat = ["system:S", "user:A", "assistant:B", "user:C", "assistant:D"].map((turn) => {
		const [role, content] = turn.split(":");
		return { role, content };
	});
	const sample = read({ messages: chat });
	assert.deepEqual([sample?.prompt, sample?.context, sample?.response], ["A\n\nC", "A\n\nB\n\nC", "D"]);
});
test("blank texts are missing, not empty", () => {
	const sample = read({ prompt: " \n", response: "" });
	assert.deepEqual([sample?.prompt, sample?.response], [null, null]);
});
test("a language nobody states is the caller's", () => {
	assert.equal(read({ prompt: "P", response: "R" }, "id")?.language, "id");
	assert.equal(read({ prompt: "P", response: "R", language: "xx" }, "id")?.language, "xx");
});
test("what is no sample is null, whatever the line", () => {
	for (const line of ["{", "[]", "3", "null", '{"a": 1}']) assert.equal(readMeasured(line), null);
	fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void readMeasured(line)));
});
