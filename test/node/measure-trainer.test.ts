import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { CompleteSample } from "../../server/node/measure-backend.ts";
import { MeasureCache } from "../../server/node/measure-cache.ts";
import { likelihoodCodec } from "../../server/node/scorer-endpoint.ts";
import { TrainerScorer } from "../../server/node/scorer-trainer.ts";
import { TrainerClient } from "../../server/node/trainer-client.ts";
import { startPracticeTrainer } from "../../server/practice/trainer.ts";
import { mediaFolder } from "./generate-rig.ts";

const never = new AbortController().signal;

async function trainer(context: TestContext) {
	const folder = await mkdtemp(join(tmpdir(), "measure-trainer-"));
	const server = await startPracticeTrainer({ folder: join(folder, "server"), mediaFolder, runMs: 0 });
	const open = () =>
		TrainerClient.open({ url: server.url, token: server.token, folder: join(folder, "students"), version: "t" });
	const client = await open();
	const cache = await MeasureCache.open(join(folder, "perplexity.jsonl"), likelihoodCodec);
	context.after(async () => {
		await client.close();
		await server.close();
		await cache.close();
	});
	return { client, cache, scorer: (model = "practice-base") => new TrainerScorer({ client, model, cache }) };
}

const sample = (response: string, prompt = "Wie heißt die Hauptstadt?"): CompleteSample => {
	return { prompt, context: prompt, response, language: "de", line: "" };
};
const samples = [sample("Die Hauptstadt heißt Berlin."), sample("xqzj wvkk pfft"), sample("Berlin.")];

test("the trainer measures what nobody knows yet, in one run, and values are kept by content", async (context) => {
	const { client, cache, scorer } = await trainer(context);
	const one = scorer();
	await one.prepare();
	assert.deepEqual(one.need(samples), { ...one.need([]), missing: 3, promptTokens: one.need(samples).promptTokens });
	one.gather(samples);
	const scored = await one.ask(samples, never);
	const [plain, noise] = scored.map((row) => ("nll" in row ? row.nll / row.bytes : Number.NaN));
	assert.ok(plain !== undefined && noise !== undefined && plain > 0 && plain < noise, `${plain} ${noise}`);
	assert.match(one.backend, /^practice-base on practice-trainer/);
	assert.match(one.warnings().join(" "), /practice: byte n-grams, not a language model/);
	const runs = (await client.list({ kind: "measure" })).length;
	const later = scorer();
	await later.prepare();
	later.gather([...samples, sample("Bonn.")]);
	const again = await later.ask([...samples, sample("Bonn.")], never);
	assert.deepEqual(again.slice(0, 3), scored);
	assert.deepEqual([runs, (await client.list({ kind: "measure" })).length, cache.size], [1, 2, 4]);
});

test("a measuring run that was launched before a crash is followed, not launched again", async (context) => {
	const { client, scorer } = await trainer(context);
	const first = scorer();
	await first.prepare();
	first.gather(samples);
	// The process dies after the launch: nothing is in the cache, the run is at the trainer.
	const controller = new AbortController();
	const asked = first.ask(samples, controller.signal);
	while ((await client.list({ kind: "measure" })).length === 0) await new Promise((resolve) => setImmediate(resolve));
	await asked;
	const empty = await MeasureCache.open(join(await mkdtemp(join(tmpdir(), "cache-")), "c.jsonl"), likelihoodCodec);
	context.after(() => empty.close());
	const second = new TrainerScorer({ client, model: "practice-base", cache: empty });
	await second.prepare();
	second.gather(samples);
	const scored = await second.ask(samples, never);
	assert.ok(scored.every((row) => "nll" in row));
	assert.equal((await client.list({ kind: "measure" })).length, 1);
});

test("rows the trainer would refuse are marked, and the others measured", async (context) => {
	const { scorer } = await trainer(context);
	const one = scorer();
	await one.prepare();
	const mixed = [...samples, sample("kaputt \uFFFD")];
	one.gather(mixed);
	const scored = await one.ask(mixed, never);
	assert.deepEqual(
		scored.map((row) => "nll" in row),
		[true, true, true, false],
	);
	assert.match(
		one.warnings().join(" "),
		/1 of 4 responses are missing: 1 × the trainer takes no such row: Bytes that are not UTF-8/,
	);
});

test("a model the trainer does not have is refused with those it has", async (context) => {
	const { scorer } = await trainer(context);
	await assert.rejects(
		scorer("llama").prepare(),
		/it has no model llama\. It offers practice-base, practice-reference/,
	);
});

test("a trainer that does not measure says so", async (context) => {
	const { client, cache } = await trainer(context);
	const capable = await client.connect();
	const capabilities = { ...capable.capabilities, features: ["resume"] };
	const old = Object.create(client, {
		connect: { value: async () => ({ ...capable, capabilities }) },
		server: { value: capable },
	});
	const scorer = new TrainerScorer({ client: old, model: "practice-base", cache });
	await assert.rejects(
		scorer.prepare(),
		/practice-trainer can't measure perplexity: it does not offer measuring; a newer/,
	);
});
