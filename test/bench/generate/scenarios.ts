/** One function a scenario: sets up server and run, and says what was measured beside the target. */
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runFolder } from "../../../server/node/generate-folder.ts";
import { type GenerateOptions, resumeGenerateRun, startGenerateRun } from "../../../server/node/generate-run.ts";
import { type PracticeTeachers, startPracticeTeachers } from "../../../server/practice/teachers.ts";
import type { TeacherKnobs } from "../../../server/practice/teachers-knobs.ts";
import { killAndResume } from "../../node/generate-kill.ts";
import { asStranger, finishedRun, journalOf, mediaFolder, optionsFor, practiceSeeds } from "../../node/generate-rig.ts";
import type { BenchRow } from "../main.ts";
import { measuredInChild } from "./in-child.ts";

interface Stand {
	readonly server: PracticeTeachers;
	readonly options: GenerateOptions;
}

type Scenario = () => Promise<BenchRow[]>;

async function standing<T>(knobs: TeacherKnobs, use: (stand: Stand) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), "bench-generate-"));
	const server = await startPracticeTeachers({ mediaFolder, knobs: { numbered: true, ...knobs } });
	try {
		return await use({ server, options: optionsFor(folder, server.baseUrl, server.apiKey) });
	} finally {
		await server.close();
	}
}

const widened = (options: GenerateOptions, concurrency: number, count: number): GenerateOptions => ({
	...options,
	count,
	teachers: options.teachers.map((teacher) => ({ ...teacher, concurrency })),
});

const row = (scenario: string, measured: string, target: string, ok: boolean | null, others: string): BenchRow => ({
	scenario,
	measured,
	target,
	ok,
	others,
});

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
	const startedAt = performance.now();
	return [await work(), (performance.now() - startedAt) / 1000];
}

const capped: Scenario = () =>
	standing({ latencyMs: 200, cap: 20, retryAfterS: 1 }, async ({ server, options }) => {
		const [end, seconds] = await timed(() => finishedRun(widened(options, 100, 1_000)));
		const extra = (100 * (server.stats().attempts - 1_000)) / 1_000;
		const lost = 1_000 - end.accepted;
		const ratio = seconds / 10;
		const measured = `${lost} lost, ${extra.toFixed(1)} % extra, ${ratio.toFixed(2)} x ideal`;
		const others = "openai 7 with 2 retries: 204 lost, 86.6 % extra; with 10: 12 lost, 90 %, 1.47 x";
		return [
			row(
				"server cap 20, 100 allowed, 1,000 rows, 200 ms, Retry-After 1",
				measured,
				"0, <= 3 %, <= 1.5 x",
				lost === 0 && extra <= 3 && ratio <= 1.5,
				others,
			),
		];
	});

const cappedLongTail: Scenario = () =>
	standing({ latencyMs: { median: 100, p99: 3_000 }, cap: 20, retryAfterS: 1 }, async ({ server, options }) => {
		const [end, seconds] = await timed(() => finishedRun(widened(options, 100, 1_000)));
		const extra = (100 * (server.stats().attempts - 1_000)) / 1_000;
		return [
			row(
				"the same with log-normal latency (p50 0.1 s, p99 3 s)",
				`${1_000 - end.accepted} lost, ${extra.toFixed(1)} % extra, ${seconds.toFixed(1)} s`,
				"",
				null,
				"",
			),
		];
	});

/** Mean share of the limit in use from the first retry until too little work is left to fill it. */
const halfFail: Scenario = () =>
	standing({ latencyMs: 200, firstTry500: 0.5 }, async ({ server, options }) => {
		const shares: number[] = [];
		const run = await startGenerateRun(widened(options, 50, 800));
		const limitNow = () => run.monitor().lanes[0]?.limit ?? 50;
		const probe = setInterval(() => {
			const { repeats, served, inFlight } = server.stats();
			const limit = limitNow();
			if (repeats > 0 && 800 - served > 2 * limit) shares.push(inFlight / limit);
		}, 10);
		const end = await run.ended;
		clearInterval(probe);
		const busy = shares.reduce((sum, share) => sum + Math.min(1, share), 0) / Math.max(1, shares.length);
		const measured = `${Math.round(100 * busy)} % of the present limit busy, ${800 - end.accepted} lost, limit ${limitNow()} at the end`;
		return [
			row(
				"half of the first tries answer 500, limit 50, 800 rows",
				measured,
				">= 80 %",
				busy >= 0.8 && end.accepted === 800,
				"Curator: 4 %",
			),
		];
	});

