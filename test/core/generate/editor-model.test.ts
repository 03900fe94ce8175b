import assert from "node:assert/strict";
import { test } from "node:test";
import { editorFailure, editorTurns, noModel } from "../../../server/core/generate/editor-model.ts";
import type { Message } from "../../../server/core/sample-row.ts";

const said = (role: Message["role"], content: string): Message => ({ role, content });

test("the system prompt goes ahead of the first user turn, earlier turns stay", () => {
	assert.deepEqual(editorTurns([said("system", "S"), said("user", "A"), said("assistant", "B"), said("user", "C")]), [
		{ role: "user", text: "S\n\nA" },
		{ role: "assistant", text: "B" },
		{ role: "user", text: "C" },
	]);
	assert.deepEqual(editorTurns([said("system", "S"), said("assistant", "B")]), [
		{ role: "user", text: "S" },
		{ role: "assistant", text: "B" },
	]);
	assert.deepEqual(editorTurns([said("user", "A")]), [{ role: "user", text: "A" }]);
});

test("the user's no is told as one, with what to do", () => {
	check("NoPermissions", "Error", "x", "no-consent");
	assert.match(editorFailure({ code: "NoPermissions", name: "Error", message: "" }, "m").message, /allow it when/);
});
test("a model that is gone is no model", () => check("NotFound", "Error", "x", "no-model"));
test("a filtered answer is refused", () => check("Blocked", "Error", "Filtered by the provider", "refused"));
test("a quota is a limit, whatever the code says", () => {
	check("Blocked", "Error", "You have exceeded your quota", "busy");
	check(undefined, "ChatRateLimited", "Sorry", "busy");
	check("Unknown", "Error", "Too Many Requests", "busy");
});
test("anything else may pass", () => check("Unknown", "Error", "socket hang up", "transient"));

test("where nothing fits, what there is is named", () => {
	assert.match(
		noModel({ family: "gpt-x" }, ["copilot/gpt-4o"]).message,
		/no language model with family gpt-x\. It has: copilot\/gpt-4o/,
	);
	assert.match(noModel({ family: "gpt-x" }, []).message, /It has none/);
});

function check(code: string | undefined, name: string, message: string, expected: string): void {
	assert.equal(editorFailure({ code, name, message }, "vendor/model").reason, expected);
}
