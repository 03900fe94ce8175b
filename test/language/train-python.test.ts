/** The engine with the Python trainer: its offer fitted, its count shown, its run followed to the end. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as z from "zod/mini";
import { notifications, requests, secretRequest } from "../../server/core/engine-api.ts";
import type { RequestType } from "../../server/core/request-type.ts";
import { type Session, startSession } from "./lsp-session.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = [process.env.POLYGLOT_PYTHON, join(root, ".venv/service/bin/python")].find(
	(path) => path !== undefined && existsSync(path),
);

/** The service with a stub in place of the worker that needs torch. */
async function startTrainer(interpreter: string, folder: string) {
	const config = join(folder, "trainer.toml");
	const worker = [interpreter, join(root, "server/trainer/tests/stub_worker.py")];
	await writeFile(
		config,
		`server = { bind = "127.0.0.1:0", data = "data" }
worker = { command = ${JSON.stringify(worker)} }
[[model]]
id = "tiny"
folder = "tiny"
`,
	);
	const env = { ...process.env, PYTHONPATH: join(root, "server/trainer"), PYTHONUNBUFFERED: "1" };
	const cli = (...args: string[]) => ["-m", "polyglot_trainer", ...args, "--config", config];
	const token = execFileSync(interpreter, cli("token", "add", "engine"), { env, stdio: ["ignore", "pipe", "ignore"] });
	const service = spawn(interpreter, cli("serve"), { env, stdio: ["ignore", "pipe", "inherit"] });
	const [line] = await once(service.stdout, "data");
	return { service, token: token.toString().trim(), url: String(line).trim().split(" ")[1] };
}

function asker(session: Session) {
	return async <P extends z.ZodMiniType, R extends z.ZodMiniType>(
		type: RequestType<P, R>,
		params: z.infer<P>,
	): Promise<z.infer<R>> => type.result.parse(await session.connection.sendRequest(type.method, params as object));
}

test("a draft with the paper's preset is counted by the worker and trained to its end", async (context) => {
	if (!python) return context.skip("there is no Python environment; node test/tools/python-tests.mjs makes it");
	const folder = await mkdtemp(join(tmpdir(), "engine-python-"));
	const { service, token, url } = await startTrainer(python, folder);
	const dataset = join(folder, "orders.jsonl");
	const about = { model: "somebody", language: "de" };
	const rows = [{ prompt: "Hallo?", response: "Guten Tag.", ...about, stub: { steps: 6, saveEvery: 3 } }];
	await writeFile(dataset, `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
	await writeFile(join(folder, "polyglot.json"), JSON.stringify({ trainer: { url } }));
	const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
	try {
		session.connection.onRequest(secretRequest.method, () => ({ secret: token }));
		const ask = asker(session);
		const ended = new Promise((resolve) => session.connection.onNotification(notifications.runEnded.method, resolve));
		const { draft: first } = await ask(requests.lookAtTraining, { draft: null });
		const wished = { ...first, datasets: [dataset], preset: "paper-2026", evaluates: false };
		const { trainer, draft, issues } = await ask(requests.lookAtTraining, { draft: wished });
		assert.deepEqual(trainer, { name: "polyglot-trainer", isPractice: false });
		assert.deepEqual(
			[draft.base, draft.preset, draft.teacher, draft.language, issues],
			["tiny", "paper-2026", "somebody", "de", []],
		);
		const { result } = await ask(requests.checkTraining, { draft });
		assert.deepEqual([result.depth, result.trainTokens, result.truncated], ["full", 12, 0]);
		assert.equal(result.sample?.segments.find(({ trained }) => trained)?.text, "Answer.");
		const { runId } = await ask(requests.launchTraining, { draft });
		assert.deepEqual(await ended, { runId, title: "German, somebody", state: "succeeded", reason: null });
	} finally {
		await session.end();
		service.kill("SIGTERM");
		await once(service, "exit");
		await rm(folder, { recursive: true, force: true });
	}
});
