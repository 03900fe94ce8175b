/** The grid of a sweep: which student belongs into which cell, and what is said of a cell without one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyRunView } from "../../../server/core/trainer/run-view.ts";
import { gridOf, type SweepPlan, type SweepStudent } from "../../../server/core/trainer/sweep.ts";

const cells = ["de", "id"].map((language) => ({ teacher: "a", language, rows: 10, file: "x.jsonl" }));
const plan: SweepPlan = {
	group: "sweep-1",
	title: "one",
	createdAt: "2026-09-01T08:00:00.000Z",
	wish: { specVersion: 1, model: { id: "base" }, template: "none" },
	evaluates: true,
	cells,
};

function student(
	runId: string,
	about: Record<string, unknown>,
	more: Partial<SweepStudent["view"]> = {},
	at = "1",
): SweepStudent {
	const view = { ...emptyRunView(runId), ...more };
	return { view, about, run: { group: "sweep-1", kind: "train", createdAt: at, state: "queued" } };
}

const check = (students: SweepStudent[], expected: unknown, refusals = new Map<string, string>()) =>
	assert.deepEqual(
		gridOf(plan, students, refusals).map(({ language, runId, state }) => [language, runId, state]),
		expected,
	);

test("a cell without a run is planned", () =>
	check(
		[],
		[
			["de", null, "planned"],
			["id", null, "planned"],
		],
	));
test("a refused cell says why", () => {
	const refusals = new Map([[JSON.stringify(["a", "id"]), "no disk"]]);
	check(
		[],
		[
			["de", null, "planned"],
			["id", null, "refused"],
		],
		refusals,
	);
	assert.equal(gridOf(plan, [], refusals)[1]?.reason, "no disk");
});
test("a run stands in the cell of its teacher and language", () =>
	check(
		[student("r-1", { teacher: "a", language: "id" }, { state: "running" })],
		[
			["de", null, "planned"],
			["id", "r-1", "running"],
		],
	));
test("of two runs of one cell the newer counts", () =>
	check(
		[
			student("r-2", { teacher: "a", language: "de" }, { state: "running" }, "2"),
			student("r-1", { teacher: "a", language: "de" }, { state: "failed" }, "1"),
		],
		[
			["de", "r-2", "running"],
			["id", null, "planned"],
		],
	));
test("a run of another group, or of no cell, is none of the grid", () => {
	const other = student("r-1", { teacher: "a", language: "de" }, { state: "running" });
	check(
		[{ ...other, run: { ...other.run, group: "sweep-2" } }],
		[
			["de", null, "planned"],
			["id", null, "planned"],
		],
	);
	check(
		[student("r-1", { teacher: "b", language: "de" })],
		[
			["de", null, "planned"],
			["id", null, "planned"],
		],
	);
});
test("an evaluation is found by the student it evaluates; a missing result is null, not 0", () => {
	const trained = student("r-1", { teacher: "a", language: "de" }, { state: "succeeded", isFinal: true });
	const about = { student: { runId: "r-1" } };
	const evaluation = {
		...student("e-1", about, { state: "running" }),
		run: { ...trained.run, kind: "eval" as const, group: null },
	};
	assert.deepEqual(gridOf(plan, [trained, evaluation], new Map())[0]?.evaluation, {
		runId: "e-1",
		state: "running",
		result: null,
	});
});
