/** Speed, recall and precision of near-duplicate search on generated text in eight languages with planted pairs. */
import { performance } from "node:perf_hooks";
import { createTextFolder } from "../../server/core/near-duplicates/fold-text.ts";
import { findNearDuplicates, type NearDuplicates } from "../../server/core/near-duplicates/near-duplicates.ts";
import { hashShingles, shingleWidths } from "../../server/core/near-duplicates/shingles.ts";
import { collectSignatures } from "../../server/core/near-duplicates/signature-columns.ts";
import {
	type LanguageCode,
	languageCodes,
	type Plant,
	type PlantedTexts,
	plantTexts,
	seededRandom,
} from "../core/near-duplicates/planted-texts.ts";
import type { Bench, BenchRow } from "./main.ts";

const sampleCount = 350_000;
const sampleLength = 500;
const targets: readonly { readonly edits: number; readonly recall: number | null }[] = [
	{ edits: 0, recall: 1 },
	{ edits: 0.05, recall: null },
	{ edits: 0.1, recall: 0.97 },
	{ edits: 0.2, recall: 0.83 },
	{ edits: 0.3, recall: null },
];

export async function run(): Promise<Bench> {
	const planted = plantTexts(
		sampleCount,
		sampleLength,
		targets.map((target) => target.edits),
		1,
	);
	const { found, seconds, megabytes } = timed(planted);
	const total = seconds.sign + seconds.find;
	return {
		name: "near duplicates: 350,000 generated samples of 500 characters, 8 languages, 14,000 planted pairs, one core",
		rows: [
			{ what: "signatures", measured: `${seconds.sign.toFixed(2)} s`, target: "", ok: null },
			{ what: "buckets and comparisons", measured: `${seconds.find.toFixed(2)} s`, target: "", ok: null },
			{ what: "both", measured: `${total.toFixed(2)} s`, target: "≤ 15 s on two cores", ok: total <= 15 },
			{ what: "both, processor time", measured: `${seconds.processor.toFixed(2)} s`, target: "", ok: null },
			{ what: "memory of signatures and tables", measured: `${megabytes} MB`, target: "", ok: null },
			...targets.map(({ edits, recall }) => recallRow(planted.plants, found, edits, recall)),
			...precisionRows(planted, found),
		],
	};
}

function timed({ texts }: PlantedTexts) {
	const before = process.memoryUsage().arrayBuffers;
	const processor = process.cpuUsage();
	const start = performance.now();
	const collector = collectSignatures(texts.length);
	for (const text of texts) collector.add(text);
	const columns = collector.finish();
	const signed = performance.now();
	const found = findNearDuplicates(columns);
	const end = performance.now();
	const { user, system } = process.cpuUsage(processor);
	return {
		found,
		seconds: { sign: (signed - start) / 1000, find: (end - signed) / 1000, processor: (user + system) / 1e6 },
		megabytes: Math.round((process.memoryUsage().arrayBuffers - before) / 1e6),
	};
}

function recallRow(plants: readonly Plant[], found: NearDuplicates, edits: number, target: number | null): BenchRow {
	const asked = plants.filter((plant) => plant.edits === edits);
	const all = recallOf(asked, found);
	const worst = languageCodes
		.map((language): [number, LanguageCode] => [recallOf(ofLanguage(asked, language), found), language])
		.reduce((a, b) => (a[0] <= b[0] ? a : b));
	return {
		what: edits === 0 ? "recall, copies" : `recall, ${edits * 100} % of words replaced`,
		measured: `${all.toFixed(3)} (least: ${worst[1]} ${worst[0].toFixed(3)})`,
		target: target === null ? "" : `≥ ${target}`,
		ok: target === null ? null : all >= target,
	};
}

const ofLanguage = (plants: readonly Plant[], language: LanguageCode) =>
	plants.filter((plant) => plant.language === language);

function recallOf(plants: readonly Plant[], found: NearDuplicates): number {
	const hits = plants.filter((plant) => found.pairsOf(plant.later).some((pair) => pair.earlier === plant.earlier));
	return hits.length / plants.length;
}

function precisionRows({ texts, languages }: PlantedTexts, found: NearDuplicates): BenchRow[] {
	const shingles = shingleSets();
	const jaccardOf = (a: number, b: number) => jaccard(shingles(texts[a] ?? ""), shingles(texts[b] ?? ""));
	const exact = texts.flatMap((_, row) => found.pairsOf(row).map((pair) => jaccardOf(pair.earlier, row)));
	exact.sort((a, b) => a - b);
	const low = exact.filter((value) => value < 0.4).length / exact.length;
	const at = (share: number) => (exact[Math.floor(share * exact.length)] ?? Number.NaN).toFixed(2);
	const strangers = strangersOf(languages).map(([a, b]) => jaccardOf(a, b));
	const mean = strangers.reduce((sum, value) => sum + value, 0) / strangers.length;
	return [
		{ what: "pairs found", measured: `${exact.length}, ${found.cutRows} rows cut short`, target: "", ok: null },
		{
			what: "exact Jaccard of pairs, 5th percentile, median",
			measured: `${at(0.05)}, ${at(0.5)}`,
			target: "",
			ok: null,
		},
		{
			what: "pairs below exact Jaccard 0.4",
			measured: `${(low * 100).toFixed(1)} %`,
			target: "≤ 4 %",
			ok: low <= 0.04,
		},
		{ what: "mean Jaccard of random pairs of one language", measured: mean.toFixed(3), target: "", ok: null },
	];
}

/** 2,000 random rows, each with the next row of its language. */
function strangersOf(languages: readonly LanguageCode[]): [number, number][] {
	const random = seededRandom(2);
	return Array.from({ length: 2000 }, () => {
		const row = Math.floor(random() * (languages.length / 2));
		return [row, languages.indexOf(languages[row] ?? "en", row + 1)];
	});
}

function shingleSets(): (text: string) => Set<number> {
	const folder = createTextFolder();
	const widths = shingleWidths();
	return (text) => {
		const units = folder.fold(text);
		const hashes = new Int32Array(units.length);
		return new Set(hashes.subarray(0, hashShingles(units, widths, hashes)));
	};
}

function jaccard(a: Set<number>, b: Set<number>): number {
	let shared = 0;
	for (const hash of a) if (b.has(hash)) shared += 1;
	return shared / (a.size + b.size - shared);
}
