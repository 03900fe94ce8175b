/** No line, however long and whatever it holds, keeps the engine for more than a second. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { annotateLine, glanceAt } from "../../server/core/annotate.ts";
import { deepest } from "../../server/core/sample/json-depth.ts";
import { fieldRanges } from "../../server/core/sample/locate.ts";
import { defaultOptions } from "./checks/annotations.ts";

const size = 20_000_000;
/** Of this process, so that others on the machine don't count. */
const mostCpuMs = 1000;

const filled = (part: string) => part.repeat(Math.ceil(size / part.length)).slice(0, size);
const row = (response: string, language = "de") =>
	JSON.stringify({ language, prompt: "Was ist das? Erkläre es mir bitte ganz genau.", response });
const chat = (role: (index: number) => string) =>
	JSON.stringify({
		language: "de",
		messages: Array.from({ length: size / 60 }, (_, index) => ({ role: role(index), content: "Das ist ein Satz." })),
	});

const lines: Readonly<Record<string, () => string>> = {
	"one word": () => row(filled("a")),
	sentences: () => row(filled("Das ist ein Satz mit Wörtern. ")),
	Japanese: () => row(filled("これは日本語の文章です。"), "ja"),
	"Latin in Arabic": () => row(filled("abcdefghijklmnop qrstuvw "), "ar"),
	addresses: () => row(filled("https://")),
	dots: () => row(filled("a.")),
	mail: () => row(filled("a@b.c ")),
	backticks: () => row(filled("`")),
	fences: () => row(filled("```\n")),
	brackets: () => row(filled("[your ")),
	braces: () => row(filled("{{")),
	dollars: () => row(filled("$x$")),
	card: () => row(filled("4111-1111-")),
	marks: () => row(`a${filled("\u0301")}`),
	"nested lists, never closed": () => filled("["),
	"nested lists": () => "[".repeat(size / 2) + "]".repeat(size / 2),
	"nested objects": () => '{"a":'.repeat(size / 5),
	"a chat of 300,000 turns": () => chat((index) => (index % 2 === 0 ? "user" : "assistant")),
	"300,000 answers in a row": () => chat(() => "assistant"),
	"300,000 questions in a row": () => chat(() => "user"),
};

for (const [name, make] of Object.entries(lines)) {
	test(`20 MB of ${name}`, () => {
		const line = make();
		for (const work of [annotateLine, glanceAt, fieldRanges]) {
			const before = process.cpuUsage();
			work(line, defaultOptions);
			const { user } = process.cpuUsage(before);
			assert.ok(user / 1000 < mostCpuMs, `${work.name}: ${Math.round(user / 1000)} ms`);
		}
	});
}

test("a line is too deep where its brackets are, not those in its texts", () => {
	const nested = (depth: number) =>
		`{"prompt":${JSON.stringify("[".repeat(30_000))},"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
	const codes = (line: string) => annotateLine(line, defaultOptions).findings.map(({ code, start }) => [code, start]);
	assert.deepEqual(codes(nested(deepest)), [["not-json", nested(deepest).length - 1 - deepest - 1]]);
	assert.ok(codes(nested(deepest - 1)).every(([code]) => code !== "not-json"));
});
