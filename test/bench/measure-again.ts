/** Measuring again after one of 10,000 rows was edited: what is asked, and how long it takes. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { hash32, seededRandom } from "../../server/core/generate/seeded-random.ts";
import { DiversitySum } from "../../server/core/measure/diversity-sum.ts";
import { Jackknife } from "../../server/core/measure/jackknife.ts";
import { EndpointSource } from "../../server/node/embedding-endpoint.ts";
import { MeasureCache, vectorCodec } from "../../server/node/measure-cache.ts";
import { measureDataset } from "../../server/node/measure-dataset.ts";
import { measuringServer } from "../node/measuring-server.ts";
import type { BenchRow } from "./main.ts";

const rows = 10_000;
const width = 1_024;

/** `folder` holds cache and dataset. */
export async function measuredAgain(folder: string): Promise<BenchRow[]> {
	const server = await measuringServer((body) => {
		const embedding = (text: string) =>
			Array.from({ length: width }, (_, at) => Math.sin((at + 1) * (hash32(text) % 9_973)));
		return { body: { data: (body.input as string[]).map((text, index) => ({ index, embedding: embedding(text) })) } };
	});
	const cache = await MeasureCache.open(join(folder, "embeddings.jsonl"), vectorCodec);
	try {
		const source = new EndpointSource({ endpoint: server.endpoint(), model: "m", cache });
		await source.prepare(new AbortController().signal);
		const texts = answers();
		await diversityOf(source, texts);
		texts[rows / 2] = "Geändert 7 von Hand";
		const again = await timed(() => diversityOf(source, texts), server.requests);
		await report(source, folder, texts);
		texts[rows / 4] = "Noch einmal von Hand geändert";
		const whole = await timed(() => report(source, folder, texts), server.requests);
		return [
			{
				what: `diversity with its error again after 1 of ${rows.toLocaleString("en")} rows was edited`,
				measured: `${again.ms.toFixed(0)} ms, ${again.calls} call`,
				target: "≤ 200 ms, 1 call",
				ok: again.ms <= 200 && again.calls === 1,
			},
			{
				what: "the whole report again: file, lengths, duplicates, diversity of prompts and responses",
				measured: `${whole.ms.toFixed(0)} ms, ${whole.calls} call`,
				target: "1 call",
				ok: whole.calls === 1,
			},
		];
	} finally {
		await cache.close();
		await server.close();
	}
}

/** Words of the German practice seeds in random order, some 450 characters a text. */
function answers(): string[] {
	const seeds = readFileSync(new URL("../../media/practice/de.jsonl", import.meta.url), "utf8")
		.trim()
		.split("\n");
	const words = [...new Set(seeds.flatMap((line) => String(JSON.parse(line).response).split(/\s+/u)))];
	const random = seededRandom("measured again");
	return Array.from({ length: rows }, () =>
		Array.from({ length: 70 }, () => words[Math.floor(random() * words.length)]).join(" "),
	);
}

async function timed(run: () => Promise<void>, requests: readonly unknown[]) {
	const before = requests.length;
	const start = performance.now();
	await run();
	return { ms: performance.now() - start, calls: requests.length - before };
}

/** The value and its standard error. */
async function diversityOf(source: EndpointSource, texts: readonly string[]): Promise<void> {
	const sum = new DiversitySum(source.dimensions);
	const jackknife = new Jackknife();
	const handles = await source.fetch(texts, new AbortController().signal);
	const vectorOf = async (handle: number) => {
		const found = source.vector(handle);
		return (found instanceof Promise ? await found : found) ?? [];
	};
	for (const handle of handles) sum.add(await vectorOf(handle));
	for (const handle of handles) jackknife.add(sum.alignment(await vectorOf(handle)) ?? Number.NaN);
	if (sum.count !== texts.length || jackknife.standardError() === null) throw new Error("Not all rows were measured.");
}

async function report(source: EndpointSource, folder: string, texts: readonly string[]): Promise<void> {
	const path = join(folder, "edited.jsonl");
	const lines = texts.map((response, at) =>
		JSON.stringify({ id: `${at}`, model: "t", language: "de", prompt: `Frage ${at % 900}`, response }),
	);
	await writeFile(path, lines.join("\n"));
	const { report: measured } = await measureDataset(
		{
			...{ files: [{ path, name: "edited" }], by: ["teacher", "language"], draw: null, embeddings: source, judges: [] },
			...{ scorer: null, tokenizer: null, hasNoise: false, isPaperCompatible: false },
		},
		new AbortController().signal,
	);
	if (measured.rows[0]?.responses.distinct_ri.n !== rows) throw new Error("Not all rows were measured.");
}
