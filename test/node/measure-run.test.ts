import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { MeasureProgress } from "../../server/core/measure/measure-progress.ts";
import type { Teacher } from "../../server/core/project.ts";
import { openMeasurement } from "../../server/node/measure-open.ts";
import { attemptsOf, type MeasureRig, measureRig } from "./measure-rig.ts";
import { type MeasuringServer, measuringServer, type Sent } from "./measuring-server.ts";

const never = new AbortController().signal;
const price = { inputPerMillion: 1_000, outputPerMillion: 1_000, currency: "EUR", asOf: "2026-11-25" };
const usage = { prompt_tokens: 800, completion_tokens: 200 };

function rating(score = 4): Sent {
	const content = JSON.stringify({ feedback: "gut", score });
	return { body: { choices: [{ finish_reason: "stop", message: { role: "assistant", content } }], usage } };
}

async function judged(
	context: TestContext,
	answer: Parameters<typeof measuringServer>[0] = () => rating(),
): Promise<MeasuringServer> {
	const server = await measuringServer(answer);
	context.after(() => server.close());
	return server;
}

async function measured(
	rig: MeasureRig,
	server: MeasuringServer,
	{ teacher = {}, signal = never, onProgress }: Partial<RunDetails> = {},
) {
	const world = rig.world({ baseUrl: server.baseUrl, model: "m", ...teacher }, "sk-secret-of-the-test");
	const measurement = await openMeasurement(rig.wish, world);
	try {
		const estimate = await measurement.estimate(signal);
		return { estimate, ...(await measurement.run(signal, onProgress ? { onProgress } : {})) };
	} finally {
		await measurement.close();
	}
}

interface RunDetails {
	teacher: Partial<Teacher>;
	signal: AbortSignal;
	onProgress: (progress: MeasureProgress) => void;
}

test("an estimate asks nobody, and counts what is cached", async (context) => {
	const server = await judged(context);
	const rig = await measureRig(50);
	const world = rig.world({ baseUrl: server.baseUrl, model: "m", price }, null);
	const first = await openMeasurement(rig.wish, world);
	const estimate = await first.estimate(never);
	assert.equal(server.requests.length, 0);
	await first.run(never);
	const later = await first.estimate(never);
	await first.close();
	assert.deepEqual([estimate.lines, estimate.rows, estimate.calls[0], estimate.unpriced], [50, 50, 50, []]);
	const [judge] = estimate.backends;
	assert.deepEqual([judge?.kind, judge?.missing, judge?.cached], ["rate", 50, 0]);
	// 300 to 800 tokens a call, at 1 EUR a thousand.
	const [low = 0, high = 0] = estimate.cost.EUR ?? [];
	assert.ok(low > 5 && low < 50 && high > low && high < 150, JSON.stringify(estimate.cost));
	assert.deepEqual([later.calls, later.cost.EUR, later.backends[0]?.cached], [[0, 0], [0, 0], 50]);
	assert.equal(server.requests.length, 50);
});

test("a budget stops asking before it is passed; raised, the measurement goes on where it was", async (context) => {
	const server = await judged(context);
	const rig = await measureRig(60, { budget: { amount: 20, currency: "EUR" } });
	// A call costs 1 EUR: 1,000 tokens.
	await assert.rejects(
		measured(rig, server, { teacher: { price, concurrency: 4 } }),
		(cause: Error) => cause.name === "UserError" && /budget of 20 EUR is used up: 1\d\.0000 EUR/.test(cause.message),
	);
	const asked = server.requests.length;
	assert.ok(asked >= 17 && asked <= 20, `${asked} calls of 1 EUR`);
	assert.equal((await attemptsOf(rig.folder, rig.wish)).length, asked);
	const richer = { ...rig, wish: { ...rig.wish, budget: { amount: 100, currency: "EUR" } } };
	const { report } = await measured(richer, server, { teacher: { price } });
	assert.equal(server.requests.length, 60);
	assert.deepEqual([report.spent, report.rows[0]?.rubric.n], [{ EUR: 60 }, 60]);
});

