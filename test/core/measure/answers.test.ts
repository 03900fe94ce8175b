import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readEmbeddings } from "../../../server/core/measure/embedding-answer.ts";
import { readJudgement } from "../../../server/core/measure/judge-answer.ts";
import { judgedCharacters, judgeMessages } from "../../../server/core/measure/judge-request.ts";
import {
	acceptanceFault,
	type EchoedTokens,
	readEcho,
	responseLikelihood,
} from "../../../server/core/measure/scorer-answer.ts";

/** Vectors as lists, faults as they stand. */
function embeddings(body: unknown, texts: number, dimensions: number | null = null) {
	return readEmbeddings(body, texts, dimensions).map((read) => ("fault" in read ? read.fault : [...read]));
}

const one = (embedding: unknown, index?: number) => ({ embedding, ...(index === undefined ? {} : { index }) });

test("embeddings are put in order by their index", () =>
	assert.deepEqual(embeddings({ data: [one([2], 1), one([1], 0)] }, 2), [[1], [2]]));
test("without any index the order of the answer counts, if it is complete", () => {
	assert.deepEqual(embeddings({ data: [one([1]), one([2])] }, 2), [[1], [2]]);
	assert.match(String(embeddings({ data: [one([1])] }, 2)[0]), /without index/);
});
test("a text that is left out is missing, the others are not", () =>
	assert.deepEqual(embeddings({ data: [one([1], 1)] }, 2), ["the answer left the text out", [1]]));
test("an index that stands twice spoils the whole answer", () =>
	assert.deepEqual(
		new Set(embeddings({ data: [one([1], 0), one([2], 0)] }, 2)),
		new Set(["the answer's indexes are wrong"]),
	));
test("other dimensions, NaN as null, zeros, base64 and words are no vectors", () =>
	assert.deepEqual(
		embeddings(
			{
				data: [
					one([1, 2], 0),
					one([null], 1),
					one([0], 2),
					one("AACAPw==", 3),
					one(["x"], 4),
					one([1e39], 5),
					one([], 6),
				],
			},
			7,
			1,
		),
		[
			"2 dimensions instead of 1",
			"numbers that are not finite",
			"a vector of zeros",
			"base64 text although numbers were asked for",
			"numbers that are not finite",
			"numbers that are not finite",
			"no vector",
		],
	));
test("no answer at all is a fault for each text", () =>
	assert.deepEqual(embeddings("no", 2), [
		"the answer is no list of embeddings",
		"the answer is no list of embeddings",
	]));

function judged(text: string): number | string {
	const rating = readJudgement(text);
	return "failure" in rating ? rating.failure : rating.score;
}

test("feedback and score", () => assert.equal(judged('{"feedback": "gut", "score": 4}'), 4));
test("in a code fence", () => assert.equal(judged('```json\n{"feedback": "gut", "score": 1}\n```'), 1));
test("after thoughts", () => assert.equal(judged('<think>{"score": 1}</think> {"feedback": "gut", "score": 5}'), 5));
test("a score before the feedback is no score", () =>
	assert.equal(judged('{"score": 4, "feedback": "gut"}'), "the score comes before the feedback"));
test("scores outside 1 to 5 are failures", () => {
	for (const score of ["0", "6", "4.5", "-1", "1e9"])
		assert.equal(judged(`{"feedback": "x", "score": ${score}}`), "the score is not one of 1 to 5");
});
test("prose, numbers alone, lists, text as score and missing parts are failures", () => {
	assert.equal(judged("I would give this a 4."), "the answer is not one JSON object");
	assert.equal(judged("4"), "the answer is not one JSON object");
	assert.equal(judged("[4]"), "the answer is not one JSON object");
	assert.equal(judged('{"feedback": "x", "score": "4"}'), "the score is not a number");
	assert.equal(judged('{"feedback": "x"}'), "the answer has no score");
	assert.equal(judged('{"feedback": " ", "score": 4}'), "the answer has no feedback");
	assert.equal(judged('{"score": 4}'), "the answer has no feedback");
});
test("no text breaks the reader, and only a whole number from 1 to 5 is a score", () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
			const rating = readJudgement(text);
			assert.ok("failure" in rating || [1, 2, 3, 4, 5].includes(rating.score));
		}),
	);
});

test("each language has a rubric of its own, with five levels, feedback before score", () => {
	const seen = new Set<string>();
	for (const language of ["ar", "cs", "de", "en", "es", "id", "ja", "tl"]) {
		const [system, user] = judgeMessages({ prompt: "P", response: "R", language });
		seen.add(system?.content ?? "");
		for (const level of [1, 2, 3, 4, 5]) assert.match(system?.content ?? "", new RegExp(`^${level}[:：]`, "mu"));
		assert.match(
			user?.content ?? "",
			/<instruction>\nP\n<\/instruction>\n\n<response>\nR\n<\/response>\n\n.*"feedback".*"score"/su,
		);
	}
	assert.equal(seen.size, 8);
});
test("a language without a rubric gets the English one; a rubric of one's own replaces it", () => {
	const english = judgeMessages({ prompt: "P", response: "R", language: "en" })[0]?.content;
	assert.equal(judgeMessages({ prompt: "P", response: "R", language: "sw" })[0]?.content, english);
	const own = { de: "mine", "*": "for all others" };
	assert.equal(judgeMessages({ prompt: "P", response: "R", language: "de-AT" }, own)[0]?.content, "mine");
	assert.equal(judgeMessages({ prompt: "P", response: "R", language: null }, own)[0]?.content, "for all others");
});
test("a long response is cut, never the request for an answer", () => {
	const user =
		judgeMessages({ prompt: "P", response: "😀".repeat(judgedCharacters), language: "de" })[1]?.content ?? "";
	assert.ok(user.length < judgedCharacters + 500);
	assert.match(user, /…\n<\/response>[\s\S]*"score": 1 bis 5\}$/u);
	assert.ok(user.isWellFormed());
});

