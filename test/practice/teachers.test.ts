import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { readPair } from "../../server/core/generate/answer.ts";
import { chatMessages } from "../../server/core/generate/chat-request.ts";
import { SeedRow, type Strategy } from "../../server/core/sample-row.ts";
import { practiceJudgement } from "../../server/practice/judge.ts";
import { startPracticeTeachers } from "../../server/practice/teachers.ts";
import type { TeacherKnobs } from "../../server/practice/teachers-knobs.ts";
import { drawnLatency } from "../../server/practice/teachers-knobs.ts";
import { mediaFolder, practiceSeeds } from "../node/generate-rig.ts";

interface ChatAnswer {
	readonly system_fingerprint: string;
	readonly choices: readonly { readonly finish_reason: string; readonly message: { readonly content: string } }[];
}

async function started(context: TestContext, knobs: TeacherKnobs = {}) {
	const server = await startPracticeTeachers({ mediaFolder, knobs });
	context.after(() => server.close());
	const headers = { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json" };
	const post = (body: object) =>
		fetch(`${server.baseUrl}/chat/completions`, { method: "POST", headers, body: JSON.stringify(body) });
	const content = async (body: object) =>
		((await (await post(body)).json()) as ChatAnswer).choices[0]?.message.content ?? "";
	return { server, post, content, headers };
}

async function seedsOf(language: string): Promise<SeedRow[]> {
	const text = await readFile(practiceSeeds(language), "utf8");
	return text
		.split("\n")
		.filter(Boolean)
		.map((line) => SeedRow.parse(JSON.parse(line)));
}

async function seedOf(language: string, split: string, index = 0): Promise<SeedRow> {
	const seed = (await seedsOf(language)).filter((row) => row.split === split)[index];
	assert.ok(seed);
	return seed;
}

const asked = (strategy: Strategy, language: string, seed: SeedRow, model = "practice-careful") => ({
	model,
	messages: chatMessages({ strategy, language, seed, examples: [], family: null }, undefined),
});

test("the careful teacher answers a known prompt with that prompt's own answer, or a shorter form of it", async (context) => {
	const { content } = await started(context);
	const seed = await seedOf("de", "teacher").catch(() => seedOf("id", "teacher"));
	const answer = await content(asked("respond", seed.language, seed));
	const words = new Set(seed.response.split(/\s+/));
	assert.ok(answer.length > 0 && answer.split(/\s+/).every((word) => words.has(word)), answer);
});

test("it translates a known prompt to its parallel text", async (context) => {
	const { content } = await started(context);
	const english = await seedOf("en", "teacher");
	const indonesian = (await seedsOf("id")).find(({ source_id }) => source_id === english.source_id);
	const read = readPair(await content(asked("translate", "id", english)));
	assert.ok(read.ok);
	assert.equal(read.value.prompt, indonesian?.prompt);
});

test("texts of the other splits never appear in an answer", async (context) => {
	const { content } = await started(context);
	const kept = (await seedsOf("en")).filter(({ split }) => split !== "teacher");
	const heldOut = kept[0];
	assert.ok(heldOut);
	for (let seed = 0; seed < 200; seed++) {
		const answer = await content({ ...asked(seed % 2 ? "respond" : "generate", "en", heldOut), seed });
		for (const { response } of kept) assert.ok(!answer.includes(response));
	}
});

test("equal requests have equal answers; another seed may have another", async (context) => {
	const { content } = await started(context);
	const request = asked("generate", "en", await seedOf("en", "teacher"));
	assert.equal(await content(request), await content(request));
	const answers = new Set<string>();
	for (let seed = 0; seed < 20; seed++) answers.add(await content({ ...request, seed }));
	assert.ok(answers.size > 10);
});

test("every answer is marked as canned", async (context) => {
	const { post } = await started(context);
	const response = await post(asked("generate", "en", await seedOf("en", "teacher")));
	assert.match(response.headers.get("x-polyglot-practice") ?? "", /not a language model/);
	assert.equal(((await response.json()) as ChatAnswer).system_fingerprint, "practice");
});

test("a stream carries the same text, finish reason and usage", async (context) => {
	const { post, content } = await started(context);
	const request = asked("respond", "ja", await seedOf("ja", "teacher").catch(() => seedOf("ar", "teacher")));
	const response = await post({ ...request, stream: true, stream_options: { include_usage: true } });
	const events = (await response.text())
		.split("\n\n")
		.filter(Boolean)
		.map((event) => event.replace("data: ", ""));
	assert.equal(events.pop(), "[DONE]");
	const chunks = events.map((event) => JSON.parse(event));
	assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join(""), await content(request));
	assert.ok(chunks.at(-1).usage.completion_tokens > 0);
	assert.equal(chunks.at(-2).choices[0].finish_reason, "stop");
});

