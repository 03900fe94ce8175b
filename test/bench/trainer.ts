/** Figures of the trainer's client side: replay, disconnects, uploads with cuts, the practice student's speed. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunEvent } from "../../server/core/trainer/events.ts";
import { advance, emptyRunView } from "../../server/core/trainer/run-view.ts";
import { TrainerClient } from "../../server/node/trainer-client.ts";
import { encodePair, NgramModel } from "../../server/practice/student.ts";
import { type PracticeTrainer, startPracticeTrainer } from "../../server/practice/trainer.ts";
import { startBadNetwork } from "../node/trainer-proxy.ts";

import type { BenchRow } from "./main.ts";

const mediaFolder = fileURLToPath(new URL("../../media/", import.meta.url));
const wish = { specVersion: 1, model: { id: "practice-base" }, template: "none" } as const;

export async function run(): Promise<{ name: string; rows: BenchRow[] }> {
	const folder = await mkdtemp(join(tmpdir(), "bench-trainer-"));
	try {
		const limits = { requestsPerS: 10_000, burst: 10_000, launchesPerMinute: 10_000 };
		const trainer = await startPracticeTrainer({ folder: join(folder, "trainer"), mediaFolder, runMs: 0, limits });
		const rows = [
			fold(),
			...(await replay(trainer, folder)),
			...(await disconnects(trainer, folder)),
			...(await upload(trainer, folder)),
			...(await student()),
		];
		await trainer.close();
		return { name: "trainer", rows };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

const since = (startMs: number) => performance.now() - startMs;
const atMost = (what: string, value: number, unit: string, most: number): BenchRow => {
	return { what, value, unit, target: `< ${most} ${unit}`, ok: value < most };
};

/** The pure part alone: 10,000 metrics into one view. */
function fold(): BenchRow {
	const events = Array.from({ length: 10_000 }, (_, index): RunEvent => {
		const step = index + 1;
		const metric = { step, epoch: 0, loss: 1, lr: 0, tokens: step, trainTokens: step, tokensPerS: 1 };
		return { seq: step, ts: "2026-09-01T08:00:00.000Z", attempt: 1, type: "run.metric", data: metric };
	});
	const startMs = performance.now();
	let view = emptyRunView("r-00000000");
	for (const event of events) view = advance(view, event);
	if (view.metrics.length !== events.length) throw new Error("The view lost a metric.");
	return { what: "10,000 events folded into a view", value: since(startMs), unit: "ms", target: "", ok: null };
}

async function open(at: { url: string; token: string }, folder: string): Promise<TrainerClient> {
	const client = await TrainerClient.open({ url: at.url, token: at.token, folder, version: "bench", random: () => 0 });
	await client.connect();
	return client;
}

async function dataset(folder: string, name: string, rows: number, length = 20): Promise<string> {
	const path = join(folder, name);
	const line = (row: number) =>
		JSON.stringify({ prompt: `What is ${row}?`, response: `It is ${row}. ${"x".repeat(length)}` });
	await writeFile(path, `${Array.from({ length: rows }, (_, row) => line(row)).join("\n")}\n`);
	return path;
}

/** A run of more than 10,000 events, read by a client that has never seen it, over the socket and onto the disk. */
async function replay(trainer: PracticeTrainer, folder: string): Promise<BenchRow[]> {
	const file = await dataset(folder, "long.jsonl", 9_800, 0);
	const writer = await open(trainer, join(folder, "writer"));
	const train = { epochs: 1, batchSize: 1, evalEvery: 9_800, saveEvery: 9_800 };
	const startMs = performance.now();
	const { runId } = await writer.launchTrain({ ...wish, train }, file);
	const { cursor } = await writer.whenFinal(runId);
	const live = (cursor / since(startMs)) * 1000;
	await writer.close();
	const reader = await open(trainer, join(folder, "reader"));
	const replayMs = performance.now();
	await reader.list();
	const view = await reader.whenFinal(runId);
	const ms = since(replayMs);
	await reader.close();
	if (view.metrics.length !== 9_800) throw new Error(`${view.metrics.length} of 9800 metrics arrived.`);
	const reopenMs = performance.now();
	const again = await TrainerClient.open({ ...trainer, folder: join(folder, "reader"), version: "bench" });
	if (again.view(runId)?.metrics.length !== 9_800) throw new Error("The disk has lost metrics.");
	const reopened = since(reopenMs);
	await again.close();
	return [
		atMost("10,000 events replayed to a client", (ms / cursor) * 10_000, "ms", 1000),
		{ what: "events trained, stored and drawn live", value: live, unit: "events/s", target: "", ok: null },
		atMost("a run of 10,000 events read back from disk", reopened, "ms", 1000),
	];
}

