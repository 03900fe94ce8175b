import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { acceptanceTexts } from "../../server/core/measure/scorer-answer.ts";
import { MeasureCache } from "../../server/node/measure-cache.ts";
import { likelihoodCodec, ScorerEndpoint } from "../../server/node/scorer-endpoint.ts";
import { measuringServer, type Sent } from "./measuring-server.ts";

const folder = await mkdtemp(join(tmpdir(), "scorer-"));
const never = new AbortController().signal;
const shuffled = new Set(acceptanceTexts.map((texts) => texts.shuffled));

/** A server in vLLM's form whose tokens are single characters; `logprob` of every one but the first. */
function echoing(logprob: (prompt: string, at: number) => number | null) {
	return (body: Record<string, unknown>): Sent => {
		const prompt = String(body.prompt);
		const tokens = [...prompt];
		const token_logprobs = [...tokens.map((_, at) => (at === 0 ? null : logprob(prompt, at))), -2];
		const logprobs = { tokens: [...tokens, "."], token_logprobs, text_offset: [...tokens.keys(), tokens.length] };
		return {
			body: {
				choices: [{ text: `${prompt}.`, logprobs }],
				usage: { prompt_tokens: tokens.length, completion_tokens: 1 },
			},
		};
	};
}

const honest = echoing((prompt) => (shuffled.has(prompt) ? -4 : -2));
let opens = 0;

async function opened(context: TestContext, answer: (body: Record<string, unknown>) => Sent, separator = "\n") {
	const server = await measuringServer(answer);
	context.after(() => server.close());
	opens += 1;
	const cache = await MeasureCache.open(join(folder, `${opens}.jsonl`), likelihoodCodec);
	context.after(() => cache.close());
	const open = async () => {
		const scorer = new ScorerEndpoint({ endpoint: server.endpoint(), model: "s", cache, separator, speed: 1_000 });
		await scorer.prepare(never);
		return scorer;
	};
	return { server, open };
}

const sample = (context: string, response: string) => {
	return { prompt: context, context, response, language: "de", line: "" };
};

test("only the response's tokens count, in code points", async (context) => {
	const { server, open } = await opened(context, honest);
	const scorer = await open();
	assert.deepEqual(await scorer.ask([sample("Frage 😀?", "Ja, 語.")], never), [{ nll: 12, tokens: 6, bytes: 8 }]);
	const { body } = server.requests.at(-1) ?? {};
	assert.deepEqual(
		[body?.prompt, body?.echo, body?.logprobs, body?.max_tokens, body?.temperature],
		["Frage 😀?\nJa, 語.", true, 1, 1, 0],
	);
	assert.match(scorer.backend, /^s at http:\/\/127\.0\.0\.1:\d+, prompt \+ "\\n" \+ response$/);
});

test("values are cached by content", async (context) => {
	const { server, open } = await opened(context, honest);
	const scorer = await open();
	const rows = Array.from({ length: 20 }, (_, at) => sample("Frage", `Antwort ${at}`));
	await scorer.ask(rows, never);
	const before = server.requests.length;
	await scorer.ask([...rows.slice(0, 19), sample("Frage", "geändert")], never);
	assert.equal(server.requests.length, before + 1);
});

test("one response that can't be scored is missing with its reason; the others stand", async (context) => {
	const { open } = await opened(
		context,
		echoing((prompt, at) => (shuffled.has(prompt) ? -4 : prompt.includes("kaputt") && at === 8 ? -9999 : -2)),
	);
	const scorer = await open();
	const scored = await scorer.ask([sample("Frage", "gut"), sample("Frage", "kaputt")], never);
	assert.deepEqual(scored[0], { nll: 6, tokens: 3, bytes: 3 });
	assert.match(JSON.stringify(scored[1]), /floor value/);
	assert.match(scorer.warnings()[0] ?? "", /1 of 2 responses are missing: 1 × a token has the floor value/);
});

async function refused(context: TestContext, answer: (body: Record<string, unknown>) => Sent, reason: RegExp) {
	const { open } = await opened(context, answer);
	await assert.rejects(open(), (cause: Error) => {
		assert.equal(cause.name, "UserError");
		assert.match(cause.message, reason);
		return true;
	});
}

test("chance-level log-probabilities are refused", (context) =>
	refused(
		context,
		echoing(() => -2),
		/score no better .* than their own words shuffled/,
	));
test("log-probabilities above 0 are refused", (context) =>
	refused(
		context,
		echoing(() => 0.1),
		/above 0/,
	));
test("values that are not numbers are refused", (context) =>
	refused(
		context,
		echoing(() => null),
		/no finite/,
	));
test("a server that returns what it generated only is refused", (context) =>
	refused(
		context,
		() => ({
			body: {
				choices: [{ logprobs: { tokens: ["x"], token_logprobs: [-1], text_offset: [0] } }],
				usage: { prompt_tokens: 9, completion_tokens: 1 },
			},
		}),
		/the text is not echoed/,
	));
test("a server that knows no log-probabilities is refused", (context) =>
	refused(
		context,
		() => ({ body: { choices: [{ text: "x" }], usage: { prompt_tokens: 9, completion_tokens: 1 } } }),
		/returns no log-prob/,
	));
test("a server that refuses echo is quoted", (context) =>
	refused(
		context,
		() => ({ status: 400, body: { error: { message: "echo is not supported" } } }),
		/echo is not supported/,
	));
