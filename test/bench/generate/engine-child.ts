/** One run in a process of its own: prints what it took. Arguments: options as JSON. */
import { finishedRun, optionsFor } from "../../node/generate-rig.ts";

interface Order {
	readonly folder: string;
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly count: number;
	readonly concurrency: number;
	readonly timeoutMs?: number;
}

const { folder, baseUrl, apiKey, count, concurrency, timeoutMs } = JSON.parse(process.argv[2] ?? "") as Order;
const usual = optionsFor(folder, baseUrl, apiKey);
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const end = await finishedRun({
	...usual,
	count,
	teachers: usual.teachers.map((teacher) => ({ ...teacher, concurrency })),
	...(timeoutMs === undefined ? {} : { timeoutMs }),
});
const { user, system } = process.cpuUsage(cpuBefore);
console.log(
	JSON.stringify({
		seconds: (performance.now() - startedAt) / 1000,
		cpuMsPerRow: (user + system) / 1000 / Math.max(1, end.accepted),
		// Kilobytes on Linux and macOS alike.
		heapMb: process.memoryUsage().heapUsed / 2 ** 20,
		rssMb: process.memoryUsage().rss / 2 ** 20,
		externalMb: process.memoryUsage().external / 2 ** 20,
		peakMb: process.resourceUsage().maxRSS / 1024,
		state: end.state,
		accepted: end.accepted,
		rejected: end.rejected,
		attempts: end.attempts,
	}),
);
