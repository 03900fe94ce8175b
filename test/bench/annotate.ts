/** Speed of review in the editor and over files, and how well wrong languages are found, on the practice texts. */
import { performance } from "node:perf_hooks";
import { annotateLine } from "../../server/core/annotate.ts";
import { AnnotatedFile } from "../../server/language/annotated-file.ts";
import { diagnosticsOf } from "../../server/language/diagnostics.ts";
import { hoverAt } from "../../server/language/hover.ts";
import { LineDocument } from "../../server/language/line-document.ts";
import { Review } from "../../server/language/review.ts";
import { defaultOptions } from "../core/checks/annotations.ts";
import { seedAt, testLanguages } from "../core/checks/practice-seeds.ts";
import { seededRandom } from "../core/near-duplicates/planted-texts.ts";
import type { Bench, BenchRow } from "./main.ts";

const opened = 10_000;
const keystrokes = 200;
const checked = 8000;
const whole = 350_000;

export async function run(): Promise<Bench> {
	const rows = [...editorRows(), ...fileRows(), ...languageRows()];
	return { name: "review: practice texts in 8 languages, one core; text the tests use as well", rows };
}

/** A sample of about `length` characters: an own mix of sentences, so that no two lines are the same. */
function sampleLine(index: number, length: number, random: () => number): string {
	const language = testLanguages[index % testLanguages.length] ?? "de";
	const sentences: string[] = [];
	for (let size = 0; size < length; ) {
		const { response } = seedAt(language, Math.floor(random() * 120));
		const parts = response.split(/(?<=[.。؟!?])\s*/u);
		const part = parts[Math.floor(random() * parts.length)] ?? response;
		sentences.push(part);
		size += part.length;
	}
	const { prompt } = seedAt(language, Math.floor(random() * 120));
	return JSON.stringify({
		id: String(index),
		language,
		strategy: "respond",
		model: "bench",
		prompt,
		response: sentences.join(" "),
	});
}

function editorRows(): BenchRow[] {
	const random = seededRandom(1);
	const lines = Array.from({ length: opened }, (_, index) => sampleLine(index, 700, random));
	const runtime = { env: {}, mediaFolder: "/", now: performance.now.bind(performance), log: () => {} };
	const review = new Review(runtime, () => defaultOptions);
	const started = performance.now();
	const file = new AnnotatedFile(
		new LineDocument("file:///bench.jsonl", "jsonl", 1, `${lines.join("\n")}\n`),
		defaultOptions,
	);
	file.readUntil(started + 15, runtime.now);
	diagnosticsOf(file, review, "/");
	const first = performance.now() - started;
	file.readUntil(Number.POSITIVE_INFINITY, runtime.now);
	diagnosticsOf(file, review, "/");
	const pass = performance.now() - started;
	for (const _ of file.searchNearDuplicates());
	diagnosticsOf(file, review, "/");
	const everything = performance.now() - started;
	const keys = timesOf(keystrokes, (index) => {
		const line = Math.floor(random() * opened);
		const character = file.text(line).length - 3;
		file.change([{ range: { start: { line, character }, end: { line, character } }, text: "x" }], index + 2);
		file.readUntil(Number.POSITIVE_INFINITY, runtime.now);
		diagnosticsOf(file, review, "/");
	});
	const hovers = timesOf(
		keystrokes,
		() => void hoverAt(file, { line: Math.floor(random() * opened), character: 5 }, true),
	);
	const bytes = Math.round(Buffer.byteLength(lines.join("\n")) / opened);
	return [
		{ what: `${opened} samples of ${bytes} bytes: first diagnostics`, ...milliseconds(first, 500) },
		{ what: "first pass over all", ...milliseconds(pass, 3000) },
		{ what: "everything, near duplicates too", ...milliseconds(everything, 10_000) },
		{ what: `keystroke to diagnostics, p95 of ${keystrokes}`, ...milliseconds(p95(keys), 50) },
		{ what: `hover, p95 of ${keystrokes}`, ...milliseconds(p95(hovers), 20) },
	];
}

function fileRows(): BenchRow[] {
	const random = seededRandom(2);
	const lines = Array.from({ length: checked }, (_, index) => sampleLine(index, 500, random));
	const started = performance.now();
	for (const line of lines) annotateLine(line, defaultOptions);
	const seconds = (performance.now() - started) / 1000;
	const rate = checked / seconds;
	return [
		{
			what: `all checks of a sample by itself, ${checked} of 500 characters`,
			measured: `${Math.round(rate)} a second; ${whole} would take ${Math.round(whole / rate)} s on one core`,
			target: "240 s on two cores",
			ok: whole / rate / 2 <= 240,
		},
	];
}

/** Ten in a hundred answers come from another of the eight languages; the rest are as they were. */
function languageRows(): BenchRow[] {
	const random = seededRandom(3);
	let found = 0;
	let wrong = 0;
	let falseAlarms = 0;
	let good = 0;
	for (const language of testLanguages) {
		for (let index = 0; index < 1200; index += 1) {
			const isWrong = index % 10 === 0;
			const others = testLanguages.filter((other) => other !== language);
			const from = isWrong ? (others[Math.floor(random() * others.length)] ?? language) : language;
			const { prompt } = seedAt(language, index % 120);
			const { response } = seedAt(from, (index * 7) % 120);
			const { findings } = annotateLine(JSON.stringify({ language, prompt, response }), defaultOptions);
			const isFound = findings.some(({ code }) => code === "language-mismatch");
			if (isWrong) wrong += 1;
			else good += 1;
			if (isFound && isWrong) found += 1;
			if (isFound && !isWrong) falseAlarms += 1;
		}
	}
	const recall = found / wrong;
	const precision = found / Math.max(1, found + falseAlarms);
	return [
		{
			what: `wrong language, ${wrong} of ${wrong + good}: recall`,
			measured: recall.toFixed(3),
			target: "0.98",
			ok: recall >= 0.98,
		},
		{ what: "wrong language: precision", measured: precision.toFixed(3), target: "0.97", ok: precision >= 0.97 },
	];
}

function timesOf(count: number, work: (index: number) => void): number[] {
	return Array.from({ length: count }, (_, index) => {
		const started = performance.now();
		work(index);
		return performance.now() - started;
	});
}

function p95(times: readonly number[]): number {
	return [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
}

function milliseconds(value: number, target: number): Pick<BenchRow, string> {
	return { measured: `${value.toFixed(1)} ms`, target: `${target} ms`, ok: value <= target };
}
