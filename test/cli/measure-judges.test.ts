import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "../../server/cli/measure.ts";
import { contentKey } from "../../server/core/checks/exact-duplicate.ts";
import { sampleKey } from "../../server/core/decisions.ts";
import { MeasureEstimate } from "../../server/core/measure/measure-progress.ts";
import { MeasureReport } from "../../server/core/measure/measure-report.ts";
import { SampleValues } from "../../server/core/measure/sample-values.ts";
import { readShape } from "../../server/core/sample/shapes.ts";
import { ReviewFile } from "../../server/node/review-file.ts";
import { measuringServer } from "../node/measuring-server.ts";

const folder = await mkdtemp(join(tmpdir(), "measure-judges-"));

async function polyglotMeasure(...args: string[]) {
	let stdout = "";
	const stderr: string[] = [];
	const code = await run(args, {
		stdout: (text) => {
			stdout += text;
		},
		stderr: (line) => stderr.push(line),
		env: {},
		cwd: folder,
		mediaFolder: new URL("../../media/", import.meta.url).pathname,
		version: "0.0.0",
		signal: new AbortController().signal,
	});
	return { code, stdout, stderr };
}

async function report(...args: string[]) {
	const { code, stdout, stderr } = await polyglotMeasure(...args, "--format", "json");
	assert.equal(code, 0, stderr.join("\n"));
	return MeasureReport.parse(JSON.parse(stdout));
}

/** Judges by the last digit of the response: `kind` gives one more, `strict` what is right. */
const judges = await measuringServer((body) => {
	const [system, user] = body.messages as { content: string }[];
	const digit = Number(/(\d)\.\n<\/response>/u.exec(user?.content ?? "")?.[1] ?? 0);
	const score = Math.min(5, 1 + (digit % 5) + (body.model === "kind" ? 1 : 0));
	const feedback = system?.content ?? "";
	return { body: { choices: [{ finish_reason: "stop", message: { content: JSON.stringify({ feedback, score }) } }] } };
});
after(() => judges.close());

