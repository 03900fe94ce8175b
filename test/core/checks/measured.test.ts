import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckCode } from "../../../server/core/checks/codes.ts";
import { type MeasuredValues, measuredFindings } from "../../../server/core/checks/measured.ts";
import { thresholdIn } from "../../../server/core/checks/settings.ts";
import { languages } from "../../../server/core/languages.ts";
import type { CheckSettings } from "../../../server/core/project.ts";

const answer = { role: "assistant", field: "response", length: 12 } as const;
const nothing: MeasuredValues = { rating: null, perplexity: null };
const rated = (value: number): MeasuredValues => ({ ...nothing, rating: { value, judge: "gemma-3-27b" } });
const scored = (below: number): MeasuredValues => ({
	...nothing,
	perplexity: { value: 31.5, below, scorer: "qwen-3-8b" },
});

function codes(values: MeasuredValues, code: string, settings: CheckSettings = {}): string[] {
	const language = languages.find((one) => one.code === code);
	const threshold = (check: CheckCode, name?: string) => thresholdIn(settings, check, code, name);
	return measuredFindings(answer, values, { language, threshold }).map((finding) => finding.code);
}

for (const { code } of languages)
	test(`${code}: a low rating and an unlikely answer are found, middling ones are left alone`, () => {
		assert.deepEqual(codes(rated(2), code), ["low-rating"]);
		assert.deepEqual(codes(rated(3), code), []);
		assert.deepEqual(codes(scored(0.96), code), ["high-perplexity"]);
		assert.deepEqual(codes(scored(0.95), code), []);
		assert.deepEqual(codes(nothing, code), []);
	});

test("thresholds are set by polyglot.json for one language", () => {
	const settings: CheckSettings = { de: { "low-rating": { threshold: 3 }, "high-perplexity": { threshold: 0.5 } } };
	assert.deepEqual(codes(rated(3), "de", settings), ["low-rating"]);
	assert.deepEqual(codes(rated(3), "ja", settings), []);
	assert.deepEqual(codes(scored(0.6), "de", settings), ["high-perplexity"]);
	assert.deepEqual(codes(scored(0.6), "ja", settings), []);
});

test("the sentences name who said it, the number and the threshold", () => {
	const threshold = (check: CheckCode) => thresholdIn({}, check, "de");
	const language = languages.find(({ code }) => code === "de");
	const [low] = measuredFindings(answer, rated(1), { language, threshold });
	assert.equal(low?.message, "The judge gemma-3-27b gave the response 1 of 5, 2 or less.");
	const [high] = measuredFindings(answer, scored(0.987), { language, threshold });
	assert.equal(
		high?.message,
		"The perplexity of the response by qwen-3-8b, 31.5, is above that of 98 % of the measured samples in German, over 95 %.",
	);
});

test("without an answer there is nothing to mark", () => {
	const threshold = (check: CheckCode) => thresholdIn({}, check, "de");
	assert.deepEqual(measuredFindings(null, rated(1), { language: undefined, threshold }), []);
});
