// Connect Trainer in the packaged extension: the tunnel's hint, the certificate's pin, the token that no file ever holds.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { nodePath } from "../tools/setup.mjs";
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
