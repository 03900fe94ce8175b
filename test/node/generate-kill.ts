/** Kills a generating process again and again and counts what its run lost; shared by the test and the benchmark. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { JournalLine } from "../../server/core/generate/run-records.ts";
import { runFolder } from "../../server/node/generate-folder.ts";
import type { PracticeTeachers } from "../../server/practice/teachers.ts";
import { repeatedRequests, rowsOf } from "./generate-rig.ts";

export interface KillReport {
	/** Acknowledged before a kill and missing afterwards. */
	readonly lost: number;
	/** Requests that stand in the output more than once. */
	readonly repeated: number;
	readonly rows: number;
	/** Requests the server got more often than once. */
	readonly resent: number;
	/** Upper bound of what the kills caught in flight: planned and not journaled. */
	readonly mostInFlight: number;
}

const child = fileURLToPath(new URL("generate-kill-child.ts", import.meta.url));

export async function killAndResume(
	folder: string,
	server: PracticeTeachers,
	options: { count: number; kills: number },
): Promise<KillReport> {
	const start = (runId?: string) =>
		spawn(
			process.execPath,
			[child, folder, server.baseUrl, server.apiKey, String(options.count), ...(runId ? [runId] : [])],
			{ stdio: ["ignore", "pipe", "inherit"] },
		);
	let runId: string | undefined;
	let mostInFlight = 0;
	const acknowledged = new Set<string>();
	for (let kill = 0; kill < options.kills; kill++) {
		const process = start(runId);
		runId = await firstLine(process);
		const goal = server.stats().served + Math.floor((Math.random() * options.count) / (options.kills + 1));
		while (server.stats().served < goal && process.exitCode === null)
			await new Promise((resolve) => setTimeout(resolve, 2));
		process.kill("SIGKILL");
		await ended(process);
		const { accepted, open } = await readRun(folder, runId);
		for (const key of accepted) acknowledged.add(key);
		mostInFlight += open;
	}
	await ended(start(runId));
	const rows = await rowsOf(join(folder, "out.jsonl"));
	const kept = new Set(rows.map(({ provenance }) => provenance?.request));
	return {
		lost: [...acknowledged].filter((key) => !kept.has(key)).length,
		repeated: repeatedRequests(rows).length,
		rows: rows.length,
		resent: server.stats().repeats,
		mostInFlight,
	};
}

/** The run's id is printed when its logs are open; later lines are drained so that the pipe never fills. */
async function firstLine(process: ChildProcess): Promise<string> {
	if (!process.stdout) throw new Error("The child has no output.");
	const lines = createInterface({ input: process.stdout });
	const [line] = (await once(lines, "line")) as [string];
	return line;
}

async function ended(process: ChildProcess): Promise<void> {
	if (process.exitCode === null && process.signalCode === null) await once(process, "exit");
}

async function readRun(folder: string, runId: string): Promise<{ accepted: string[]; open: number }> {
	const read = async (name: string) =>
		(await readFile(join(runFolder(folder, runId), name), "utf8")).split("\n").slice(0, -1);
	const journal = (await read("journal.jsonl")).map((line) => JournalLine.parse(JSON.parse(line)));
	const settled = new Set(journal.filter(({ verdict }) => verdict !== "again").map(({ key }) => key));
	const accepted = journal.filter(({ verdict }) => verdict === "accepted").map(({ key }) => key);
	return { accepted, open: (await read("plan.jsonl")).length - settled.size };
}