const retryAfter =
	(seconds: number): Scenario =>
	() =>
		standing({ cap: 0, retryAfterS: seconds }, async ({ server, options }) => {
			const run = await startGenerateRun(widened(options, 8, 5));
			while (server.stats().attempts < 5) await new Promise((resolve) => setTimeout(resolve, 2));
			const before = server.stats().attempts;
			server.setKnobs({ numbered: true });
			const end = await run.ended;
			const { arrivalsMs } = server.stats();
			const waited = ((arrivalsMs[before] ?? 0) - (arrivalsMs[before - 1] ?? 0)) / 1000;
			const measured = `next request after ${waited.toFixed(2)} s, ${5 - end.accepted} lost`;
			// The server counts whole milliseconds.
			return [
				row(
					`Retry-After: ${seconds}`,
					measured,
					"nothing earlier",
					waited >= seconds - 0.002,
					seconds === 2 ? "Curator: 1.5 s" : "openai 7: 0.4 s for 61",
				),
			];
		});

const killed: Scenario = () =>
	standing({ latencyMs: 15 }, async ({ server, options }) => {
		const { lost, repeated, rows, resent, mostInFlight } = await killAndResume(options.folder, server, {
			count: 2_500,
			kills: 50,
		});
		const measured = `${lost} lost, ${repeated} repeated, ${rows} rows, ${resent} sent again of ${mostInFlight} in flight`;
		const ok = lost === 0 && repeated === 0 && rows === 2_500 && resent <= mostInFlight;
		return [
			row(
				"kill -9 at 50 random moments, 2,500 rows",
				measured,
				"0 lost; sent again <= in flight",
				ok,
				"Curator: 52 served answers not on disk at 50 in flight, one kill",
			),
		];
	});

const tornLine: Scenario = () =>
	standing({}, async ({ server, options }) => {
		const { runId } = await finishedRun({ ...options, count: 200 });
		const path = join(runFolder(options.folder, runId), "journal.jsonl");
		const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
		await writeFile(
			path,
			[...lines.slice(0, 50), "{garbage", ...lines.slice(51, -1), lines.at(-1)?.slice(0, 60)].join("\n"),
		);
		// While the rows still stand in the output nothing would have to run again.
		await rm(options.output);
		const before = server.stats().attempts;
		await (await resumeGenerateRun(runId, options)).ended;
		const again = server.stats().attempts - before;
		return [
			row(
				"one garbage and one torn journal line of 200, output deleted",
				`${again} requests ran again`,
				"2",
				again === 2,
				"Curator holds; Data Agora starts afresh",
			),
		];
	});

const changed: Scenario = () =>
	standing({}, async ({ server, options }) => {
		const seeds = join(options.folder, "seeds.jsonl");
		await writeFile(seeds, await readFile(practiceSeeds("en")));
		let turn = 0;
		const sent = async (change: Partial<GenerateOptions>) => {
			const before = server.stats().attempts;
			await finishedRun({
				...options,
				count: 100,
				seedFiles: [seeds],
				reuse: true,
				output: join(options.folder, `${turn++}.jsonl`),
				...change,
			});
			return server.stats().attempts - before;
		};
		await sent({});
		const prompt = await sent({ templates: { system: { "*": "Write {language} plainly." } } });
		const address = await sent({ teachers: options.teachers.map(asStranger) });
		await rename(seeds, `${seeds}.renamed`);
		const renamed = await sent({ seedFiles: [`${seeds}.renamed`] });
		const measured = `${prompt}, ${address}, ${renamed} of 100 sent again`;
		return [
			row(
				"changed system prompt, base URL, renamed seed file",
				measured,
				"100, 100 (unless told to reuse), 0",
				prompt === 100 && address === 100 && renamed === 0,
				"Curator fails all three",
			),
		];
	});

