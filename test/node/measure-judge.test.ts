import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Ratings } from "../../server/core/measure/ratings.ts";
import { MeasureCache } from "../../server/node/measure-cache.ts";
import { JudgeEndpoint, judgementCodec } from "../../server/node/measure-judge.ts";
import { measuringServer } from "./measuring-server.ts";

const folder = await mkdtemp(join(tmpdir(), "judge-"));
const never = new AbortController().signal;

/** `said(response, nth try)` is the judge's answer about a response. */
async function judge(context: TestContext, said: (response: string, nth: number) => string | number) {
	const tries = new Map<string, number>();
	const server = await measuringServer((body) => {
		const messages = body.messages as { content: string }[];
		const response = /<response>\n([\s\S]*)\n<\/response>/u.exec(messages.at(-1)?.content ?? "")?.[1] ?? "";
		const nth = (tries.get(response) ?? 0) + 1;
		tries.set(response, nth);
		const content = said(response, nth);
		if (typeof content === "number") return { status: content, body: { error: { message: "no" } } };
		return { body: { choices: [{ finish_reason: "stop", message: { role: "assistant", content } }] } };
	});
	context.after(() => server.close());
	const path = join(folder, `${Math.abs(server.baseUrl.length)}-${server.baseUrl.split(":")[2]?.split("/")[0]}.jsonl`);
	const cache = await MeasureCache.open(path, judgementCodec);
	context.after(() => cache.close());
	const teacher = { name: "j", model: "judge" };
	return { server, path, judge: new JudgeEndpoint({ endpoint: server.endpoint(), teacher, cache, speed: 1_000 }) };
}

const sample = (response: string) => ({ prompt: "Frage", context: "Frage", response, language: "de", line: "" });
const samples = (count: number) => Array.from({ length: count }, (_, at) => sample(`Antwort ${at}`));
const good = (score: number) => JSON.stringify({ feedback: "gut", score });

test("ratings come back in order, greedy and seeded, and are cached", async (context) => {
	const { judge: one, server, path } = await judge(context, (response) => good(1 + (Number(response.at(-1)) % 5)));
	const ratings = await one.ask(samples(10), never);
	assert.deepEqual(
		ratings.map((rating) => ("score" in rating ? rating.score : rating.failure)),
		[1, 2, 3, 4, 5, 1, 2, 3, 4, 5],
	);
	assert.ok(server.requests.every(({ body }) => body.temperature === 0 && body.seed === 0 && body.max_tokens === 1024));
	await one.ask([...samples(10), sample("neu 1")], never);
	assert.equal(server.requests.length, 11);
	assert.ok(!(await readFile(path, "utf8")).includes("sk-secret"));
});

test("an answer that can't be read is asked for again with another seed", async (context) => {
	const { judge: one, server } = await judge(context, (_response, nth) => (nth === 1 ? "I like it. 5/5!" : good(4)));
	assert.deepEqual(await one.ask(samples(1), never), [{ feedback: "gut", score: 4 }]);
	assert.deepEqual(
		server.requests.map(({ body }) => body.seed),
		[0, 1],
	);
});

// 30 % of the responses get scores outside 1 to 5, prose, or an error: none of them enters the mean.
test("a run with 30 % failures ends with honest numbers", async (context) => {
	const bad: Record<string, string | number> = { 0: good(7), 1: "Sehr schön.", 2: 400 };
	const { judge: one } = await judge(
		context,
		(response) => bad[response.at(-1) ?? ""] ?? good(3 + (Number(response.at(-1)) % 2)),
	);
	const ratings = new Ratings();
	for (const rating of await one.ask(samples(100), never)) ratings.add(rating);
	const metric = ratings.metric(one.backend, 0);
	// 3, 5, 7, 9 give 4; 4, 6, 8 give 3.
	assert.ok(Math.abs((metric.value ?? 0) - (4 * 4 + 3 * 3) / 7) < 1e-12);
	assert.deepEqual([metric.n, metric.missing, ratings.failureRate], [70, 30, 0.3]);
	assert.deepEqual(ratings.histogram, [0, 0, 30, 40, 0]);
	assert.match(metric.reason ?? "", /30 of 100 answers of the judge failed, over 2 %/);
	assert.deepEqual(Object.values(ratings.failures), [10, 10, 10]);
	assert.match(one.warnings()[0] ?? "", /30 of 100 ratings are missing/);
});

test("two failures in a hundred are no warning, three are", () => {
	for (const [failures, isWarned] of [
		[2, false],
		[3, true],
	] as const) {
		const ratings = new Ratings();
		for (let at = 0; at < 100; at += 1) ratings.add(at < failures ? { failure: "x" } : { score: 4, feedback: "" });
		assert.equal(/over 2 %/.test(ratings.metric("j", 0).reason ?? ""), isWarned);
	}
});

test("failures are not cached: they are asked about again", async (context) => {
	const { judge: one, server } = await judge(context, (_response, nth) => (nth <= 3 ? "prose" : good(2)));
	assert.deepEqual(await one.ask(samples(1), never), [{ failure: "the answer is not one JSON object" }]);
	assert.deepEqual(await one.ask(samples(1), never), [{ feedback: "gut", score: 2 }]);
	assert.equal(server.requests.length, 4);
});

test("a judge that is sampled another way has another name", async () => {
	const cache = await MeasureCache.open(join(folder, "names.jsonl"), judgementCodec);
	const server = await measuringServer(() => ({ body: {} }));
	const named = (sampling: object) =>
		new JudgeEndpoint({ endpoint: server.endpoint(), teacher: { name: "j", model: "m", sampling }, cache }).backend;
	assert.match(named({ temperature: 0, seed: 0 }), /rubric-v1$/);
	assert.match(named({ temperature: 0.7, topP: 0.9, seed: 3 }), /rubric-v1, temperature 0\.7, top_p 0\.9, seed 3$/);
	await server.close();
	await cache.close();
});

test("nothing rated is null, not 0", () => {
	const metric = new Ratings().metric("j", 5);
	assert.deepEqual([metric.value, metric.n, metric.missing, metric.reason], [null, 0, 5, "nothing to judge"]);
});