const rows = Array.from({ length: 40 }, (_, at) => ({
	id: `r${at}`,
	model: at % 2 === 0 ? "a" : "b",
	language: at < 30 ? "de" : "cs",
	prompt: `Frage ${at}`,
	response: `Die Antwort ist ${at}.`,
}));
await writeFile(join(folder, "data.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));

const price = { inputPerMillion: 1, outputPerMillion: 2, currency: "EUR", asOf: "2026-11-25" };
const teacher = (name: string) => ({ name, baseUrl: judges.baseUrl, model: name, price });
const project = (measure: object) =>
	writeFile(join(folder, "polyglot.json"), JSON.stringify({ teachers: [teacher("strict"), teacher("kind")], measure }));
await project({});

const keyOf = (row: object) => {
	const { sample } = readShape(row);
	if (!sample) throw new Error("The row is no sample.");
	return sampleKey(contentKey(sample));
};

test("judges are held against people where the review file holds their ratings", async () => {
	const rating = (at: number) => Math.min(5, 1 + (at % 5)) as 1 | 2 | 3 | 4 | 5;
	const at = "2026-11-25T00:00:00.000Z";
	const review = await ReviewFile.open(folder);
	await review.decide({ sample: keyOf(rows[0] ?? {}), decision: "accepted", at });
	for (const [nth, row] of rows.slice(0, 35).entries())
		await review.rate({ sample: keyOf(row), decision: "rated", rating: rating(nth), at });
	await review.close();
	const { calibration, agreement, warnings } = await report("data.jsonl", "--judge", "strict", "--judge", "kind");
	const [strict, kind] = calibration ?? [];
	assert.deepEqual([strict?.n, strict?.bias, strict?.error, strict?.equal, strict?.alpha], [35, 0, 0, 1, 1]);
	// One more than right, but never above 5: four of five ratings.
	assert.ok(Math.abs((kind?.bias ?? 0) - 0.8) < 1e-12 && kind?.within_one === 1 && (kind.alpha ?? 1) < 0.9);
	assert.deepEqual(
		strict?.confusion.map((row) => row.reduce((sum, count) => sum + count)),
		[7, 7, 7, 7, 7],
	);
	assert.deepEqual([agreement?.n, agreement?.by_row.map(({ n }) => n)], [40, [5, 15, 5, 15]]);
	assert.ok(!warnings.some((warning) => /rated by people/.test(warning)), warnings.join());
	const decisions = await ReviewFile.open(folder);
	assert.ok(decisions.decisions.isAccepted(Number.parseInt(keyOf(rows[0] ?? {}), 36)), "decisions stay as they were");
	const { stdout } = await polyglotMeasure("data.jsonl", "--judge", "strict");
	assert.match(stdout, /Beside people: strict at .* on 35 samples that people rated/);
	assert.match(stdout, /judge − human 0\.00, mean error 0\.00, equal 100\.0 %/);
});

test("the project's own rubrics are read by its languages, and named by their hash", async () => {
	await project({ judges: ["strict"], rubrics: { de: "Nur auf Deutsch.", "*": "Whatever else." } });
	const before = judges.requests.length;
	const { rows: measured } = await report("data.jsonl");
	const systems = judges.requests.slice(before).map(({ body }) => (body.messages as { content: string }[])[0]?.content);
	assert.deepEqual([...new Set(systems)].sort(), ["Nur auf Deutsch.", "Whatever else."]);
	assert.equal(systems.filter((one) => one === "Nur auf Deutsch.").length, 30);
	assert.match(measured[0]?.judge_model ?? "", /^strict at .*, rubric [0-9a-f]{12}$/);
	const offline = await report("data.jsonl", "--offline");
	assert.deepEqual([offline.rows[0]?.judge_model, judges.requests.length], [null, before + 40]);
	const { code, stderr } = await polyglotMeasure("data.jsonl", "--offline", "--judge", "strict");
	assert.deepEqual([code, /--offline asks nobody, and so not strict/.test(stderr.join())], [2, true]);
	await project({});
});

test("an estimate says what would be asked, and asks nobody", async () => {
	const before = judges.requests.length;
	const { stdout } = await polyglotMeasure(
		"data.jsonl",
		"--judge",
		"kind",
		"--by",
		"teacher",
		"--estimate",
		"--format",
		"json",
	);
	const estimate = MeasureEstimate.parse(JSON.parse(stdout));
	assert.deepEqual([estimate.rows, estimate.backends[0]?.cached, judges.requests.length], [40, 40, before]);
	const { stdout: text } = await polyglotMeasure("data.jsonl", "--judge", "practice-judge", "--estimate");
	assert.match(text, /40 of 40 lines would be measured; nobody was asked\./);
	assert.match(text, /40 to 48 calls for 40 values, 0 more are known/);
});

test("each sample can be had as a line of its own", async () => {
	const { stdout, code } = await polyglotMeasure("data.jsonl", "--judge", "strict", "--format", "samples");
	const samples = stdout
		.trimEnd()
		.split("\n")
		.map((line) => SampleValues.parse(JSON.parse(line)));
	assert.deepEqual([code, samples.length, samples[7]?.id, samples[7]?.line], [0, 40, "r7", 8]);
	assert.deepEqual(
		samples.slice(0, 6).map(({ ratings }) => ratings),
		[[1], [2], [3], [4], [5], [1]],
	);
	assert.ok(samples.every(({ response, x }) => response?.gain !== null && x !== null));
});

test("a budget in another currency, or without an amount, is refused", async () => {
	for (const [budget, reason] of [
		["5", /give an amount above 0 and a currency/],
		["5 USD", /strict has no price in USD/],
	] as const) {
		const { code, stderr } = await polyglotMeasure("data.jsonl", "--judge", "strict", "--budget", budget);
		assert.equal(code, 2);
		assert.match(stderr.join(), reason);
	}
});

test("the trainer measures perplexity from the command line, practice's own where none is named", async () => {
	const { rows: measured, warnings } = await report(
		"data.jsonl",
		"--scorer",
		"trainer:practice-base",
		"--by",
		"language",
	);
	const [cs, de] = measured;
	assert.deepEqual([cs?.perplexity_of_responses.n, de?.perplexity_of_responses.n], [10, 30]);
	assert.match(de?.perplexity_model ?? "", /^practice-base on practice-trainer, prompt \+ "" \+ response$/);
	assert.ok((de?.perplexity ?? 0) > 1 && (de?.perplexity_of_responses.bits_per_byte ?? 0) > 0);
	assert.ok(warnings.some((warning) => /is practice: byte n-grams, not a language model/.test(warning)));
	const { stderr, code } = await polyglotMeasure("data.jsonl", "--scorer", "trainer:llama");
	assert.equal(code, 2);
	assert.match(stderr.join(), /it has no model llama\. It offers practice-base/);
});
