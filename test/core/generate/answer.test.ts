import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isBlankLoop, readPair, readText } from "../../../server/core/generate/answer.ts";

const pair = { prompt: "Wie spät ist es?", response: "Kurz nach drei." };
const json = JSON.stringify(pair);

function check(text: string, expected: typeof pair | string): void {
	const read = readPair(text);
	assert.deepEqual(read.ok ? read.value : read.reason, expected);
}

test("the object alone is read", () => check(json, pair));
test("a fenced object is read", () => check(`\`\`\`json\n${json}\n\`\`\``, pair));
test("a fence that never closes is read", () => check(`\`\`\`\n${json}`, pair));
test("an object wrapped in a sentence is read", () => check(`Gern: ${json} Passt das?`, pair));
test("thoughts before the object are left out", () => check(`<think>{"prompt": 1}</think>\n${json}`, pair));
test("a code fence inside the response is no fence around the answer", () =>
	check(JSON.stringify({ prompt: "a", response: "```js\nf()\n```" }), { prompt: "a", response: "```js\nf()\n```" }));
test("raw line breaks inside a string are mended", () =>
	check('{"prompt": "a\nb", "response": "c\td \\"e\\""}', { prompt: "a\nb", response: 'c\td "e"' }));
test("a field too many is told", () =>
	check('{"prompt":"a","response":"b","note":"c"}', 'the field "note" is not wanted'));
test("a missing field is told", () => check('{"prompt":"a"}', '"response" is missing or not text'));
test("a number is no text", () => check('{"prompt":1,"response":"b"}', '"prompt" is missing or not text'));
test("blanks are no prompt", () => check('{"prompt":" \\n","response":"b"}', '"prompt" is empty'));
test("a list is told", () => check(`[${json}]`, "the answer is a list, not one object"));
test("a cut object is told", () => check(json.slice(0, -2), "the answer is not one JSON object"));
test("thoughts that never end leave nothing", () => check(`<think>${json}`, "the answer is not one JSON object"));
test("nothing is told", () => check("", "the answer is not one JSON object"));

test("plain text loses its thoughts and outer blanks only", () => {
	assert.deepEqual(readText("<think>so</think>\n Kurz nach drei. \n"), { ok: true, value: "Kurz nach drei." });
	assert.deepEqual(readText(" \n"), { ok: false, reason: "the answer is empty" });
});

test("over 200 blanks in a row are a loop", () => {
	assert.equal(isBlankLoop(`{${" ".repeat(200)}`), false);
	assert.equal(isBlankLoop(`{${"\n ".repeat(101)}`), true);
});

test("no text makes reading throw", () => {
	fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void readPair(text)));
});

test("megabytes of hostile text are read in linear time", () => {
	const startedAt = performance.now();
	for (const piece of ['"', "\\", '{"', "```", "<think>", '"\\"', "{", "\n"]) readPair(piece.repeat(1_000_000));
	assert.ok(performance.now() - startedAt < 4_000);
});