/** As vLLM answers: offsets in code points, one generated token at the end. */
function completion(tokens: readonly string[], logprobs: readonly (number | null)[], change: object = {}) {
	let at = 0;
	const text_offset = tokens.map((token) => {
		at += [...token].length;
		return at - [...token].length;
	});
	return {
		choices: [
			{
				logprobs: {
					tokens: [...tokens, "!"],
					token_logprobs: [...logprobs, -1],
					text_offset: [...text_offset, at],
					...change,
				},
			},
		],
		usage: { prompt_tokens: tokens.length, completion_tokens: 1 },
	};
}

function scored(
	tokens: readonly string[],
	logprobs: readonly (number | null)[],
	before: string,
	response: string,
	change?: object,
) {
	const echo = readEcho(completion(tokens, logprobs, change));
	return "fault" in echo ? echo.fault : responseLikelihood(echo, before, response);
}

test("the response's tokens are those from its first code point on", () =>
	assert.deepEqual(scored(["Wie", "?", "\n", "Gut", "."], [null, -9, -9, -2, -1], "Wie?\n", "Gut."), {
		nll: 3,
		tokens: 2,
		bytes: 4,
	}));
test("offsets are code points, not UTF-16 units", () =>
	assert.deepEqual(scored(["😀", "😀", "𠮷", "b"], [null, -9, -2, -1], "😀😀", "𠮷b"), {
		nll: 3,
		tokens: 2,
		bytes: 5,
	}));
test("a token before the text shifts the offsets, and is seen", () =>
	assert.deepEqual(scored(["<bos>", "Wie?", "\n", "Gut"], [null, -9, -9, -2], "Wie?\n", "Gut"), {
		nll: 2,
		tokens: 1,
		bytes: 3,
	}));
test("a token over the border belongs to the prompt, with its bytes", () =>
	assert.deepEqual(scored(["Wie", "?Ä", "b"], [null, -9, -2], "Wie?", "Äb"), { nll: 2, tokens: 1, bytes: 1 }));
test("offsets that drift at tokens that are half a character are not believed; the tokens themselves are", () => {
	const tokens = ["Wie", "\ufffd", "\ufffd", "\n", "Gut"];
	assert.deepEqual(scored(tokens, [null, -9, -9, -9, -2], "Wie語\n", "Gut"), { nll: 2, tokens: 1, bytes: 3 });
	const turned = ["Wie", "\n", "\ufffd", "\ufffd", "x"];
	assert.deepEqual(scored(turned, [null, -9, -2, -2, -1], "Wie\n", "語x"), { nll: 5, tokens: 3, bytes: 4 });
});
test("a server without offsets is read by its tokens", () =>
	assert.deepEqual(scored(["a", "b", "c"], [null, -9, -2], "ab", "c", { text_offset: [-1, -1, -1, -1] }), {
		nll: 2,
		tokens: 1,
		bytes: 1,
	}));
test("tokens that are not the text at all give no value", () =>
	assert.match(JSON.stringify(scored(["x", "y"], [null, -1], "ab", "c")), /can't be laid over/));

const fault = (body: unknown) => {
	const echo = readEcho(body);
	return "fault" in echo ? echo.fault : null;
};

test("a server that echoes nothing is refused", () => {
	assert.match(fault({ choices: [{ logprobs: null }], usage: { prompt_tokens: 3 } }) ?? "", /no log-probabilities/);
	const generatedOnly = {
		choices: [{ logprobs: { tokens: ["!"], token_logprobs: [-1] } }],
		usage: { prompt_tokens: 7, completion_tokens: 1 },
	};
	assert.match(fault(generatedOnly) ?? "", /1 log-probabilities for 7 \+ 1 tokens/);
	assert.match(fault("nonsense") ?? "", /no completion/);
});
test("log-probabilities must be finite and not above 0, the first null", () => {
	assert.match(fault(completion(["a", "b"], [-1, -1])) ?? "", /nothing comes before/);
	assert.match(fault(completion(["a", "b"], [null, null])) ?? "", /no finite/);
	assert.match(fault(completion(["a", "b"], [null, 0.5])) ?? "", /above 0/);
	assert.match(fault(completion(["a", "b"], [null, -9999])) ?? "", /floor/);
	assert.match(fault(completion(["a"], [null])) ?? "", /fewer than two/);
	assert.equal(fault(completion(["a", "b"], [null, -0.5])), null);
});
test("chance-level scores are refused: sentences must beat their own words shuffled", () => {
	const echo = (...logprobs: number[]): EchoedTokens => ({ tokens: [], logprobs: [null, ...logprobs], offsets: null });
	assert.equal(acceptanceFault([echo(-1, -1)], [echo(-3, -3)]), null);
	assert.match(acceptanceFault([echo(-2, -2)], [echo(-2, -2)]) ?? "", /no better \(4\.0 nats\).*\(4\.0\)/);
});
