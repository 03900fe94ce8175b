/** The trainer client against a real practice trainer through a bad network: nothing lost, nothing twice. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { UserError } from "../../server/core/problem.ts";
import type { RunView } from "../../server/core/trainer/run-view.ts";
import { TrainerClient, type TrainerClientOptions } from "../../server/node/trainer-client.ts";
import {
	type PracticeTrainer,
	type PracticeTrainerOptions,
	startPracticeTrainer,
} from "../../server/practice/trainer.ts";
import { type BadNetwork, startBadNetwork } from "./trainer-proxy.ts";

const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "trainer-client-"));
const closing: (() => Promise<void>)[] = [];
after(async () => {
	for (const close of closing.reverse()) await close();
	await rm(folder, { recursive: true });
});

const dataset = join(folder, "data.jsonl");
const rows = Array.from({ length: 60 }, (_, row) => ({
	language: "en",
	prompt: `What is ${row}?`,
	response: `It is ${row * 3}.`,
}));
await writeFile(dataset, `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
const wish = { specVersion: 1, model: { id: "practice-base" }, template: "none" } as const;

let places = 0;
const place = () => join(folder, `place-${places++}`);

async function start(options: Partial<PracticeTrainerOptions> = {}): Promise<PracticeTrainer> {
	const limits = { requestsPerS: 1000, burst: 1000, launchesPerMinute: 1000, ...options.limits };
	const trainer = await startPracticeTrainer({ folder: place(), mediaFolder, runMs: 0, ...options, limits });
	closing.push(() => trainer.close());
	return trainer;
}

async function open(
	at: { url: string; token: string },
	more: Partial<TrainerClientOptions> = {},
): Promise<TrainerClient> {
	// Without chance in the delay, a reconnect is immediate.
	const client = await TrainerClient.open({ ...at, folder: place(), version: "test", random: () => 0, ...more });
	closing.push(() => client.close());
	return client;
}

async function throughProxy(
	trainer: PracticeTrainer,
): Promise<{ proxy: BadNetwork; at: { url: string; token: string } }> {
	const proxy = await startBadNetwork(Number(new URL(trainer.url).port));
	closing.push(() => proxy.close());
	return { proxy, at: { url: `ws://127.0.0.1:${proxy.port}`, token: trainer.token } };
}

function assertWhole({ state, metrics, cursor }: RunView, steps = 60): void {
	assert.equal(state, "succeeded");
	assert.deepEqual(
		metrics.map(({ step }) => step),
		Array.from({ length: steps }, (_, index) => index + 1),
	);
	assert.ok(cursor > steps);
}

/** Sequence numbers of the stored events since the last beginning of the log. */
async function storedSeqs(students: string, runId: string): Promise<number[]> {
	const lines = (await readFile(join(students, runId, "events.jsonl"), "utf8")).trimEnd().split("\n");
	const parsed = lines.map((line) => JSON.parse(line));
	const begin = parsed.findLastIndex((row) => "log" in row);
	return parsed.slice(begin + 1).map(({ seq }) => seq);
}
const dense = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function isRefused(promise: Promise<unknown>, code: string, message: RegExp): Promise<void> {
	await assert.rejects(promise, (cause: unknown) => {
		assert.ok(cause instanceof UserError, String(cause));
		assert.deepEqual(cause.code, code);
		assert.match(cause.message, message);
		return true;
	});
}

test("sockets cut at random during a run leave no gap and no duplicate", async () => {
	const trainer = await start({ runMs: 600 });
	const { proxy, at } = await throughProxy(trainer);
	const students = place();
	const client = await open(at, { folder: students });
	await client.connect();
	let cuts = 0;
	proxy.onDownstream = () => Math.random() > 0.15 || !++cuts;
	const run = await client.launchTrain(wish, dataset);
	const view = await client.whenFinal(run.runId);
	proxy.onDownstream = () => true;
	assert.ok(cuts >= 3, `only ${cuts} cuts`);
	assertWhole(view);
	await client.close();
	assert.deepEqual(await storedSeqs(students, run.runId), dense(view.cursor));
	assert.equal((await (await open(at)).connect()).server.practice, true);
});

test("one launch, however often its answer is lost", async () => {
	const trainer = await start();
	const { proxy, at } = await throughProxy(trainer);
	const client = await open(at);
	await client.connect();
	let losses = 3;
	let isLaunching = false;
	proxy.onUpstream = () => {
		isLaunching = true;
		return true;
	};
	// The request has reached the trainer when the link is cut, so only the key can tell the repeat.
	proxy.onDownstream = () => !isLaunching || losses-- <= 0;
	const run = await client.launchTrain(wish, dataset);
	proxy.onDownstream = () => true;
	const listed = await client.list();
	assert.deepEqual(
		listed.map(({ runId }) => runId),
		[run.runId],
	);
	assertWhole(await client.whenFinal(run.runId));
});

