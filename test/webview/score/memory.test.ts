/** What the score panel remembers, and what it does with a memory that no longer fits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scoreTable } from "../../../server/core/score/score-table.ts";
import { firstChoices } from "../../../webview/score/choices.ts";
import { keepChoices, type Memory, recalledChoices } from "../../../webview/score/memory.ts";
import { published } from "../../core/score/published-files.ts";

const message = scoreTable(published);
const first = firstChoices(message);

/** Keeps as an editor does: as JSON. */
function memoryOf(kept: unknown): Memory & { kept: unknown } {
	return {
		kept,
		recall() {
			return this.kept;
		},
		keep(remembered) {
			this.kept = JSON.parse(JSON.stringify(remembered));
		},
	};
}

test("what is kept comes back, the hidden languages as a set", () => {
	const memory = memoryOf(undefined);
	const chosen = { ...first, tab: "data", alpha: 0.25, hiddenLanguages: new Set(["ja", "cs"]), chosen: "x" } as const;
	keepChoices(chosen, memory);
	assert.deepEqual(recalledChoices(message, memory), chosen);
});

test("a student base or population that is gone gives way to the first", () => {
	const memory = memoryOf(undefined);
	keepChoices({ ...first, studentBase: "gone", population: "workspace" }, memory);
	const { studentBase, population } = recalledChoices(message, memory);
	assert.deepEqual([studentBase, population], [first.studentBase, "published"]);
});

test("any other memory is none", () => {
	fc.assert(
		fc.property(fc.jsonValue(), (kept) => {
			assert.deepEqual(recalledChoices(message, memoryOf(kept)), first);
		}),
	);
});
