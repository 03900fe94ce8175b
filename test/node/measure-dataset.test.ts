import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { MeasureReport } from "../../server/core/measure/measure-report.ts";
import type { MeasuredRow } from "../../server/core/measure/measured-row.ts";
import { SampleValues } from "../../server/core/measure/sample-values.ts";
import { EndpointSource } from "../../server/node/embedding-endpoint.ts";
import { MeasureCache, vectorCodec } from "../../server/node/measure-cache.ts";
import { type MeasureRequest, measureDataset } from "../../server/node/measure-dataset.ts";
import { measuringServer } from "./measuring-server.ts";

const folder = await mkdtemp(join(tmpdir(), "measure-dataset-"));
const never = new AbortController().signal;

async function request(
	name: string,
	rows: readonly object[],
	rest: Partial<MeasureRequest> = {},
): Promise<MeasureRequest> {
	const path = join(folder, `${name}.jsonl`);
	await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
	return {
		...{ files: [{ path, name }], by: ["teacher", "language"], draw: null, embeddings: null, judges: [], scorer: null },
		...{ tokenizer: null, hasNoise: true, isPaperCompatible: false, hasDetails: true, ...rest },
	};
}

/** The practice seeds of five languages, as if by two teachers; every twentieth response is somebody else's. */
async function manyRows(): Promise<object[]> {
	const rows: { response: string; prompt: string; language: string; model: string; id: string }[] = [];
	for (const language of ["ar", "cs", "de", "ja", "es"]) {
		const text = await readFile(new URL(`../../media/practice/${language}.jsonl`, import.meta.url), "utf8");
		for (const [at, line] of text.trim().split("\n").entries()) {
			const { prompt, response } = JSON.parse(line);
			const copied = at % 20 === 19 ? rows.at(-3)?.response : response;
			rows.push({ id: `${language}-${at}`, model: at % 3 === 0 ? "a" : "b", language, prompt, response: copied });
		}
	}
	return rows;
}

const rows = await manyRows();

/** The numbers of a row, near enough to each other. */
function same(left: MeasuredRow | undefined, right: MeasuredRow | undefined): void {
	const numbers = (row: MeasuredRow | undefined) =>
		[row?.prompts, row?.responses].flatMap((texts) => [
			texts?.distinct_ri.value,
			texts?.distinct_ri.stderr,
			texts?.near_duplicate_share.value,
			texts?.length_tokens.value,
			row?.noise.value,
			row?.noise.noisy_share,
		]);
	for (const [at, value] of numbers(left).entries()) {
		const other = numbers(right)[at] ?? Number.NaN;
		assert.ok(value === other || Math.abs((value ?? Number.NaN) - other) < 1e-12, `${value} and ${other}`);
	}
}

const nearestOf = (samples: Iterable<SampleValues> | null) =>
	[...(samples ?? [])].map(({ prompt, response }) => [prompt?.nearest, response?.nearest]);

test("two threads come to the same numbers as one, whatever the machine", async () => {
	const asked = await request("threads", rows);
	const alone = await measureDataset({ ...asked, hasThreads: false }, never);
	const shared = await measureDataset({ ...asked, hasThreads: true }, never);
	assert.equal(shared.report.rows.length, 10);
	for (const [at, row] of alone.report.rows.entries()) same(row, shared.report.rows[at]);
	assert.deepEqual(
		shared.report.rows.map(({ sample }) => sample.sha256),
		alone.report.rows.map(({ sample }) => sample.sha256),
	);
	assert.deepEqual(nearestOf(shared.samples), nearestOf(alone.samples));
});

test("every sample has its values: what it adds, whom it resembles, where it lies", async () => {
	const { report, samples } = await measureDataset(await request("details", rows), never);
	assert.equal(samples?.count, rows.length);
	const all = [...(samples ?? [])].map((one) => SampleValues.parse(one));
	const [first] = all;
	assert.deepEqual([first?.line, first?.id, first?.file], [1, "ar-0", 0]);
	assert.deepEqual(samples?.ofLine(0, 1), first);
	assert.equal(samples?.ofLine(0, rows.length + 1), undefined);
	assert.ok(all.every(({ x, y }) => x !== null && y !== null));
	assert.ok(report.map && report.map.points === rows.length && report.map.explained[0] >= report.map.explained[1]);
	assert.match(report.map.backend, /^lexical-.*random projection to 128 dimensions$/);
	const copies = all.filter(({ response }) => response?.nearest?.isExact);
	assert.ok(copies.length > 5 && copies.every(({ response, row }) => (response?.nearest?.row ?? row) < row));
});

test("a sample's gain is what leaving it out changes, and its distance averages to the group's diversity", async () => {
	const group = rows.filter((row) => "language" in row && row.language === "de").slice(0, 12);
	const asked = await request("gain", group, { by: [] });
	const { report, samples } = await measureDataset(asked, never);
	const whole = report.rows[0]?.responses_distinct_ri ?? Number.NaN;
	const values = [...(samples ?? [])].map(({ response }) => response);
	const mean = values.reduce((sum, one) => sum + (one?.distance ?? Number.NaN), 0) / values.length;
	assert.ok(Math.abs(mean - whole) < 1e-12, `${mean} ${whole}`);
	// The jackknife's standard error, from the gains themselves.
	const without = values.map((one) => whole - (one?.gain ?? Number.NaN));
	const centre = without.reduce((sum, value) => sum + value, 0) / without.length;
	const squares = without.reduce((sum, value) => sum + (value - centre) ** 2, 0);
	const expected = Math.sqrt(((without.length - 1) / without.length) * squares);
	assert.ok(Math.abs(expected - (report.rows[0]?.responses.distinct_ri.stderr ?? Number.NaN)) < 1e-12);
});

