import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../server/cli/recommend.ts";
import { ownScore } from "../../server/core/score/own-score.ts";
import { appendOwnScore } from "../../server/node/score-files.ts";
import { recorded } from "./recorded.ts";

const folder = await mkdtemp(join(tmpdir(), "recommend-"));

const polyglotRecommend = (...args: string[]) => recorded(run, args, folder);

test("text: sentences, a plan, and the numbers behind each", async () => {
	const { code, stdout } = await polyglotRecommend("--lang", "de");
	assert.equal(code, 0);
	assert.match(stdout, /^Teachers for de, student base olmo3-7b, 3000 samples\n/);
	for (const mark of new Set(stdout.match(/\[\d\]$/gmu))) assert.ok(stdout.includes(`  ${mark} `), mark);
	assert.match(stdout, /Plan: try .* with 1000 samples each/);
});

test("json, with the workspace's own scores", async () => {
	await appendOwnScore(
		folder,
		ownScore({
			studentBase: "olmo3-7b",
			teacher: "mine",
			language: "de",
			tasks: [{ task: "mgsm", shots: 5, value: 0.6, stderr: 0.01 }],
			anchor: { base: 0.3, ref: 0.5 },
			intrinsic: null,
			population: null,
			practice: false,
			runId: "r-1",
			createdAt: "2026-01-01T00:00:00Z",
			datasetSha256: null,
			codeVersion: null,
		}),
	);
	const { stdout } = await polyglotRecommend("--lang", "de", "--format", "json");
	const mine = JSON.parse(stdout).candidates.find(({ teacher }: { teacher: string }) => teacher === "mine");
	assert.ok(Math.abs(mine.gain - 0.3) < 1e-12);
	assert.equal(mine.source, "own");
});

test("unusable arguments end with 2 and one line", async () => {
	for (const args of [[], ["--lang", "de", "--samples", "many"], ["--lang", "de", "--format", "csv"], ["--what"]]) {
		const { code, stdout, stderr } = await polyglotRecommend(...args);
		assert.deepEqual([code, stdout, stderr.length], [2, "", 1]);
	}
});
