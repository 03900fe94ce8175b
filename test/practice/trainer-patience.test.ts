/** How long the practice trainer waits for a client, how much it takes from one, and who may have its folder. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { UserError } from "../../server/core/problem.ts";
import { type PracticeTrainerOptions, startPracticeTrainer } from "../../server/practice/trainer.ts";
import { Peer } from "../conformance/peer.ts";
import { datasetOf, upload } from "../conformance/server.ts";

const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "patience-"));
const closing: (() => Promise<void>)[] = [];
after(async () => {
	for (const close of closing) await close();
	await rm(folder, { recursive: true });
});

let places = 0;
async function start(options: Partial<PracticeTrainerOptions>) {
	const trainer = await startPracticeTrainer({
		folder: join(folder, `${places++}`),
		mediaFolder,
		runMs: 0,
		...options,
	});
	closing.push(() => trainer.close());
	return trainer;
}

test("who does not introduce itself is closed with 4400", async () => {
	const peer = await Peer.knock(await start({ deadlines: { initializeMs: 50 } }));
	assert.equal((await peer.closed).code, 4400);
});

test("who introduced itself may be silent", async () => {
	const peer = await Peer.greet(await start({ deadlines: { initializeMs: 50 } }));
	const first = await Promise.race([
		peer.closed.then(() => "closed"),
		once(AbortSignal.timeout(300), "abort").then(() => "open"),
	]);
	assert.equal(first, "open");
	await peer.close();
});

test("a client that takes nothing is dropped, and others go on", async () => {
	const limits = { requestsPerS: 100_000, burst: 100_000, inFlight: 1000 };
	const trainer = await start({ deadlines: { sendMs: 300 }, limits });
	const peer = await Peer.greet(trainer);
	const sha256 = await upload(peer, datasetOf(3000));
	const spec = { specVersion: 1, model: { id: "practice-base" }, template: "none", data: { sha256 } };
	const train = { batchSize: 1, evalEvery: 3000, saveEvery: 3000 };
	const launched = await peer.ask("runs.launch", {
		idempotencyKey: "5d6a1f0e-8a3d-4b7a-9d51-0c6f4e2a7b90",
		spec: { ...spec, train },
	});
	const { runId } = launched.run as { runId: string };
	await peer.ask("runs.subscribe", { runId, afterSeq: 0 });
	await peer.untilFinal(runId);
	const deaf = await Peer.greet(trainer);
	deaf.socket.pause();
	// Some 60 MB of answers: more than two kernels keep for who does not read.
	for (let time = 0; time < 300; time += 1) {
		void deaf.call("runs.events", { runId, afterSeq: 0, limit: 1000 }).catch(() => {});
	}
	await once(AbortSignal.timeout(1500), "abort");
	deaf.socket.resume();
	// The line is cut in the middle of what it had sent.
	assert.ok([1006, 4408].includes((await deaf.closed).code));
	assert.ok((await peer.ask("server.info")).serverId);
	await peer.close();
});

test("flooding is closed with 4429", async () => {
	const peer = await Peer.greet(await start({}));
	let refused = 0;
	const asked = Array.from({ length: 1300 }, () => () => peer.call("server.info"));
	const answers = asked.map((ask) =>
		ask().then(({ error }) => void (error?.data.code === "rate_limited" && refused++)),
	);
	await Promise.allSettled(answers);
	assert.equal((await peer.closed).code, 4429);
	assert.ok(refused >= 999, `${refused} refusals`);
});

test("a folder belongs to one practice trainer, and to the next when that one is gone", async () => {
	const place = join(folder, "shared");
	const code = `import { startPracticeTrainer } from ${JSON.stringify(new URL("../../server/practice/trainer.ts", import.meta.url).href)};
await startPracticeTrainer({ folder: ${JSON.stringify(place)}, mediaFolder: ${JSON.stringify(mediaFolder)} });
console.log("up");`;
	const other = spawn(process.execPath, ["--input-type=module", "--eval", code], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	await once(other.stdout, "data");
	await assert.rejects(start({ folder: place }), (cause: unknown) => {
		assert.ok(cause instanceof UserError);
		assert.match(cause.message, /another window/);
		return true;
	});
	other.kill("SIGKILL");
	await once(other, "exit");
	const trainer = await start({ folder: place });
	const peer = await Peer.greet(trainer);
	await peer.close();
});
