import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { EndpointSource, type EndpointSourceOptions } from "../../server/node/embedding-endpoint.ts";
import { MeasureCache, vectorCodec } from "../../server/node/measure-cache.ts";
import { measuringServer, type Sent } from "./measuring-server.ts";

const folder = await mkdtemp(join(tmpdir(), "embeddings-"));
const never = new AbortController().signal;

/** A vector that depends on the text alone. */
const vectorOf = (text: string) => [text.length, text.charCodeAt(0) || 1, 1];

const inputsOf = (body: Record<string, unknown>) => body.input as string[];

function answered(body: Record<string, unknown>, change: (text: string) => unknown = vectorOf): Sent {
	const data = inputsOf(body).map((text, index) => ({ object: "embedding", index, embedding: change(text) }));
	// Out of order, as servers may.
	return { body: { object: "list", data: data.reverse() } };
}

let caches = 0;

async function opened(context: TestContext, answer: Parameters<typeof measuringServer>[0], path?: string) {
	const server = await measuringServer(answer);
	context.after(() => server.close());
	caches += 1;
	const cache = await MeasureCache.open(join(folder, path ?? `${caches}.jsonl`), vectorCodec);
	context.after(() => cache.close());
	const open = () => prepared({ endpoint: server.endpoint(), model: "m", cache, speed: 1_000, batchTexts: 4 });
	return { server, open };
}

async function prepared(options: EndpointSourceOptions): Promise<EndpointSource> {
	const source = new EndpointSource(options);
	await source.prepare(never);
	return source;
}

async function embedded(source: EndpointSource, texts: readonly string[]) {
	const read: (number[] | null)[] = [];
	for (const handle of await source.fetch(texts, never)) {
		const vector = Number.isNaN(handle) ? null : await source.vector(handle);
		read.push(vector && Array.from(vector));
	}
	return read;
}

const tenTexts = Array.from({ length: 10 }, (_, at) => `${"abcdefghij"[at]} text`);

test("texts are sent in batches, as numbers, and come back in order", async (context) => {
	const { server, open } = await opened(context, (body) => answered(body));
	const source = await open();
	assert.deepEqual(await embedded(source, tenTexts), tenTexts.map(vectorOf));
	assert.deepEqual(
		server.requests.map(({ body }) => inputsOf(body).length),
		[2, 4, 4, 2],
	);
	assert.ok(server.requests.every(({ body, path }) => body.encoding_format === "float" && path === "/v1/embeddings"));
	assert.match(source.backend, /^m at http:\/\/127\.0\.0\.1:\d+, 3 dimensions$/);
	assert.deepEqual(source.warnings(), []);
});

test("what is cached is not asked for again; one new text costs one call", async (context) => {
	const { server, open } = await opened(context, (body) => answered(body));
	const source = await open();
	await embedded(source, tenTexts);
	const before = server.requests.length;
	await embedded(source, tenTexts);
	assert.equal(server.requests.length, before);
	await embedded(source, [...tenTexts, "edited"]);
	assert.deepEqual([server.requests.length, inputsOf(server.requests.at(-1)?.body ?? {})], [before + 1, ["edited"]]);
});

test("the cache outlives the process and is bound to the endpoint", async (context) => {
	const first = await opened(context, (body) => answered(body), "shared.jsonl");
	await embedded(await first.open(), tenTexts);
	const cache = await MeasureCache.open(join(folder, "shared.jsonl"), vectorCodec);
	context.after(() => cache.close());
	const source = await prepared({ endpoint: first.server.endpoint(), model: "m", cache });
	const before = first.server.requests.length;
	assert.deepEqual(await embedded(source, tenTexts), tenTexts.map(vectorOf));
	assert.equal(first.server.requests.length, before);
	const other = await prepared({ endpoint: first.server.endpoint(), model: "other", cache });
	await embedded(other, ["a text"]);
	assert.equal(first.server.requests.length, before + 2);
});

test("bad vectors are left out, each with its reason", async (context) => {
	const bad: Record<string, unknown> = { b: [1, 2], c: [null, 1, 1], d: [0, 0, 0], e: "AACAPwAAgD8AAIA/" };
	const { open } = await opened(context, (body) => answered(body, (text) => bad[text[0] ?? ""] ?? vectorOf(text)));
	const source = await open();
	const read = await embedded(source, tenTexts);
	assert.deepEqual(
		read.map((vector) => vector !== null),
		[true, false, false, false, false, true, true, true, true, true],
	);
	const [warning] = source.warnings();
	assert.match(warning ?? "", /4 of 10 embeddings are missing: .*1 × /);
});

test("a batch the server refuses is halved down to the text it can't read", async (context) => {
	for (const status of [400, 413, 422]) {
		const { open } = await opened(context, (body) =>
			inputsOf(body).some((text) => text.startsWith("c"))
				? { status, body: { error: { message: "too long" } } }
				: answered(body),
		);
		const source = await open();
		const read = await embedded(source, tenTexts);
		assert.deepEqual(
			tenTexts.filter((_, at) => read[at] === null),
			["c text"],
		);
		assert.match(source.warnings()[0] ?? "", /1 of 10 embeddings are missing: 1 × .*too long/);
	}
});

test("a server that writes NaN into its JSON loses that text only", async (context) => {
	const { open } = await opened(context, (body) => {
		const { body: good } = answered(body);
		const isBad = inputsOf(body).some((text) => text.startsWith("f"));
		return { body: isBad ? JSON.stringify(good).replace(/\[\d+/, "[NaN") : good };
	});
	const read = await embedded(await open(), tenTexts);
	assert.equal(read.filter((vector) => vector === null).length, 1);
	assert.equal(read[5], null);
});

test("faults that pass are waited out", async (context) => {
	const { open } = await opened(context, (body, _path, nth) =>
		nth % 2 === 0 ? { status: nth % 4 === 0 ? 429 : 500, body: { error: { message: "later" } } } : answered(body),
	);
	const source = await open();
	assert.deepEqual(await embedded(source, tenTexts), tenTexts.map(vectorOf));
});

async function refused(context: TestContext, change: (text: string) => unknown, reason: RegExp) {
	const { open } = await opened(context, (body) => answered(body, change));
	await assert.rejects(open(), (cause: Error) => cause.name === "UserError" && reason.test(cause.message));
}

test("an endpoint of zero vectors is refused at once", (context) => refused(context, () => [0, 0], /vector of zeros/));
test("one that gives base64", (context) => refused(context, () => "AACAPw==", /base64/));
test("one that gives every text the same vector", (context) => refused(context, () => [1, 2], /same vector/));
test("one whose vectors differ in length", (context) =>
	refused(context, (text) => Array.from({ length: text.length }, () => 1), /dimensions, then/));

test("a wrong key ends it with the server's word, and no key in it", async (context) => {
	const { open } = await opened(context, () => ({
		status: 401,
		body: { error: { message: "Wrong key sk-secret-of-the-test" } },
	}));
	await assert.rejects(
		open(),
		(cause: Error) => /Wrong key/.test(cause.message) && !cause.message.includes("sk-secret"),
	);
});