test("a link that is away changes no run, and says so apart", async () => {
	const trainer = await start({ fault: () => "hang" });
	const { proxy, at } = await throughProxy(trainer);
	const client = await open(at);
	await client.connect();
	const { runId } = await client.launchTrain(wish, dataset);
	await changed(client, () => client.view(runId)?.state === "running");
	proxy.isDown = true;
	proxy.cut();
	await changed(client, () => client.link.state === "waiting");
	assert.equal(client.view(runId)?.state, "running");
	assert.equal(client.view(runId)?.isFinal, false);
	proxy.isDown = false;
	await changed(client, () => client.link.state === "ready");
	await client.cancel(runId);
	assert.equal((await client.whenFinal(runId)).state, "cancelled");
});

function changed(client: TrainerClient, isDone: () => boolean): Promise<void> {
	return new Promise((resolve) => {
		const look = () => {
			if (!isDone()) return;
			stop();
			resolve();
		};
		const stop = client.onChange(look);
		look();
	});
}

test("a client killed with -9 finds its whole curve again, and the run it launched", async () => {
	const trainer = await start({ runMs: 1500 });
	const students = place();
	const child = spawn(
		process.execPath,
		[fileURLToPath(new URL("trainer-child.ts", import.meta.url)), trainer.url, students, dataset],
		{ env: { ...process.env, POLYGLOT_TRAINER_TOKEN: trainer.token }, stdio: ["ignore", "pipe", "inherit"] },
	);
	let seen = "";
	for await (const chunk of child.stdout) {
		seen = String(chunk).trimEnd().split("\n").at(-1) ?? "";
		if (Number(seen.split(" ")[1]) >= 5) break;
	}
	child.kill("SIGKILL");
	await once(child, "exit");
	const [runId = ""] = seen.split(" ");

	const client = await open(trainer, { folder: students });
	const before = client.view(runId);
	assert.ok(before && before.metrics.length >= 1, "the curve is there before any network");
	assert.deepEqual(
		before.metrics.map(({ step }) => step),
		dense(before.metrics.length),
	);
	await client.connect();
	const view = await client.whenFinal(runId);
	assertWhole(view);
	assert.deepEqual(client.students().find(({ run }) => run.runId === runId)?.about, { teacher: "me" });
	await client.close();
	assert.deepEqual(await storedSeqs(students, runId), dense(view.cursor));
});

test("a launch that was stored but never answered is asked about with its own key", async () => {
	const trainer = await start();
	const students = place();
	const first = await open(trainer, { folder: students });
	const { serverId } = await first.connect();
	const { sha256 } = await first.upload(dataset, "sft-jsonl");
	await first.close();
	const launch = {
		key: "2b1f6c1e-8a3d-4b7a-9d51-0c6f4e2a7b90",
		method: "runs.launch",
		params: { spec: { ...wish, data: { sha256 } }, title: "orphan" },
		about: { teacher: "orphan" },
		serverId,
		at: new Date().toISOString(),
	};
	await appendFile(join(students, "launches.jsonl"), `${JSON.stringify(launch)}\n`);
	for (const _ of [1, 2]) {
		const client = await open(trainer, { folder: students });
		await client.connect();
		await changed(client, () => client.students().some(({ view }) => view.isFinal));
		assert.deepEqual(
			client.students().map(({ run, about }) => [run.title, about]),
			[["orphan", { teacher: "orphan" }]],
		);
		assert.equal((await client.list()).length, 1);
		await client.close();
	}
});

test("an upload cut again and again arrives whole, and goes on where it stopped", async () => {
	const trainer = await start();
	const { proxy, at } = await throughProxy(trainer);
	const large = join(folder, "large.jsonl");
	const line = `${JSON.stringify({ prompt: "p", response: "r".repeat(9_980) })}\n`;
	await writeFile(large, line.repeat(1200));
	const client = await open(at);
	await client.connect();
	let sent = 0;
	let cuts = 0;
	proxy.onUpstream = (chunk) => {
		sent += chunk.length;
		if (sent < (cuts + 1) * 3_000_000 || cuts >= 4) return true;
		cuts += 1;
		return false;
	};
	const told: number[] = [];
	const stored = await client.upload(large, "sft-jsonl", (bytes) => told.push(bytes));
	assert.equal(cuts, 4);
	const size = line.length * 1200;
	assert.deepEqual([stored.bytes, stored.rows], [size, 1200]);
	assert.ok(sent < 2 * size, `${sent} bytes were sent for ${size}`);
	assert.deepEqual(
		told,
		told.toSorted((a, b) => a - b),
	);
	// The trainer compares the checksum before it answers; once more is no upload at all.
	const before = sent;
	assert.deepEqual(await client.upload(large, "sft-jsonl"), stored);
	assert.ok(sent - before < 10_000);
});

