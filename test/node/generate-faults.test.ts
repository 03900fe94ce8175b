import assert from "node:assert/strict";
import { test } from "node:test";
import type { TeacherKnobs } from "../../server/practice/teachers-knobs.ts";
import { finishedRun, journalOf, rig } from "./generate-rig.ts";

/** The run ends with its rows, and every attempt the server saw stands in the journal as one of these. */
function checkFaults(name: string, knobs: TeacherKnobs, ...outcomes: readonly string[]): void {
	test(`${name}: the run ends, and every attempt is classified`, async (context) => {
		const { options, server } = await rig(context, knobs);
		const teachers = options.teachers.map((teacher) => ({ ...teacher, concurrency: 16 }));
		const end = await finishedRun({ ...options, teachers, count: 60, timeoutMs: knobs.stall ? 400 : 30_000 });
		const journal = await journalOf(options.folder, end.runId);
		assert.deepEqual([end.state, end.accepted], ["done", 60]);
		assert.equal(journal.length, server.stats().attempts);
		assert.deepEqual([...new Set(journal.map(({ outcome }) => outcome))].sort(), ["answered", ...outcomes].sort());
		assert.equal(journal.filter(({ verdict }) => verdict === "accepted").length, 60);
	});
}

checkFaults("a stalled body", { stall: 0.1 }, "transient");
checkFaults("200 with an error inside", { okWithError: 0.2 }, "transient");
checkFaults("20 % malformed JSON", { brokenJson: 0.2 }, "invalid");
checkFaults("a loop of blanks", { blankLoop: 0.2 }, "degenerate");
checkFaults("bodies that are no JSON", { brokenBody: 0.2 }, "transient");
checkFaults("an overloaded 503", { error503: 0.1 }, "busy");

test("hundreds of short pauses, one after the other, leave no run asleep", async (context) => {
	const { options, server } = await rig(context, { cap: 0, retryAfterS: 0.002 });
	const teachers = options.teachers.map((teacher) => ({ ...teacher, concurrency: 1 }));
	const run = finishedRun({ ...options, teachers, count: 3 });
	// A pause may end between the look that finds it and the look that sets the alarm.
	while (server.stats().attempts < 800) await new Promise((resolve) => setTimeout(resolve, 5));
	server.setKnobs({ numbered: true });
	assert.equal((await run).accepted, 3);
});