async function endpoint(context: TestContext, vectorOf: (text: string) => unknown, room?: number) {
	const server = await measuringServer((body) => ({
		body: { data: (body.input as string[]).map((text, index) => ({ index, embedding: vectorOf(text) })) },
	}));
	context.after(() => server.close());
	const cache = await MeasureCache.open(join(folder, `${Math.random()}.jsonl`), vectorCodec, room);
	context.after(() => cache.close());
	return { cache, source: new EndpointSource({ endpoint: server.endpoint(), model: "m", cache, speed: 1_000 }) };
}

test("vectors of an endpoint are measured in bounded memory, from disk where they don't fit", async (context) => {
	const vectorOf = (text: string) =>
		Array.from({ length: 64 }, (_, at) => Math.sin(at + text.length * 7 + text.charCodeAt(0)));
	const roomy = await endpoint(context, vectorOf);
	const tight = await endpoint(context, vectorOf, 4_000);
	const whole = await measureDataset(await request("roomy", rows, { embeddings: roomy.source }), never);
	const bounded = await measureDataset(await request("tight", rows, { embeddings: tight.source }), never);
	assert.ok(tight.cache.bytesKept <= 4_000 && tight.cache.size > 500, `${tight.cache.bytesKept} ${tight.cache.size}`);
	for (const [at, row] of whole.report.rows.entries()) same(row, bounded.report.rows[at]);
	assert.match(bounded.report.map?.backend ?? "", /^m at http:.*, 64 dimensions$/);
	assert.ok([...(bounded.samples ?? [])].every(({ response, x }) => response?.gain !== null && x !== null));
});

test("a file of hundreds of languages is measured in the memory of a hundred", async () => {
	const strange = Array.from({ length: 400 }, (_, at) => ({
		language: `language ${at % 350}`,
		prompt: `Frage ${at}`,
		response: `Antwort ${at}, und noch mehr.`,
	}));
	for (const hasThreads of [false, true]) {
		const { report, samples } = await measureDataset(await request("strange", strange, { by: [], hasThreads }), never);
		const [row] = report.rows;
		assert.deepEqual([row?.n, row?.responses.distinct_ri.n, row?.prompts.distinct_ri.missing], [400, 400, 0]);
		assert.ok((row?.noise.n ?? 0) > 0 && (row?.noise.n ?? 999) < 400);
		assert.ok([...(samples ?? [])].every(({ response }) => response?.distance !== null));
	}
});

test("no bytes of a file break a measurement", async () => {
	const texts = fc.oneof(
		fc.string({ unit: "binary", maxLength: 60 }),
		fc.constantFrom("", " ", "\ud800", "a\u0000b", "x".repeat(9_000)),
	);
	const sample = fc.record(
		{ id: texts, model: texts, language: texts, prompt: texts, response: texts, strategy: fc.anything() },
		{ requiredKeys: [] },
	);
	const line = fc.oneof(
		sample.map((row) => JSON.stringify(row)),
		fc.json(),
		texts,
	);
	const path = join(folder, "hostile.jsonl");
	const asked = await request("hostile", []);
	await fc.assert(
		fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
			// A file that is one array is refused as such, which is another test's business.
			await writeFile(path, ['{"prompt":"a","response":"b"}', ...lines].join("\n"));
			const { report, samples } = await measureDataset(asked, never);
			const counted = report.rows.reduce((sum, { n }) => sum + n, 0);
			assert.equal(counted + report.unreadable, report.lines);
			assert.equal(MeasureReport.parse(report).rows.length, report.rows.length);
			for (const one of samples ?? []) SampleValues.parse(one);
		}),
		{ numRuns: 40 },
	);
});

test("a run with 30 % bad vectors ends with honest numbers", async (context) => {
	const bad: readonly unknown[] = [[1, 2], [null, 1, 1], "AACAPwAAgD8AAIA/", [0, 0, 0]];
	let nth = 0;
	const { source } = await endpoint(context, (text) => {
		nth += 1;
		return nth > 2 && nth % 10 < 3 ? bad[nth % 4] : [text.length, text.charCodeAt(0), 1];
	});
	const { report } = await measureDataset(await request("bad", rows, { embeddings: source, by: [] }), never);
	const [row] = report.rows;
	const { n = 0, missing = 0, value, reason } = row?.responses.distinct_ri ?? {};
	assert.equal(n + missing, rows.length);
	assert.ok(missing > 0.2 * rows.length && missing < 0.4 * rows.length, `${missing} of ${rows.length}`);
	assert.ok(value !== null && /invalid embeddings left out/.test(reason ?? ""));
	assert.match(report.warnings.join(" "), /embeddings are missing: .* × /);
});
