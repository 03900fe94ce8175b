import assert from "node:assert/strict";
import { test } from "node:test";
import type { MeasureReport } from "../../../server/core/measure/measure-report.ts";
import { PerplexityRanks } from "../../../server/core/measure/perplexity-ranks.ts";
import type { SampleValues } from "../../../server/core/measure/sample-values.ts";

const report = { rows: [{ target_lang: "de" }, { target_lang: "ja" }] } as unknown as MeasureReport;
const sample = (group: number, perplexity: number | null) => ({ group, perplexity }) as SampleValues;

test("a perplexity's place is the share of its language that lies below, missing ones left out", () => {
	const german = Array.from({ length: 40 }, (_, at) => sample(0, 40 - at));
	const ranks = new PerplexityRanks([...german, sample(0, null), sample(1, 1e9)], report);
	assert.equal(ranks.shareBelow("de", 1), 0);
	assert.equal(ranks.shareBelow("de", 21), 0.5);
	assert.equal(ranks.shareBelow("de", 1e6), 1);
});

test("among fewer than twenty there is no place", () => {
	const ranks = new PerplexityRanks(
		Array.from({ length: 19 }, (_, at) => sample(1, at)),
		report,
	);
	assert.equal(ranks.shareBelow("ja", 5), null);
	assert.equal(ranks.shareBelow("cs", 5), null);
});