test("a budget that can't be held is refused before anything is asked", async (context) => {
	const server = await judged(context);
	const rig = await measureRig(5, { budget: { amount: 1, currency: "EUR" } });
	await assert.rejects(measured(rig, server), /judge has no price in EUR/);
	assert.equal(server.requests.length, 0);
});

test("nothing is sent before `Retry-After` is over", async (context) => {
	const times: number[] = [];
	let refusedAt = 0;
	const server = await judged(context, (_body, _path, nth) => {
		times.push(performance.now());
		if (nth !== 5) return rating();
		refusedAt = performance.now();
		return { status: 429, body: { error: { message: "slow down" } }, headers: { "retry-after": "20" } };
	});
	const rig = await measureRig(40);
	const { report } = await measured(rig, server, { teacher: { concurrency: 2 } });
	assert.equal(report.rows[0]?.rubric.n, 40);
	// 20 s at fifty times the speed are 400 ms; what was in flight may still arrive.
	const next = times.filter((time) => time > refusedAt + 30);
	assert.ok((next[0] ?? 0) - refusedAt >= 390, `the next came after ${(next[0] ?? 0) - refusedAt} ms`);
	assert.equal(server.requests.length, 41);
});

test("while all waits, the reason is told", async (context) => {
	const server = await judged(context, (_body, _path, nth) => {
		if (nth > 1) return rating();
		return { status: 429, body: { error: { message: "slow down" } }, headers: { "retry-after": "40" } };
	});
	const rig = await measureRig(3);
	const told: (string | null)[] = [];
	const onProgress = ({ waiting }: MeasureProgress) => void told.push(waiting);
	await measured(rig, server, { teacher: { concurrency: 1 }, onProgress });
	assert.match(told.find((reason) => reason !== null) ?? "", /^m at http:.*: server pause \d+ s$/);
	assert.equal(told.at(-1), null);
});

test("a process that gave up does not wait for the pause a server asked for", async (context) => {
	const server = await judged(context, () => {
		return { status: 429, body: { error: { message: "slow down" } }, headers: { "retry-after": "86400" } };
	});
	const rig = await measureRig(3);
	const child = spawn(process.execPath, [
		fileURLToPath(new URL("measure-cancel-child.ts", import.meta.url)),
		...[rig.folder, JSON.stringify(rig.wish), server.baseUrl],
	]);
	const start = performance.now();
	assert.deepEqual(await once(child, "exit"), [3, null]);
	assert.ok(performance.now() - start < 20_000);
});

test("requests a minute are kept to", async (context) => {
	const server = await judged(context);
	const rig = await measureRig(30);
	const start = performance.now();
	// A twelfth of a minute's requests at once, the rest evenly: 20 more than the burst of 10 take 10 s, at fifty times the speed.
	await measured(rig, server, { teacher: { rpm: 120 } });
	assert.ok(performance.now() - start >= 180, `30 calls in ${performance.now() - start} ms`);
});

test("a quota that the server tells in its headers is kept to", async (context) => {
	const times: number[] = [];
	const server = await judged(context, (_body, _path, nth) => {
		times.push(performance.now());
		if (nth !== 4) return rating();
		const headers = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s" };
		return { ...rating(), headers: { ...headers, "x-ratelimit-limit-requests": "4" } };
	});
	const rig = await measureRig(8);
	const { report } = await measured(rig, server, { teacher: { concurrency: 1 } });
	assert.equal(report.rows[0]?.rubric.n, 8);
	const gap = (times[4] ?? 0) - (times[3] ?? 0);
	// Whole again after 20 s, at fifty times the speed.
	assert.ok(gap >= 390, `the next came after ${gap} ms`);
});

test("a server that fails again and again ends it with the reason, and what was answered is kept", async (context) => {
	const server = await judged(context, (_body, _path, nth) =>
		nth > 10 ? { status: 400, body: { error: { message: "no more of these" } } } : rating(),
	);
	const rig = await measureRig(200);
	await assert.rejects(measured(rig, server), /20 answers in a row were rejected; the last: .*no more of these/);
	assert.ok(server.requests.length < 60, `${server.requests.length} calls`);
	const well = await judged(context);
	const world = rig.world({ baseUrl: server.baseUrl, model: "m" }, null);
	const again = await openMeasurement(rig.wish, world);
	assert.equal((await again.estimate(never)).backends[0]?.cached, 10);
	await again.close();
	await well.close();
});

