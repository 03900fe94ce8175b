/** Server and engine each in a process of its own, so that memory and CPU are the engine's alone. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Measured {
	readonly seconds: number;
	readonly cpuMsPerRow: number;
	readonly peakMb: number;
	readonly accepted: number;
}

/** As `server/launch.mjs` starts the command; a test holds them equal. */
export const engineFlags = ["--max-semi-space-size=8", "--heap-growing-percent=50"];

export async function measuredInChild(order: { count: number; concurrency: number }): Promise<Measured> {
	const server = spawn(process.execPath, [path("server-child.ts"), '{"numbered":true}'], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	try {
		const { baseUrl, apiKey } = (await firstJson(server)) as { baseUrl: string; apiKey: string };
		const folder = await mkdtemp(join(tmpdir(), "bench-engine-"));
		const argument = JSON.stringify({ ...order, folder, baseUrl, apiKey });
		const engine = spawn(process.execPath, [...engineFlags, path("engine-child.ts"), argument], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		return (await firstJson(engine)) as Measured;
	} finally {
		server.kill();
	}
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

async function firstJson(child: ChildProcess): Promise<unknown> {
	if (!child.stdout) throw new Error("The child has no output.");
	const [chunk] = (await once(child.stdout, "data")) as [Buffer];
	return JSON.parse(chunk.toString("utf8"));
}
