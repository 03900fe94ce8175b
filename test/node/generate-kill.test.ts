import assert from "node:assert/strict";
import { test } from "node:test";
import { killAndResume } from "./generate-kill.ts";
import { rig } from "./generate-rig.ts";

test("three kill -9 at random moments: no acknowledged row is lost or repeated, and only what was in flight is sent again", async (context) => {
	const { folder, server } = await rig(context, { latencyMs: 15 });
	const { lost, repeated, rows, resent, mostInFlight } = await killAndResume(folder, server, { count: 400, kills: 3 });
	assert.deepEqual({ lost, repeated, rows }, { lost: 0, repeated: 0, rows: 400 });
	assert.ok(resent <= mostInFlight, `${resent} sent again, ${mostInFlight} in flight at the kills`);
});
