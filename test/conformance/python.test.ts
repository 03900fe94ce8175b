/** The Python trainer speaks the protocol: the service for real, with a stub in place of the worker that needs torch. */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { conformance } from "./conformance.ts";
import type { Server } from "./server.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python =
	[process.env.POLYGLOT_PYTHON, join(root, ".venv/service/bin/python"), join(root, ".venv/worker/bin/python")].find(
		(path) => path !== undefined && existsSync(path),
	) ?? "";
const environment = { ...process.env, PYTHONPATH: join(root, "server/trainer"), PYTHONUNBUFFERED: "1" };
const run = promisify(execFile);

function missing(): string | undefined {
	if (python === "") return "there is no Python environment; node test/tools/python-tests.mjs makes it";
	try {
		execFileSync(python, ["-c", "import websockets, polyglot_trainer"], { env: environment, stdio: "pipe" });
		return undefined;
	} catch (cause) {
		return `the trainer's packages cannot be imported: ${cause instanceof Error ? cause.message.slice(-200) : cause}`;
	}
}

async function start(): Promise<Server> {
	const folder = await mkdtemp(join(tmpdir(), "python-trainer-"));
	const config = join(folder, "trainer.toml");
	const worker = [python, join(root, "server/trainer/tests/stub_worker.py")];
	await writeFile(
		config,
		`server = { bind = "127.0.0.1:0", data = "data" }
limits = { launchesPerMinute = 10000, connections = 40 }
worker = { command = ${JSON.stringify(worker)} }
[[model]]
id = "tiny"
folder = "models/tiny"
parameters = 7
`,
	);
	const cli = async (...args: string[]) =>
		(await run(python, ["-m", "polyglot_trainer", ...args, "--config", config], { env: environment })).stdout.trim();
	const token = await cli("token", "add", "conformance");
	const names = new Map<string, string>();
	let service = await serve(config);
	return {
		get url() {
			return service.url;
		},
		token,
		launch: (sha256, pace) => ({
			title: pace,
			spec: {
				specVersion: 1,
				model: { id: "tiny" },
				template: "llama3-chat",
				data: { sha256, maxLength: 128 },
				engine: { name: "local", gpus: 0 },
			},
		}),
		order: (pace) => ({ stub: pace === "quick" ? { steps: 8, saveEvery: 2 } : { steps: 3, end: "hang" } }),
		evaluate: async (runId, put) => ({
			specVersion: 1,
			target: { runId },
			backend: "builtin",
			tasks: ["global_mmlu_lite"],
			languages: ["de"],
			data: {
				"global_mmlu_lite:de": await put(Buffer.from('{"id":"1","question":"?","choices":["a","b"],"answer":1}\n')),
			},
			engine: { name: "local", gpus: 0 },
		}),
		addToken: async () => {
			const name = `guest-${names.size}`;
			const guest = await cli("token", "add", name);
			names.set(guest, name);
			return guest;
		},
		revoke: async (guest) => void (await cli("token", "revoke", names.get(guest) ?? "")),
		restart: async () => {
			await stop(service.process, "SIGKILL");
			service = await serve(config);
		},
		close: async () => {
			await stop(service.process, "SIGTERM");
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function serve(config: string): Promise<{ process: ChildProcess; url: string }> {
	const process = spawn(python, ["-m", "polyglot_trainer", "serve", "--config", config], {
		env: environment,
		stdio: ["ignore", "pipe", "inherit"],
	});
	for await (const line of createInterface(process.stdout)) {
		const [, url] = /^listening (\S+)$/.exec(line) ?? [];
		if (url) return { process, url: `${url}/v1/rpc` };
	}
	throw new Error("The Python trainer ended before it listened.");
}

async function stop(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (process.exitCode !== null) return;
	const gone = once(process, "exit");
	process.kill(signal);
	await gone;
}

const reason = missing();
if (reason) test("the Python trainer", { skip: reason }, () => {});
else conformance("the Python trainer", start);
