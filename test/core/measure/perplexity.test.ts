import assert from "node:assert/strict";
import { test } from "node:test";
import {
	paperPerplexity,
	type ResponseLikelihood,
	rowPerplexity,
	summarizePerplexity,
} from "../../../server/core/measure/perplexity.ts";

/** A row whose every token has probability 1/`choices`. */
const row = (tokens: number, choices: number, bytes = tokens): ResponseLikelihood => ({
	nll: tokens * Math.log(choices),
	tokens,
	bytes,
});

function close(value: number | null, expected: number) {
	assert.ok(value !== null && Math.abs(value - expected) < 1e-12 * expected, `${value} is not ${expected}`);
}

test("one token in four has perplexity 4 and two bits", () => {
	const summary = summarizePerplexity([row(5, 4)]);
	close(summary.tokenWeighted, 4);
	close(summary.median, 4);
	close(summary.bitsPerByte, 2);
});

// exp((2 ln 2 + 6 ln 8)/8) = 2^((2 + 18)/8) = 2^2.5; bits: 20 bits over 2·3 + 6·3 = 24 bytes.
test("rows weigh by their tokens", () => {
	const summary = summarizePerplexity([row(2, 2, 6), row(6, 8, 18)]);
	close(summary.tokenWeighted, 2 ** 2.5);
	close(summary.median, 5);
	close(summary.bitsPerByte, 20 / 24);
});

test("a row without tokens, without a finite likelihood, or not scored at all is missing", () => {
	const summary = summarizePerplexity([
		row(3, 2),
		{ nll: 0, tokens: 0, bytes: 0 },
		{ nll: Number.POSITIVE_INFINITY, tokens: 3, bytes: 3 },
		{ nll: Number.NaN, tokens: 3, bytes: 3 },
		{ nll: -1, tokens: 3, bytes: 3 },
		null,
	]);
	close(summary.tokenWeighted, 2);
	assert.deepEqual([summary.n, summary.missing], [1, 5]);
});

test("nothing scored is null, not 0 or 1", () => {
	assert.deepEqual(summarizePerplexity([null]), {
		tokenWeighted: null,
		median: null,
		bitsPerByte: null,
		n: 0,
		missing: 1,
		truncated: 0,
	});
	assert.equal(paperPerplexity([null]), null);
	assert.equal(rowPerplexity(null), null);
});

test("truncated rows are counted", () => {
	assert.equal(summarizePerplexity([{ ...row(2, 2), isTruncated: true }, row(1, 2)]).truncated, 1);
});

// Batches of two: 2^((1·1 + 1·5)/2) = 8 for both rows; then 4 alone. Mean (8 + 8 + 4)/3.
test("the paper's way gives a batch's value to each of its rows", () =>
	close(paperPerplexity([row(1, 2), row(1, 32), row(7, 4)], 2), 20 / 3));

test("the paper's way depends on the order of rows, ours does not", () => {
	const rows = [row(1, 2), row(1, 32), row(7, 4)];
	const turned = [row(7, 4), row(1, 2), row(1, 32)];
	assert.notEqual(paperPerplexity(rows, 2), paperPerplexity(turned, 2));
	close(summarizePerplexity(turned).tokenWeighted, summarizePerplexity(rows).tokenWeighted ?? 0);
});
