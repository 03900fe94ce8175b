// Connect Trainer in the packaged extension: the tunnel's hint, the certificate's pin, the token that no file ever holds.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { nodePath, root } from "../tools/setup.mjs";
import { openWorkbench } from "./workbench.mjs";

let bench;
let trainer;
let process;

/** Another one, with the same certificate, once the first was ended. */
async function startTrainer() {
	const script = join(import.meta.dirname, "tls-trainer.ts");
	process = spawn(nodePath(), ["--disable-warning=ExperimentalWarning", script], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const [line] = await once(process.stdout, "data");
	trainer = JSON.parse(String(line));
}

before(async () => {
	await startTrainer();
	bench = await openWorkbench({ file: "samples.de.jsonl", prepare: writeGood });
});
after(async () => {
	process?.stdin.end();
	await bench?.close();
});

/** Rows that a trainer takes, while the workspace's own file has a broken line. */
function writeGood(folder) {
	const row = (n) => JSON.stringify({ prompt: `Was ist ${n}?`, response: `Es ist ${n * 2}.` });
	const orders = { steps: 6, saveEvery: 3, delayS: 0.1 };
	const first = { prompt: "Hallo?", response: "Guten Tag.", model: "somebody", language: "de", stub: orders };
	const second = { prompt: "Und?", response: "Nichts.", model: "somebody", language: "de" };
	writeFileSync(join(folder, "orders.jsonl"), `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`);
	writeFileSync(join(folder, "good.jsonl"), `${Array.from({ length: 60 }, (_, n) => row(n)).join("\n")}\n`);
}

const box = () => bench.page.locator(".quick-input-widget:visible");
const type = (text) => box().locator(".quick-input-box input").first().fill(text);

/** What the box says about what was typed. */
async function says(text) {
	await box().locator(".quick-input-message", { hasText: text }).waitFor();
}

test("a plain address of another machine is refused with the tunnel to open; a pin is asked for TLS", async () => {
	await bench.command("Polyglot: Connect Trainer…");
	await bench.asked("address");
	await says("ssh -N -L 8917:127.0.0.1:8917 HOST");
	await type("ws://gpu-box:8917");
	await says("ws:// would send the token in the clear");
	await bench.picture("connect-address");
	await bench.answer("address", trainer.url);
	await bench.asked("fingerprint");
	await says("openssl x509");
	await type("12:34");
	await says("64 hex digits");
	await bench.picture("connect-pin");
	await bench.answer("fingerprint", trainer.pin.toUpperCase().replaceAll(/(..)(?=.)/g, "$1:"));
	await bench.asked("token");
	await type("plt_short");
	await says("47 characters");
	await bench.answer("token", trainer.token);
	await bench.toast("Connected to practice mode").first().waitFor();
	const { trainer: kept } = JSON.parse(readFileSync(join(bench.folder, "polyglot.json"), "utf8"));
	assert.deepEqual(kept, { url: trainer.url, pin: trainer.pin });
});

test("the token is in no file of the workspace", () => {
	const files = readdirSync(bench.folder, { recursive: true }).map((name) => join(bench.folder, name));
	for (const path of files.filter((one) => statSync(one).isFile())) {
		assert.ok(!readFileSync(path, "latin1").includes(trainer.token), path);
	}
});

test("a trainer that goes away is a lost link and never a failed run", async () => {
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("Polyglot: Train Student…");
	const form = await bench.panel("train");
	await form.getByLabel("Dataset", { exact: true }).selectOption({ label: "samples.de.jsonl" });
	await form.getByLabel("Language", { exact: true }).selectOption("de");
	await form.getByLabel("Teacher", { exact: true }).fill("somebody");
	await form
		.getByRole("button", { name: "Check before training" })
		.and(form.locator('[aria-disabled="false"]'))
		.click();
	await form
		.getByRole("alert")
		.filter({ hasText: /First: line \d+/ })
		.waitFor();
	await bench.screenshots("train-refused");
	await form.getByLabel("Dataset", { exact: true }).selectOption({ label: "good.jsonl" });
	await form.getByLabel("Language", { exact: true }).selectOption("de");
	await form.getByLabel("Teacher", { exact: true }).fill("somebody");
	await form
		.getByRole("button", { name: "Check before training" })
		.and(form.locator('[aria-disabled="false"]'))
		.click();
	await form.getByRole("button", { name: "Start training" }).and(form.locator('[aria-disabled="false"]')).click();
	const run = await bench.panel("run");
	await run.locator(".fact.running").waitFor();
	process.stdin.end();
	await once(process, "exit");
	await run.locator(".fact.link", { hasText: "no link to the trainer; the run itself may go on" }).waitFor();
	assert.match(await run.locator(".fact.state").textContent(), /^running/);
	assert.equal(await run.locator(".failure").count(), 0);
	await bench.screenshots("run-without-link");
	await startTrainer();
});

test("another certificate than the pinned one is a refusal that names both, in the form as well", async () => {
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("Polyglot: Connect Trainer…");
	await bench.answer("address", trainer.url);
	await bench.answer("fingerprint", "0".repeat(64));
	await bench.answer("token", trainer.token);
	await bench.toast("pinned is 0000").first().waitFor();
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("Polyglot: Train Student…");
	const form = await bench.panel("train");
	await form.getByRole("alert").filter({ hasText: "pinned is 0000" }).waitFor();
	await form.getByRole("button", { name: "Connect a trainer…" }).waitFor();
	await bench.screenshots("train-without-trainer");
});

test("an empty address goes back to practice mode", async () => {
	const form = await bench.panel("train");
	await form.getByRole("button", { name: "Connect a trainer…" }).click();
	await bench.answer("address", "");
	await bench.toast("Connected to practice mode").first().waitFor();
	await form.getByLabel("Base model").waitFor();
	assert.equal(JSON.parse(readFileSync(join(bench.folder, "polyglot.json"), "utf8")).trainer, undefined);
});

/** The Python service with a stub in place of the worker that needs torch; undefined where there is no environment. */
async function startPython() {
	const python = [globalThis.process.env.POLYGLOT_PYTHON, join(root, ".venv/service/bin/python")].find(
		(path) => path && existsSync(path),
	);
	if (!python) return undefined;
	const folder = mkdtempSync(join(tmpdir(), "python-trainer-"));
	const config = join(folder, "trainer.toml");
	const worker = [python, join(root, "server/trainer/tests/stub_worker.py")];
	const lines = [
		'server = { bind = "127.0.0.1:0", data = "data" }',
		`worker = { command = ${JSON.stringify(worker)} }`,
	];
	writeFileSync(config, [...lines, "[[model]]", 'id = "tiny"', 'folder = "tiny"', "parameters = 7", ""].join("\n"));
	const env = { ...globalThis.process.env, PYTHONPATH: join(root, "server/trainer"), PYTHONUNBUFFERED: "1" };
	const cli = ["-m", "polyglot_trainer"];
	const token = execFileSync(python, [...cli, "token", "add", "browser", "--config", config], { env })
		.toString()
		.trim();
	const service = spawn(python, [...cli, "serve", "--config", config], { env, stdio: ["ignore", "pipe", "inherit"] });
	const [line] = await once(service.stdout, "data");
	return { service, folder, token, url: String(line).trim().split(" ")[1] };
}

test("the Python trainer in the editor: every option of its offer, the preset's values, a run to its end", async (context) => {
	const python = await startPython();
	if (!python) return context.skip("there is no Python environment; node test/tools/python-tests.mjs makes it");
	try {
		await bench.command("Notifications: Clear All Notifications");
		await bench.command("View: Close All Editors");
		await bench.command("Polyglot: Connect Trainer…");
		await bench.answer("address", python.url);
		await bench.answer("token", python.token);
		await bench.toast("Connected to polyglot-trainer, which trains tiny").first().waitFor();
		await bench.command("Notifications: Clear All Notifications");
		await bench.command("Polyglot: Train Student…");
		const form = await bench.panel("train");
		await form.getByLabel("Dataset", { exact: true }).selectOption({ label: "orders.jsonl" });
		await bench.until(
			async () => (await form.getByLabel("Teacher", { exact: true }).inputValue()) === "somebody",
			"the guess",
		);
		assert.equal(await form.getByLabel("Longest row").getAttribute("placeholder"), "2048");
		await form.getByLabel("Preset").selectOption("paper-2026");
		for (const section of ["Recipe", "Adapter", "Saving and logging", "Where it runs"]) {
			await form.locator("summary", { hasText: section }).click();
		}
		await bench.until(
			async () => (await form.getByLabel("Longest row").getAttribute("placeholder")) === "16384",
			"the preset",
		);
		assert.equal(await form.getByLabel("Epochs", { exact: true }).getAttribute("placeholder"), "2");
		for (const name of [
			"Learning rate",
			"LoRA rank",
			"Checkpoint every",
			"Time limit",
			"Optimiser",
			"What is trained",
		]) {
			await form.getByLabel(name, { exact: true }).waitFor();
		}
		await form.getByLabel("Evaluate when it is trained").uncheck();
		await bench.screenshots("train-form-full");
		await form
			.getByRole("button", { name: "Check before training" })
			.and(form.locator('[aria-disabled="false"]'))
			.click();
		await form.getByText("Checked by the trainer").waitFor();
		assert.equal(await form.locator(".check .trained").textContent(), "Answer.");
		await form.getByText("Checked by the trainer").scrollIntoViewIfNeeded();
		await bench.screenshots("train-form-checked");
		await form.getByRole("button", { name: "Start training" }).and(form.locator('[aria-disabled="false"]')).click();
		const run = await bench.panel("run");
		await run.locator(".fact.succeeded").waitFor();
		assert.equal(await run.locator(".fact.practice").count(), 0);
		assert.ok((await run.locator(".run-loss tbody tr").count()) >= 6);
		await bench.screenshots("run-python");
	} finally {
		python.service.kill("SIGTERM");
		await once(python.service, "exit");
		rmSync(python.folder, { recursive: true, force: true });
	}
});
