import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { quickTokens } from "../../server/core/measure/quick-tokens.ts";
import { type MeasureRequest, measureDataset } from "../../server/node/measure-dataset.ts";
import { loadTokenizer, tokenizerName } from "../../server/node/measure-tokenizer.ts";

const fixture = fileURLToPath(new URL("../fixtures/tokenizer/tokenizer.json", import.meta.url));
const expected: { text: string; tokens: number }[] = JSON.parse(
	await readFile(new URL("../fixtures/tokenizer/expected.json", import.meta.url), "utf8"),
);
const folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
const never = new AbortController().signal;

test("tokens are those the original library counts, without special ones", () => {
	const counter = loadTokenizer(fixture);
	for (const { text, tokens } of expected) assert.equal(counter.count(text), tokens, JSON.stringify(text));
});

async function measured(rest: Partial<MeasureRequest>) {
	const path = join(folder, "data.jsonl");
	const rows = expected
		.filter(({ text }) => text.trim() !== "")
		.map(({ text }) => ({ prompt: "a", response: text, language: "de" }));
	await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
	const request = {
		...{ files: [{ path, name: "data" }], by: [], draw: null, embeddings: null, judges: [], scorer: null },
		...{ tokenizer: null, hasNoise: false, isPaperCompatible: false, ...rest },
	};
	const { report } = await measureDataset(request, never);
	return { lengths: report.rows[0]?.responses.length_tokens, rows };
}

test("lengths in tokens are by the user's tokenizer, in a thread as here, and named by it", async () => {
	const mean = expected
		.filter(({ text }) => text.trim() !== "")
		.reduce((sum, { tokens }, _, all) => sum + tokens / all.length, 0);
	for (const hasThreads of [false, true]) {
		const { lengths } = await measured({ tokenizer: fixture, hasThreads });
		assert.ok(Math.abs((lengths?.value ?? 0) - mean) < 1e-9, `${lengths?.value} ${mean}`);
		assert.match(lengths?.backend ?? "", /^tokenizer\/tokenizer\.json \(sha256 [0-9a-f]{12}\)$/);
	}
});

test("without a tokenizer the number says that it is an estimate", async () => {
	const { lengths, rows } = await measured({});
	const mean = rows.reduce((sum, { response }) => sum + quickTokens(response), 0) / rows.length;
	assert.ok(Math.abs((lengths?.value ?? 0) - mean) < 1e-9);
	assert.match(lengths?.backend ?? "", /^estimate/);
});

test("a file that is no tokenizer is refused with its name", async () => {
	const broken = join(folder, "tokenizer.json");
	await writeFile(broken, '{"model": 3}');
	assert.throws(
		() => loadTokenizer(broken),
		/tokenizer\.json can't count tokens: .*Name the tokenizer\.json of a model/,
	);
	await writeFile(broken, "not json");
	await assert.rejects(measured({ tokenizer: broken, hasThreads: true }), { name: "UserError" });
	assert.throws(() => tokenizerName(join(folder, "nowhere.json")), /nowhere\.json/);
});