test("another trainer at the same address leaves the runs of the first as they were", async () => {
	const first = await startPracticeTrainer({ folder: place(), mediaFolder, runMs: 0 });
	const students = place();
	const client = await open(first, { folder: students });
	await client.connect();
	const { runId } = await client.launchTrain(wish, dataset);
	await client.whenFinal(runId);
	await first.close();
	const second = await start({ port: Number(new URL(first.url).port), token: first.token });
	await changed(client, () => client.link.state === "ready");
	assert.deepEqual(await client.list(), []);
	const other = await client.launchTrain(wish, dataset, { title: "of the second" });
	await client.whenFinal(other.runId);
	await client.close();
	const again = await open(second, { folder: students });
	await again.connect();
	const curves = again.students().map(({ view, isGone }) => [view.metrics.length, view.state, isGone]);
	assert.deepEqual(curves, Array(2).fill([60, "succeeded", false]));
});

test("a run that is preempted goes on from its checkpoint, and its curve has each step once", async () => {
	const trainer = await start({ fault: () => "repeat" });
	const client = await open(trainer);
	await client.connect();
	const { runId } = await client.launchTrain(wish, dataset);
	const view = await client.whenFinal(runId);
	assertWhole(view);
	assert.equal(view.attempt, 2);
});

test("a run interrupted by the trainer's end goes on at its next start", async () => {
	const options = { folder: place(), runMs: 1200 };
	const first = await startPracticeTrainer({ ...options, mediaFolder });
	const client = await open(first);
	await client.connect();
	const { runId } = await client.launchTrain(wish, dataset);
	await changed(client, () => (client.view(runId)?.metrics.length ?? 0) > 10);
	await first.close();
	await changed(client, () => client.link.state === "waiting");
	await start({ ...options, runMs: 0, port: Number(new URL(first.url).port), token: first.token });
	const view = await client.whenFinal(runId);
	assertWhole(view);
	assert.equal(view.attempt, 2);
});

test("a failure names its reason, and a loss that is no number is a hole", async () => {
	const trainer = await start({ fault: (title) => (title === "nan" ? "nan" : "fail") });
	const client = await open(trainer);
	await client.connect();
	const failed = await client.whenFinal((await client.launchTrain(wish, dataset, { title: "fail" })).runId);
	assert.deepEqual(
		[failed.state, failed.reason, failed.fault, failed.failure?.code],
		["failed", "oom_gpu", "user", "oom_gpu"],
	);
	const nan = await client.whenFinal((await client.launchTrain(wish, dataset, { title: "nan" })).runId);
	assert.deepEqual([nan.state, nan.reason], ["failed", "nan_loss"]);
	assert.ok(nan.metrics.some(({ loss, nonFinite }) => loss === null && nonFinite?.loss === "nan"));
	assert.ok(nan.warnings.every(({ code }) => code === "nan_loss"));
	const resumed = await client.resume(failed.runId);
	assert.equal(resumed.parentRunId, failed.runId);
	await client.whenFinal(resumed.runId);
});

test("perplexity of a dataset under the base, row by row", async () => {
	const trainer = await start();
	const client = await open(trainer);
	await client.connect();
	const run = await client.launchMeasure(
		{ specVersion: 1, measure: "perplexity", model: { id: "practice-reference" } },
		dataset,
	);
	const view = await client.whenFinal(run.runId);
	assert.equal(view.state, "succeeded");
	assert.equal(view.measured?.rows, 60);
	assert.ok((view.measured?.nll ?? 0) > 0);
	const measured = client.measured(run.runId);
	assert.equal(measured.length, 60);
	const sum = measured.reduce((total, { nll }) => total + (nll ?? 0), 0);
	assert.ok(Math.abs(sum - (view.measured?.nll ?? 0)) < 1e-6);
});

