import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { TeacherEndpoint } from "../../server/node/teacher-endpoint.ts";
import { keyFromEnvironment } from "../../server/node/teacher-keys.ts";
import { testTeacher } from "../../server/node/teacher-test.ts";
import type { TeacherKnobs } from "../../server/practice/teachers-knobs.ts";
import { rig } from "./generate-rig.ts";

const never = new AbortController().signal;
const question = { model: "practice-careful", messages: [{ role: "user" as const, content: "Why is the sky blue?" }] };

/** A server that answers as told; returns its address. */
async function stranger(context: TestContext, listener: RequestListener): Promise<string> {
	const server = createServer(listener).listen(0, "127.0.0.1");
	await new Promise((resolve) => server.once("listening", resolve));
	context.after(() => {
		server.close();
		server.closeAllConnections();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function replyWith(context: TestContext, knobs: TeacherKnobs, timeoutMs = 5_000) {
	const { server } = await rig(context, knobs);
	const endpoint = new TeacherEndpoint({ baseUrl: server.baseUrl }, { key: server.apiKey, timeoutMs });
	context.after(() => endpoint.close());
	return endpoint.complete(question, never);
}

function checkFailure(name: string, knobs: TeacherKnobs, kind: string, message: RegExp): void {
	test(name, async (context) => {
		const reply = await replyWith(context, knobs, 300);
		assert.ok(reply.type === "failure");
		assert.equal(reply.kind, kind);
		assert.match(reply.message, message);
	});
}

test("an answer of practice mode comes with usage and its mark", async (context) => {
	const reply = await replyWith(context, {});
	assert.ok(reply.type === "answer");
	assert.ok(reply.isPractice && reply.text.length > 20 && (reply.usage?.completionTokens ?? 0) > 0);
	assert.equal(reply.finishReason, "stop");
});

test("missing usage is null", async (context) => {
	const reply = await replyWith(context, { noUsage: true });
	assert.ok(reply.type === "answer");
	assert.equal(reply.usage, null);
});

checkFailure("500 is transient", { error500: 1 }, "transient", /had an error/);
checkFailure("an overloaded 503 is busy", { error503: 1 }, "busy", /overloaded/);
checkFailure("a reset is transient", { reset: 1 }, "transient", /connection broke/);
checkFailure(
	"200 with an error inside is told",
	{ okWithError: 1 },
	"transient",
	/200 with an error inside: Upstream failed/,
);
checkFailure("a body that is no JSON is transient", { brokenBody: 1 }, "transient", /not JSON|connection broke/);
checkFailure("a stalled body ends at its time", { stall: 1 }, "transient", /No complete answer within 0\.3 s/);
checkFailure("an answer that is late ends at its time", { latencyMs: 60_000 }, "transient", /within 0\.3 s/);
checkFailure("a used-up quota is fatal", { quota: 0 }, "fatal", /quota/);

test("429 carries the wait the server asks for", async (context) => {
	const reply = await replyWith(context, { cap: 0, retryAfterS: 90 });
	assert.ok(reply.type === "failure");
	assert.deepEqual([reply.kind, reply.status, reply.retryAfterMs], ["busy", 429, 90_000]);
});

test("a refusal is an answer, marked", async (context) => {
	const reply = await replyWith(context, { refusal: 1 });
	assert.ok(reply.type === "answer" && reply.isRefusal);
});

test("aborting rejects, and is no failure of the server", async (context) => {
	const { server } = await rig(context, { latencyMs: 60_000 });
	const endpoint = new TeacherEndpoint({ baseUrl: server.baseUrl }, { key: server.apiKey });
	context.after(() => endpoint.close());
	const aborted = new AbortController();
	const reply = endpoint.complete(question, aborted.signal);
	aborted.abort();
	await assert.rejects(reply, { name: "AbortError" });
});

test("a server that echoes the key into its error does not get it shown", async (context) => {
	const baseUrl = await stranger(context, (request, response) => {
		response.writeHead(400, { "content-type": "application/json" });
		response.end(JSON.stringify({ error: { message: `bad header ${request.headers.authorization}` } }));
	});
	const endpoint = new TeacherEndpoint({ baseUrl }, { key: "topsecret-42" });
	context.after(() => endpoint.close());
	const reply = await endpoint.complete(question, never);
	assert.ok(reply.type === "failure");
	assert.match(reply.message, /bad header/);
	assert.doesNotMatch(reply.message, /topsecret/);
});

test("a redirect is not followed: neither prompt nor key go to another address", async (context) => {
	let wasAsked = false;
	const elsewhere = await stranger(context, (_, response) => {
		wasAsked = true;
		response.end("{}");
	});
	const baseUrl = await stranger(context, (_, response) =>
		response.writeHead(307, { location: `${elsewhere}/v1` }).end(),
	);
	const endpoint = new TeacherEndpoint({ baseUrl }, { key: "k" });
	context.after(() => endpoint.close());
	const reply = await endpoint.complete(question, never);
	assert.ok(reply.type === "failure" && reply.kind === "fatal");
	assert.match(reply.message, /redirects/);
	assert.equal(wasAsked, false);
});

test("without a key no authorization header is sent, whatever the environment says", async (context) => {
	const seen: (string | undefined)[] = [];
	const baseUrl = await stranger(context, (request, response) => {
		seen.push(request.headers.authorization);
		response.writeHead(200, { "content-type": "application/json" }).end('{"choices":[]}');
	});
	process.env.OPENAI_API_KEY = "sk-from-environment";
	context.after(() => {
		delete process.env.OPENAI_API_KEY;
	});
	const endpoint = new TeacherEndpoint({ baseUrl }, { key: null });
	context.after(() => endpoint.close());
	await endpoint.complete(question, never);
	assert.deepEqual(seen, [undefined]);
});

test("the environment's OpenAI key goes to OpenAI only; a teacher's own goes to the teacher", () => {
	const env = { OPENAI_API_KEY: "a", POLYGLOT_KEY_GEMMA_3_27B: "b" };
	assert.equal(keyFromEnvironment(env, "x", "https://api.openai.com"), "a");
	assert.equal(keyFromEnvironment(env, "x", "https://api.openai.com.evil.example"), null);
	assert.equal(keyFromEnvironment(env, "gemma-3-27b", "http://127.0.0.1:8000"), "b");
});

async function checkTest(
	context: TestContext,
	change: object,
	key: (apiKey: string) => string | null,
	expected: RegExp,
	knobs: TeacherKnobs = {},
) {
	const { server } = await rig(context, knobs);
	const teacher = { name: "t", model: "practice-careful", baseUrl: server.baseUrl, ...change };
	const result = await testTeacher(teacher, key(server.apiKey), never, 2_000);
	assert.match(result.message, expected);
	return result;
}

test("a good teacher is said to answer, with or without /v1", async (context) => {
	assert.ok((await checkTest(context, {}, (key) => key, /t answers/)).ok);
	const { server } = await rig(context);
	const bare = { name: "t", model: "practice-careful", baseUrl: server.baseUrl.replace("/v1", "") };
	assert.ok((await testTeacher(bare, server.apiKey, never)).ok);
});
test("a wrong key is told apart from a missing one", async (context) => {
	await checkTest(context, {}, () => "wrong", /does not accept the stored key \(401/);
	await checkTest(context, {}, () => null, /asks for a key \(401\) and none is stored/);
});
test("a missing model is named with what there is instead", (context) =>
	checkTest(
		context,
		{ model: "gpt-x" },
		(key) => key,
		/has no model gpt-x\. It offers practice-careful, practice-terse/,
	).then(({ ok }) => assert.ok(!ok)));
test("an address where nothing listens is told", async (context) => {
	const { server } = await rig(context);
	await server.close();
	const result = await testTeacher({ name: "t", model: "m", baseUrl: server.baseUrl }, null, never);
	assert.equal(result.ok, false);
	assert.match(result.message, /nothing answers at http:\/\/127\.0\.0\.1:\d+.*ECONNREFUSED.*correct baseUrl/);
});
test("a loaded server is told with its wait", (context) =>
	checkTest(context, {}, (key) => key, /asks to slow down \(429.*wait 30 s/, { cap: 0, retryAfterS: 30 }).then(
		() => {},
	));
test("a web page is no OpenAI-compatible server", async (context) => {
	const baseUrl = await stranger(context, (_, response) =>
		response.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>"),
	);
	const result = await testTeacher({ name: "t", model: "m", baseUrl }, null, never, 2_000);
	assert.equal(result.ok, false);
	assert.match(result.message, /not an OpenAI-compatible server/);
});

async function streamedReply(context: TestContext, knobs: TeacherKnobs, timeoutMs = 5_000) {
	const { server } = await rig(context, knobs);
	const endpoint = new TeacherEndpoint({ baseUrl: server.baseUrl }, { key: server.apiKey, timeoutMs });
	context.after(() => endpoint.close());
	const whole = await endpoint.complete(question, never);
	return { whole, streamed: await endpoint.complete({ ...question, isStreamed: true }, never) };
}

test("a streamed answer is the whole answer, usage and mark included", async (context) => {
	const { whole, streamed } = await streamedReply(context, {});
	assert.deepEqual(streamed, whole);
});

test("a refused stream is classified as a whole answer would be", async (context) => {
	const { streamed } = await streamedReply(context, { cap: 0, retryAfterS: 7 });
	assert.ok(streamed.type === "failure");
	assert.deepEqual([streamed.kind, streamed.retryAfterMs], ["busy", 7_000]);
});

/** Server-sent events, one after the other, then silence. */
async function eventsOf(context: TestContext, events: readonly object[], timeoutMs: number, maxTokens?: number) {
	let isClosed: (closed: boolean) => void = () => {};
	const closed = new Promise<boolean>((resolve) => {
		isClosed = resolve;
	});
	const baseUrl = await stranger(context, (_, response) => {
		response.on("close", () => isClosed(true));
		response.writeHead(200, { "content-type": "text/event-stream" });
		for (const event of events) response.write(`: comment\n\ndata: ${JSON.stringify(event)}\n\n`);
	});
	const endpoint = new TeacherEndpoint({ baseUrl }, { key: null, timeoutMs });
	context.after(() => endpoint.close());
	const reply = await endpoint.complete({ ...question, isStreamed: true, maxTokens }, never);
	return { reply, closed };
}

const piece = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });

test("silence in the middle of a stream is transient", async (context) => {
	const { reply } = await eventsOf(context, [piece("half an ")], 200);
	assert.ok(reply.type === "failure" && reply.kind === "transient");
	assert.match(reply.message, /stopped in the middle|No complete answer/);
});

test("a blank loop is cut off while it runs, and the connection closed", async (context) => {
	const { reply, closed } = await eventsOf(
		context,
		[piece('{"prompt": '), ...Array.from({ length: 60 }, () => piece("\n    "))],
		60_000,
	);
	assert.ok(reply.type === "answer" && reply.finishReason === "length" && reply.text.length < 400);
	assert.equal(await closed, true);
});

test("a server that forgets its token limit is stopped", async (context) => {
	const { reply } = await eventsOf(
		context,
		Array.from({ length: 100 }, () => piece("abcdefghij")),
		60_000,
		20,
	);
	assert.ok(reply.type === "answer" && reply.finishReason === "length" && reply.text.length <= 340);
});

test("an error inside a stream is a failure, not an answer", async (context) => {
	const { reply } = await eventsOf(
		context,
		[piece("half"), { error: { message: "Upstream failed.", code: 502 } }],
		5_000,
	);
	assert.ok(reply.type === "failure" && reply.kind === "transient");
	assert.match(reply.message, /Upstream failed/);
});
