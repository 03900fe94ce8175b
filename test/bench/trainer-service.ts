/** The Python trainer's service against the figures of its issue: appends, replay, lost links, kills, uploads, memory. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bench, BenchRow } from "./main.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const name = "Trainer service (Python)";
const longestMs = 600_000;

export async function run(): Promise<Bench> {
	const python = [".venv/worker/bin/python", ".venv/service/bin/python"].map((path) => root + path).find(existsSync);
	if (!python) return { name, rows: [missing("no Python environment; node test/tools/python-tests.mjs makes it")] };
	const script = `${root}server/trainer/bench/service.py`;
	const done = spawnSync(python, [script], {
		encoding: "utf8",
		timeout: longestMs,
		stdio: ["ignore", "pipe", "inherit"],
	});
	const rows = done.stdout
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line) as BenchRow);
	// 1 says that a target was missed, which the rows tell as well; anything else that not all was measured.
	return {
		name,
		rows: done.status === 0 || done.status === 1 ? rows : [...rows, missing(`ended with ${done.status}`)],
	};
}

const missing = (reason: string): BenchRow => ({
	what: "not measured",
	measured: reason,
	unit: "",
	target: "",
	ok: null,
});
