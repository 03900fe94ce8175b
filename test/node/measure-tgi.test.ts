import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { acceptanceTexts } from "../../server/core/measure/scorer-answer.ts";
import { MeasureCache } from "../../server/node/measure-cache.ts";
import { likelihoodCodec, ScorerEndpoint } from "../../server/node/scorer-endpoint.ts";
import { measuringServer, type Sent } from "./measuring-server.ts";

const folder = await mkdtemp(join(tmpdir(), "tgi-"));
const never = new AbortController().signal;
const shuffled = new Set(acceptanceTexts.map((texts) => texts.shuffled));

type Prefill = (text: string) => { text: string; logprob: number | null }[];

/** A server in TGI's form (its README: `details.prefill` of `/generate`), whose tokens are single characters. */
async function opened(context: TestContext, prefill: Prefill, change: (body: object) => unknown = (body) => body) {
	const server = await measuringServer((body, path): Sent => {
		if (path !== "/generate") return { status: 404, body: { error: { message: `nothing at ${path}` } } };
		const details = { finish_reason: "length", generated_tokens: 1, prefill: prefill(String(body.inputs)) };
		return { body: change({ generated_text: ".", details }) };
	});
	context.after(() => server.close());
	const cache = await MeasureCache.open(join(folder, `${Math.random()}.jsonl`), likelihoodCodec);
	context.after(() => cache.close());
	const options = {
		endpoint: server.endpoint(),
		model: "tgi",
		cache,
		separator: "\n",
		route: "tgi",
		speed: 1_000,
	} as const;
	return { server, scorer: new ScorerEndpoint(options) };
}

const honest: Prefill = (text) =>
	[...text].map((letter, at) => ({ id: at, text: letter, logprob: at === 0 ? null : shuffled.has(text) ? -4 : -2 }));

const sample = { prompt: "Frage?", context: "Frage?", response: "Ja, 語.", language: "de", line: "" };

test("TGI's own route stands beside /v1, and gives the prompt's log-probabilities", async (context) => {
	const { scorer, server } = await opened(context, honest);
	await scorer.prepare(never);
	assert.deepEqual(await scorer.ask([sample], never), [{ nll: 12, tokens: 6, bytes: 8 }]);
	const { body, path } = server.requests.at(-1) ?? {};
	assert.equal(path, "/generate");
	assert.deepEqual(body, {
		inputs: "Frage?\nJa, 語.",
		parameters: { details: true, decoder_input_details: true, max_new_tokens: 1 },
	});
});

test("a start token that stands before the text is no part of it", async (context) => {
	const { scorer } = await opened(context, (text) => [
		{ text: "<s>", logprob: null },
		...honest(text).map((token) => ({ ...token, logprob: token.logprob ?? -3 })),
	]);
	await scorer.prepare(never);
	assert.deepEqual(await scorer.ask([sample], never), [{ nll: 12, tokens: 6, bytes: 8 }]);
});

async function refused(context: TestContext, prefill: Prefill, reason: RegExp, change?: (body: object) => unknown) {
	const { scorer } = await opened(context, prefill, change);
	await assert.rejects(
		scorer.prepare(never),
		(cause: Error) => cause.name === "UserError" && reason.test(cause.message),
	);
}

test("one that gives no prefill is refused", (context) => refused(context, () => [], /details\.prefill is empty/));
test("one that gives no details", (context) =>
	refused(context, honest, /returns no details\.prefill/, () => ({ generated_text: "x" })));
test("one that scores by chance", (context) =>
	refused(
		context,
		(text) => honest(text).map((token, at) => ({ ...token, logprob: at === 0 ? null : -3 })),
		/score no better/,
	));
test("one whose log-probabilities are above 0", (context) =>
	refused(context, (text) => honest(text).map((token, at) => ({ ...token, logprob: at === 0 ? null : 3 })), /above 0/));
test("one whose tokens are another text", (context) =>
	refused(context, (text) => honest(text.toUpperCase().replaceAll("E", "EE")), /can't be laid over the text/));