const large: Scenario = async () => {
	const small = await measuredInChild({ count: 1_000, concurrency: 64 });
	const big = await measuredInChild({ count: 100_000, concurrency: 64 });
	const grown = big.peakMb - small.peakMb;
	const measured = `+${grown.toFixed(0)} MB (${small.peakMb.toFixed(0)} to ${big.peakMb.toFixed(0)}), ${big.cpuMsPerRow.toFixed(2)} ms CPU a row, ${(big.accepted / big.seconds).toFixed(0)} rows/s`;
	return [
		row(
			"100,000 rows over 1,000 rows, 0 ms, 64 at once",
			measured,
			"<= 100 MB, <= 1 ms",
			big.accepted === 100_000 && grown <= 100 && big.cpuMsPerRow <= 1,
			"Curator: 1.2 to 1.4 ms; openai 7 alone: 0.73 ms; undici raw: 0.14 ms",
		),
	];
};

const faults: Scenario = async () => {
	const cases: [string, TeacherKnobs][] = [
		["stalled body", { stall: 0.05 }],
		["200 with an error inside", { okWithError: 0.2 }],
		["20 % malformed JSON", { brokenJson: 0.2 }],
		["blank loop", { blankLoop: 0.2 }],
		[
			"all of them, resets and refusals",
			{
				stall: 0.02,
				okWithError: 0.1,
				brokenJson: 0.1,
				blankLoop: 0.1,
				reset: 0.05,
				error500: 0.05,
				refusal: 0.05,
				brokenBody: 0.05,
			},
		],
	];
	const rows: BenchRow[] = [];
	for (const [name, knobs] of cases) {
		rows.push(
			await standing(knobs, async ({ server, options }) => {
				const end = await finishedRun({ ...widened(options, 32, 300), timeoutMs: 500 });
				const journal = await journalOf(options.folder, end.runId);
				const outcomes = [...new Set(journal.map(({ outcome }) => outcome))].sort().join(" ");
				const isWhole = journal.length === server.stats().attempts && end.state === "done" && end.accepted === 300;
				return row(
					name,
					`${end.state}, ${end.accepted} of 300, ${journal.length} of ${server.stats().attempts} attempts classified: ${outcomes}`,
					"ends, every row classified",
					isWhole,
					name === "stalled body" ? "openai 6 hangs" : "",
				);
			}),
		);
	}
	return rows;
};

const gone: Scenario = () =>
	standing({ latencyMs: 20 }, async ({ server, options }) => {
		const port = Number(new URL(server.baseUrl).port);
		let waiting: string | null = null;
		const run = await startGenerateRun({
			...widened(options, 16, 2_000),
			onProgress: (progress) => {
				if (progress.waiting !== null) waiting = progress.waiting;
			},
		});
		while (server.stats().served < 500) await new Promise((resolve) => setTimeout(resolve, 5));
		await server.close();
		await new Promise((resolve) => setTimeout(resolve, 60_000));
		const back = await startPracticeTeachers({ mediaFolder, knobs: { numbered: true }, apiKey: server.apiKey, port });
		const end = await run.ended;
		await back.close();
		return [
			row(
				"server gone for 60 s",
				`${end.state}, ${2_000 - end.accepted} lost; said "${String(waiting).replaceAll(/\d{4,}/g, "…")}"`,
				"waits with a reason, nothing lost",
				end.accepted === 2_000 && waiting !== null,
				"",
			),
		];
	});

const saturated: Scenario = () =>
	standing({ latencyMs: 100, width: 16 }, async ({ server, options }) => {
		const [end] = await timed(() => finishedRun(widened(options, 400, 1_500)));
		const { peakInFlight } = server.stats();
		return [
			row(
				"server works on 16 at once, never says 429, 400 allowed",
				`peak ${peakInFlight} at once, ${1_500 - end.accepted} lost`,
				"growth stops by itself",
				peakInFlight <= 128,
				"",
			),
		];
	});

export const scenarios: readonly Scenario[] = [
	capped,
	cappedLongTail,
	halfFail,
	retryAfter(2),
	retryAfter(90),
	killed,
	tornLine,
	changed,
	large,
	faults,
	gone,
	saturated,
];