test("a wrong token is said with the next step, and never tried again by itself", async () => {
	const trainer = await start();
	const client = await open({ url: trainer.url, token: "plt_wrong" });
	await isRefused(client.connect(), "trainer-token", /refuses the token.*token add NAME/);
	assert.equal(client.link.state, "stopped");
});

test("nobody at the address", () =>
	open({ url: "ws://127.0.0.1:9", token: "t" }).then((client) =>
		isRefused(client.connect(), "trainer-away", /No trainer answers at 127\.0\.0\.1:9 \(ECONNREFUSED\)/),
	));

for (const [status, code, message] of [
	[400, "trainer-version", /does not speak polyglot-trainer\.v1/],
	[403, "trainer-origin", /proxy in between/],
	[404, "trainer-path", /there is no trainer at \/v1\/rpc/],
	[500, "trainer-away", /answers 500/],
	[302, "trainer-away", /answers 302/],
	[503, "trainer-busy", /no room/],
] as const) {
	test(`an upgrade refused with ${status} is said in words`, async () => {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		server.on("upgrade", (_request, socket) => {
			socket.end(
				`HTTP/1.1 ${status} No\r\nRetry-After: 7\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n`,
			);
		});
		const address = server.address();
		const port = typeof address === "object" ? address?.port : 0;
		const client = await open({ url: `ws://127.0.0.1:${port}`, token: "t" });
		await isRefused(client.connect(), code, message);
		await client.close();
		server.close();
	});
}

for (const url of [
	"http://127.0.0.1",
	"ws://",
	"gpu",
	"ws://user:secret@127.0.0.1",
	"ws://gpu.example:8917",
	"ws://127.0.0.1.evil.example",
]) {
	test(`no token goes to ${url}`, async () => {
		const client = await open({ url, token: "t" });
		await assert.rejects(
			client.connect(),
			(cause: unknown) => cause instanceof UserError && cause.code === "trainer-address",
		);
	});
}

test("a dataset that cannot be sent is refused before any byte is", async () => {
	const client = await open(await start());
	await client.connect();
	const none = join(folder, "none.jsonl");
	await isRefused(client.upload(none, "sft-jsonl"), "dataset-unreadable", /none\.jsonl cannot be read/);
	const empty = join(folder, "empty.jsonl");
	await writeFile(empty, "");
	await isRefused(client.upload(empty, "sft-jsonl"), "dataset-empty", /nothing to train on/);
});

test("removing a run removes what the workspace kept of it", async () => {
	const trainer = await start();
	const students = place();
	const client = await open(trainer, { folder: students });
	await client.connect();
	const { runId } = await client.launchTrain(wish, dataset);
	await client.whenFinal(runId);
	await client.remove(runId);
	assert.deepEqual(client.students(), []);
	await client.close();
	assert.deepEqual((await open(trainer, { folder: students })).students(), []);
});

test("an artifact is downloaded whole over a link that breaks, and checked", async () => {
	const trainer = await start();
	const { proxy, at } = await throughProxy(trainer);
	const client = await open(at);
	await client.connect();
	const varied = join(folder, "varied.jsonl");
	// Many different n-grams make a model of several ranges.
	const text = (row: number) =>
		Array.from({ length: 900 }, (_, at) => ((row * 7919 + at * 104_729) ** 2 % 46_655).toString(36)).join(" ");
	const lines = Array.from({ length: 60 }, (_, row) => JSON.stringify({ prompt: "p", response: text(row) }));
	await writeFile(varied, `${lines.join("\n")}\n`);
	const { runId } = await client.launchTrain(wish, varied);
	await client.whenFinal(runId);
	const artifacts = await client.artifacts(runId);
	const [model] = artifacts.filter(({ kind }) => kind === "model");
	assert.ok(model && model.bytes > 4_194_304, `${model?.bytes} bytes are one range`);
	let passed = 0;
	let cuts = 0;
	proxy.onDownstream = (chunk) => {
		passed += chunk.length;
		return cuts >= 3 || passed < (cuts + 1) * 1_000_000 || !++cuts;
	};
	const target = place();
	for (const artifact of artifacts) {
		const path = await client.download(artifact, target);
		assert.ok(path.startsWith(target));
		const bytes = await readFile(path);
		assert.equal(createHash("sha256").update(bytes).digest("hex"), artifact.sha256);
	}
	assert.equal(cuts, 3);
	await isRefused(
		client.download({ ...model, sha256: "0".repeat(64) }, target),
		"trainer-artifact_missing",
		/no artifact/,
	);
	await assert.rejects(client.download({ ...model, name: "../../escape" }, target));
});
