/** The shortcuts: no key twice, none of the editor's, each listed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actionOf, keyOf, shortcuts } from "../../../webview/review/keys.ts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey", boolean>> = {}) =>
	actionOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

test("each key does one thing", () => {
	const keys = shortcuts.flatMap((shortcut) => shortcut.keys);
	assert.equal(new Set(keys).size, keys.length);
	for (const { action, keys: own } of shortcuts) for (const key of own) assert.equal(press(key), action);
});
test("1 to 5 rate, 0 takes the rating back, and the help lists both", () => {
	assert.deepEqual(
		[..."0123456"].map((key) => press(key)),
		["unrate", "rate", "rate", "rate", "rate", "rate", undefined],
	);
	const listed = shortcuts.filter(({ action }) => action === "rate" || action === "unrate");
	assert.match(
		listed.map(({ label }) => label).join(),
		/^Rate the response, from 1, worst, to 5, best,Take your rating/,
	);
	assert.equal(press("4", { ctrlKey: true }), undefined);
});
test("keys held with Ctrl, Alt or Cmd are left to the editor", () => {
	assert.equal(press("a", { ctrlKey: true }), undefined);
	assert.equal(press("z", { metaKey: true }), undefined);
	assert.equal(press("f", { altKey: true }), undefined);
});
test("a key that is none of ours does nothing", () => assert.equal(press("q"), undefined));
test("a button names its key", () => assert.equal(keyOf("accept"), "A"));