test("cancelled, it stops at once and keeps what was answered", async (context) => {
	const controller = new AbortController();
	const server = await judged(context, (_body, _path, nth) => {
		if (nth === 20) controller.abort();
		return rating();
	});
	const rig = await measureRig(100);
	await assert.rejects(measured(rig, server, { signal: controller.signal, teacher: { concurrency: 2 } }), /abort/i);
	assert.ok(server.requests.length < 30, `${server.requests.length} calls`);
	const { report, estimate } = await measured(rig, server);
	assert.ok((estimate.backends[0]?.cached ?? 0) >= 15);
	assert.equal(report.rows[0]?.rubric.n, 100);
});

test("progress names the phase, and counts rows, calls and money", async (context) => {
	const server = await judged(context);
	const rig = await measureRig(30);
	const told: MeasureProgress[] = [];
	await measured(rig, server, { teacher: { price }, onProgress: (progress) => told.push(progress) });
	const phases = [...new Set(told.map(({ phase }) => phase))];
	assert.deepEqual(phases, ["counting", "asking", "mapping"]);
	assert.deepEqual([told.at(-1)?.calls, told.at(-1)?.spent, told.at(-1)?.inFlight], [30, { EUR: 30 }, 0]);
});

test("answers that can't be read are settled for this measurement, and asked for anew in the next", async (context) => {
	let isGood = false;
	const prose = { choices: [{ finish_reason: "stop", message: { role: "assistant", content: "Schön." } }] };
	const server = await judged(context, (body, _path, nth) => {
		const isBad = JSON.stringify(body).includes("Frage 3:") && !isGood;
		if (nth === 12 && !isGood) return { status: 401, body: { error: { message: "the key has expired" } } };
		return isBad ? { body: prose } : rating();
	});
	const rig = await measureRig(20);
	await assert.rejects(measured(rig, server, { teacher: { concurrency: 1 } }), /key has expired/);
	const asked = () => server.requests.filter(({ body }) => JSON.stringify(body).includes("Frage 3:")).length;
	assert.equal(asked(), 3);
	const { report } = await measured(rig, server, { teacher: { concurrency: 1 } });
	assert.deepEqual([asked(), report.rows[0]?.rubric.n, report.rows[0]?.rubric.failure_rate], [3, 19, 0.05]);
	isGood = true;
	const { report: later } = await measured(rig, server, { teacher: { concurrency: 1 } });
	assert.deepEqual([asked(), later.rows[0]?.rubric.n], [4, 20]);
});

test("two measurements of one workspace don't ask at the same time", async (context) => {
	const server = await judged(context);
	const rig = await measureRig(3);
	const world = rig.world({ baseUrl: server.baseUrl, model: "m" }, null);
	const first = await openMeasurement(rig.wish, world);
	await assert.rejects(openMeasurement(rig.wish, world), /Another measurement asks endpoints in this workspace/);
	await first.close();
	await (await openMeasurement(rig.wish, world)).close();
});

test("no key is in any file of the measurement", async (context) => {
	const server = await judged(context, (_body, _path, nth) =>
		nth === 1 ? { status: 400, body: { error: { message: "bad sk-secret-of-the-test" } } } : rating(),
	);
	const rig = await measureRig(5);
	await measured(rig, server);
	const attempts = await attemptsOf(rig.folder, rig.wish);
	assert.equal(attempts.length, 5);
	assert.ok(!JSON.stringify(attempts).includes("sk-secret"));
});

test("a file that changes while it is measured is said to have changed", async (context) => {
	const rig = await measureRig(10);
	const path = join(rig.folder, "data.jsonl");
	const server = await judged(context);
	const text = await readFile(path, "utf8");
	const world = rig.world({ baseUrl: server.baseUrl, model: "m" }, null);
	const measurement = await openMeasurement(rig.wish, world);
	context.after(() => measurement.close());
	const running = measurement.run(never, {
		onProgress: ({ phase }) => {
			if (phase === "asking") void writeFile(path, `${text}{"prompt":"a","response":"b"}\n`);
		},
	});
	await assert.rejects(running, /file changed while it was measured/);
});