const wantedCuts = 200;

/** Sockets are cut at random while a run goes on, until 200 cuts were survived. */
async function disconnects(trainer: PracticeTrainer, folder: string): Promise<BenchRow[]> {
	const network = await startBadNetwork(Number(new URL(trainer.url).port));
	const file = await dataset(folder, "cut.jsonl", 3_000, 0);
	const client = await open({ url: `ws://127.0.0.1:${network.port}`, token: trainer.token }, join(folder, "cut"));
	let cuts = 0;
	network.onDownstream = () => cuts >= wantedCuts || Math.random() > 0.2 || !++cuts;
	const startMs = performance.now();
	const runs: string[] = [];
	while (cuts < wantedCuts) {
		const { runId } = await client.launchTrain({ ...wish, train: { epochs: 1, batchSize: 1 } }, file);
		await client.whenFinal(runId);
		runs.push(runId);
	}
	const seconds = since(startMs) / 1000;
	await client.close();
	await network.close();
	let faults = 0;
	for (const runId of runs) {
		const lines = (await readFile(join(folder, "cut", runId, "events.jsonl"), "utf8")).trimEnd().split("\n");
		const seqs = lines.slice(1).map((line) => JSON.parse(line).seq as number);
		faults += seqs.filter((seq, index) => seq !== index + 1).length;
		if (client.view(runId)?.metrics.length !== 3_000) faults += 1;
	}
	return [
		{
			what: "gaps and duplicates after random disconnects",
			value: faults,
			unit: `in ${cuts} cuts`,
			target: "0",
			ok: faults === 0,
		},
		{ what: "time for those runs", value: seconds, unit: "s", target: "", ok: null },
	];
}

/** 48 MB, cut 20 times; the trainer compares the checksum before it answers. */
async function upload(trainer: PracticeTrainer, folder: string): Promise<BenchRow[]> {
	const network = await startBadNetwork(Number(new URL(trainer.url).port));
	const file = await dataset(folder, "large.jsonl", 4_800, 10_000);
	const client = await open({ url: `ws://127.0.0.1:${network.port}`, token: trainer.token }, join(folder, "upload"));
	let sent = 0;
	let cuts = 0;
	network.onUpstream = (chunk) => {
		sent += chunk.length;
		if (cuts >= 20 || sent < (cuts + 1) * 2_200_000) return true;
		cuts += 1;
		return false;
	};
	const startMs = performance.now();
	const { bytes } = await client.upload(file, "sft-jsonl");
	const seconds = since(startMs) / 1000;
	await client.close();
	await network.close();
	return [
		{
			what: `upload with ${cuts} cuts, checksum equal`,
			value: bytes / 1e6 / seconds,
			unit: "MB/s",
			target: "",
			ok: null,
		},
		{ what: "bytes sent for each byte stored", value: sent / bytes, unit: "times", target: "", ok: null },
	];
}

async function student(): Promise<BenchRow[]> {
	const lines = (await readFile(join(mediaFolder, "practice/en.jsonl"), "utf8")).trimEnd().split("\n");
	const pairs = lines.map((line) => encodePair(JSON.parse(line), "all"));
	const bytes = pairs.reduce((sum, { text }) => sum + text.length, 0);
	const model = new NgramModel();
	const startMs = performance.now();
	for (let time = 0; time < 10; time += 1) for (const { text } of pairs) model.learn(text);
	return [
		{
			what: "bytes the practice student learns",
			value: (bytes * 10) / since(startMs),
			unit: "kB/s",
			target: "",
			ok: null,
		},
	];
}
