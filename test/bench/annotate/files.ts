/** `polyglot annotate` over a whole dataset, on all cores, and beside it the same filters in datatrove. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { annotateLine } from "../../../server/core/annotate.ts";
import { defaultOptions } from "../../core/checks/annotations.ts";
import { seededRandom } from "../../core/near-duplicates/planted-texts.ts";
import type { BenchRow } from "../main.ts";
import { compareWithDatatrove } from "./datatrove.ts";
import { cpuText, type ProcessUse, useOf } from "./process-use.ts";
import { sampleLine } from "./sample-lines.ts";

/** `POLYGLOT_BENCH_SAMPLES` makes the dataset smaller; the target is scaled with it. */
const whole = Number(process.env.POLYGLOT_BENCH_SAMPLES ?? 350_000);
const wholeSeconds = (240 * whole) / 350_000;
const compared = 8000;
const answerLength = 500;
const cli = fileURLToPath(new URL("../../../server/cli.ts", import.meta.url));

export async function fileRows(): Promise<BenchRow[]> {
	const folder = mkdtempSync(join(tmpdir(), "bench-annotate-"));
	try {
		const path = join(folder, "samples.jsonl");
		await writeSamples(path, whole);
		const { seconds, before, use } = await annotate(path);
		const peakBytes = use?.peakBytes ?? null;
		const few = join(folder, "few.jsonl");
		const lines = await writeSamples(few, compared);
		const rate = ratePerSecond(lines);
		return [
			{
				what: `all checks over ${whole} samples of ${answerLength} characters, ${availableParallelism()} cores`,
				measured: `${seconds.toFixed(0)} s, ${Math.round(whole / seconds)} a second${cpuText(before, use)}`,
				target: `≤ ${wholeSeconds.toFixed(0)} s`,
				ok: seconds <= wholeSeconds,
			},
			{
				what: "their memory at most, all threads",
				measured: peakBytes === null ? "unknown here" : `${(peakBytes / 1e9).toFixed(2)} GB`,
				target: "≤ 1.5 GB",
				ok: peakBytes === null ? null : peakBytes <= 1.5e9,
			},
			{
				what: `all checks of a sample by itself, ${compared} samples, one thread`,
				measured: `${Math.round(rate)} a second`,
				target: "",
				ok: null,
			},
			...compareWithDatatrove(few, rate),
		];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

async function writeSamples(path: string, count: number): Promise<string[]> {
	const random = seededRandom(2);
	const file = await open(path, "w");
	const kept: string[] = [];
	for (let written = 0; written < count; ) {
		const block = Array.from({ length: Math.min(5000, count - written) }, (_, at) =>
			sampleLine(written + at, answerLength, random),
		);
		await file.writeFile(`${block.join("\n")}\n`);
		written += block.length;
		if (count <= compared) kept.push(...block);
	}
	await file.close();
	return kept;
}

/** CPU time, so that others on the machine do not count; the first lines only warm the compiler up. */
function ratePerSecond(lines: readonly string[]): number {
	for (const line of lines.slice(0, 500)) annotateLine(line, defaultOptions);
	const before = process.cpuUsage();
	for (const line of lines) annotateLine(line, defaultOptions);
	const { user, system } = process.cpuUsage(before);
	return (lines.length * 1e6) / (user + system);
}

async function annotate(path: string) {
	const started = performance.now();
	const child = spawn(process.execPath, [cli, "annotate", path, "--format", "json"], {
		stdio: ["ignore", "ignore", "inherit"],
	});
	const before = useOf(child.pid);
	let use: ProcessUse | null = null;
	const watch = setInterval(() => {
		use = useOf(child.pid) ?? use;
	}, 200);
	const [code] = await once(child, "exit");
	clearInterval(watch);
	if (code !== 0) throw new Error(`polyglot annotate ended with ${code}.`);
	return { seconds: (performance.now() - started) / 1000, before, use: use as ProcessUse | null };
}
