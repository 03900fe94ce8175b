import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldMapping } from "../../../server/core/project.ts";
import { readLine } from "../../../server/core/sample/read-line.ts";

/** Turns as `role@field: text`, then faults as `!field`. */
function check(row: unknown, expected: string[], mapping?: FieldMapping): void {
	const reading = readLine(typeof row === "string" ? row : JSON.stringify(row), mapping);
	assert.ok(reading.kind === "row");
	const turns = reading.sample?.turns.map(({ role, field, text }) => `${role}@${field}: ${text}`) ?? [];
	assert.deepEqual([...turns, ...reading.faults.map(({ field }) => `!${field}`)], expected);
}

const pair = ["user@prompt: q", "assistant@response: a"];

test("prompt and response", () => check({ prompt: "q", response: "a" }, pair));
test("our own rows are read by prompt and response, not twice by messages", () =>
	check({ prompt: "q", response: "a", messages: [{ role: "user", content: "q" }] }, pair));
test("messages", () =>
	check(
		{
			messages: [
				{ role: "system", content: "s" },
				{ role: "user", content: "q" },
				{ role: "assistant", content: "a" },
			],
		},
		["system@messages[0].content: s", "user@messages[1].content: q", "assistant@messages[2].content: a"],
	));
test("content in parts", () =>
	check({ messages: [{ role: "user", content: [{ type: "text", text: "q" }, { type: "image_url" }] }] }, [
		"user@messages[0].content[0].text: q",
	]));
test("ShareGPT", () =>
	check(
		{
			conversations: [
				{ from: "human", value: "q" },
				{ from: "gpt", value: "a" },
			],
		},
		["user@conversations[0].value: q", "assistant@conversations[1].value: a"],
	));
test("Alpaca with and without input", () => {
	check({ instruction: "q", input: "i", output: "a" }, ["user@instruction: q", "user@input: i", "assistant@output: a"]);
	check({ instruction: "q", input: "", output: "a" }, ["user@instruction: q", "assistant@output: a"]);
});
test("fields named in polyglot.json, dotted ones too; other rows keep their shape", () => {
	const mapping = { prompt: "in.question", response: "answer" };
	check({ in: { question: "q" }, answer: "a" }, ["user@in.question: q", "assistant@answer: a"], mapping);
	check({ prompt: "q", response: "a" }, pair, mapping);
});
test("a missing or wrong field is a fault, the rest is read", () => {
	check({ prompt: "q" }, ["user@prompt: q", "!response"]);
	check({ prompt: "q", response: 5 }, ["user@prompt: q", "!response"]);
	check({ messages: [{ role: "robot", content: "q" }, 5] }, ["!messages[0].role", "!messages[1]"]);
	check({ messages: {} }, ["!messages"]);
});
test("what is no object, and a row of no known shape, is one fault", () => {
	for (const line of ["[]", "5", "null", '"x"', "{}", '{"text":"x"}', '{"__proto__":{"prompt":"x"}}'])
		check(line, ["!null"]);
});
test("doubled keys: the later counts", () => check('{"prompt":"x","prompt":"q","response":"a"}', pair));
test("blank lines carry no row", () => {
	for (const line of ["", "  ", "\t\r", "\ufeff"]) assert.equal(readLine(line).kind, "blank");
});