test("the token limit is kept, unless it is told to ignore it", async (context) => {
	const { server, post } = await started(context);
	const request = { ...asked("respond", "en", await seedOf("en", "teacher")), max_tokens: 5 };
	const answer = async () => ((await (await post(request)).json()) as ChatAnswer).choices[0];
	const limited = await answer();
	assert.deepEqual([limited?.finish_reason, limited?.message.content.length], ["length", 20]);
	server.setKnobs({ ignoresTokenLimit: true });
	assert.equal((await answer())?.finish_reason, "stop");
});

test("models are listed, unknown ones are 404, and no key is 401", async (context) => {
	const { server, post, headers } = await started(context);
	const list = (await (await fetch(`${server.baseUrl}/models`, { headers })).json()) as { data: { id: string }[] };
	assert.deepEqual(
		list.data.map(({ id }) => id),
		["practice-careful", "practice-terse", "practice-drifting", "practice-judge"],
	);
	assert.equal((await post({ model: "gpt", messages: [{ role: "user", content: "?" }] })).status, 404);
	assert.equal((await fetch(`${server.baseUrl}/models`)).status, 401);
	assert.equal((await post({ model: "practice-careful", messages: [] })).status, 400);
});

test("the terse teacher is shorter; the drifting one cuts off, loops and changes language", async (context) => {
	const { post, content } = await started(context);
	const seed = await seedOf("id", "teacher", 3);
	assert.ok((await content(asked("respond", "id", seed, "practice-terse"))).length < seed.response.length * 1.2);
	const finished = new Set<string>();
	const texts = new Set<string>();
	for (let number = 0; number < 60; number++) {
		const answer = (
			(await (await post({ ...asked("respond", "id", seed, "practice-drifting"), seed: number })).json()) as ChatAnswer
		).choices[0];
		finished.add(answer?.finish_reason ?? "");
		texts.add(answer?.message.content ?? "");
	}
	assert.deepEqual(finished, new Set(["stop", "length"]));
	assert.ok(texts.size > 3);
});

const judged = (instruction: string, response: string) =>
	practiceJudgement([
		{ role: "user", content: `Rate.\n<instruction>${instruction}</instruction>\n<response>${response}</response>` },
	]);

test("the practice judge follows plain rules, feedback first", async (context) => {
	const question = "Why do leaves fall in autumn, and not in summer?";
	const good = "Trees draw the green from their leaves before winter. What is left dries up and falls.";
	assert.equal(judged(question, good).score, 5);
	assert.equal(judged(question, "Cold.").score, 3);
	assert.ok(judged(question, `${good} ${good}`).score < 5);
	assert.ok(judged(question, `${question} ${good}`).score < 5);
	assert.ok(judged(question, "الأشجار تستعد للشتاء وتحتفظ بالماء في جذوعها قبل أن يأتي البرد.").score < 5);
	assert.equal(judged(question, "").score, 1);
	const { content } = await started(context);
	const answer = await content({
		model: "practice-judge",
		messages: [{ role: "user", content: `<response>${good}</response>` }],
	});
	assert.deepEqual(Object.keys(JSON.parse(answer)), ["feedback", "score"]);
	assert.match(answer, /Practice judge/);
});

test("log-normal latency has the median it was given", () => {
	let state = 1;
	const random = () => {
		state = (state * 48271) % 2147483647;
		return state / 2147483647;
	};
	const drawn = Array.from({ length: 4_001 }, () => drawnLatency({ median: 100, p99: 3_000 }, random)).sort(
		(a, b) => a - b,
	);
	assert.ok(Math.abs((drawn[2_000] ?? 0) / 100 - 1) < 0.1);
	assert.ok(Math.abs((drawn[3_961] ?? 0) / 3_000 - 1) < 0.4);
});
