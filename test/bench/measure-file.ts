/** Measures a generated file of 350,000 samples offline, and prints rows of the bench. Run by `measure.ts` on its own. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { seededRandom } from "../../server/core/generate/seeded-random.ts";
import { measureDataset } from "../../server/node/measure-dataset.ts";
import type { BenchRow } from "./main.ts";

const samples = 350_000;
const languages = ["ar", "cs", "de", "en", "es", "id", "ja", "tl"] as const;
const promptLength = 100;
const responseLength = 400;

/** Words of the practice seeds of a language in random order; single characters where no spaces part them. */
function writer(language: string, random: () => number): (length: number) => string {
	const seeds = readFileSync(new URL(`../../media/practice/${language}.jsonl`, import.meta.url), "utf8");
	const texts = seeds
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line).response as string);
	const isSpaced = language !== "ja";
	const words = [...new Set(texts.flatMap((text) => (isSpaced ? text.split(/\s+/u) : (text.match(/.{1,3}/gu) ?? []))))];
	return (length) => {
		let text = "";
		while (text.length < length) text += `${words[Math.floor(random() * words.length)]}${isSpaced ? " " : ""}`;
		return text.slice(0, length).toWellFormed();
	};
}

function writeFile(path: string): void {
	const random = seededRandom("bench measure file");
	const writers = languages.map((language) => ({ language, write: writer(language, random) }));
	const file = openSync(path, "w");
	let lines = "";
	for (let at = 0; at < samples; at += 1) {
		const { language, write } = writers[at % writers.length] ?? { language: "de", write: () => "" };
		const row = {
			id: `${at}`,
			model: `teacher-${at % 3}`,
			language,
			prompt: write(promptLength),
			response: write(responseLength),
		};
		lines += `${JSON.stringify(row)}\n`;
		if (lines.length > 1 << 20) {
			writeSync(file, lines);
			lines = "";
		}
	}
	writeSync(file, lines);
	closeSync(file);
}

const path = join(process.argv[2] ?? "", "samples.jsonl");
writeFile(path);
const start = performance.now();
const before = process.cpuUsage();
const { report } = await measureDataset(
	{
		files: [{ path, name: "samples.jsonl" }],
		by: ["teacher", "language"],
		draw: null,
		embeddings: null,
		judges: [],
		scorer: null,
		tokenizer: null,
		hasNoise: true,
		isPaperCompatible: false,
	},
	new AbortController().signal,
);
const seconds = (performance.now() - start) / 1000;
const cpu = process.cpuUsage(before);
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const gigabytes = process.resourceUsage().maxRSS / 2 ** 20;
rmSync(path);
const measured = report.rows.filter((row) => row.responses.distinct_ri.stderr !== null).length;
const rows: BenchRow[] = [
	{
		what: `${samples.toLocaleString("en")} samples of ${promptLength} + ${responseLength} characters: lexical diversity with errors, lengths, exact and near duplicates, noise score, ${measured} groups`,
		measured: `${seconds.toFixed(0)} s on two threads, ${cpuSeconds.toFixed(0)} s of their time, ${gigabytes.toFixed(2)} GiB`,
		target: "≤ 150 s, ≤ 1.5 GB",
		ok: seconds <= 150 && gigabytes <= 1.4,
	},
];
console.log(JSON.stringify(rows));
