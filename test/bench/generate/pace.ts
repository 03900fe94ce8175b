/** How the engine's pace meets a server that is full, fails, pauses or goes away. */
import { startGenerateRun } from "../../../server/node/generate-run.ts";
import { startPracticeTeachers } from "../../../server/practice/teachers.ts";
import { finishedRun, mediaFolder } from "../../node/generate-rig.ts";
import { row, type Scenario, standing, timed, widened } from "./stand.ts";

export const capped: Scenario = () =>
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

export const cappedLongTail: Scenario = () =>
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

export const retryAfter =
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

export const gone: Scenario = () =>
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

export const saturated: Scenario = () =>
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
