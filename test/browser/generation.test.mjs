// Generation in the packaged extension against a slow, capped and faulty endpoint: status line, monitor, budget, comparison.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { openWorkbench } from "./workbench.mjs";

const apiKey = "sk-practice-in-the-editor";
let bench;
let server;
before(async () => {
	const { startPracticeTeachers } = await import("../../server/practice/teachers.ts");
	// A pause long enough to be seen on a slow machine, by the status line, the panel and two pictures.
	const knobs = { latencyMs: 250, cap: 1, retryAfterS: 20, error500: 0.05 };
	server = await startPracticeTeachers({ mediaFolder: join(root, "media"), apiKey, knobs });
	const price = { inputPerMillion: 20, outputPerMillion: 60, currency: "EUR", asOf: "2026-11-01" };
	// With a limit to each answer, so that many fit under the cap at their most.
	const sampling = { maxTokens: 200 };
	const teacher = (name, model) => ({ name, model, baseUrl: server.baseUrl, price, concurrency: 2, sampling });
	const project = {
		languages: ["de", "ar"],
		teachers: [teacher("slow", "practice-careful"), teacher("drifting", "practice-drifting")],
		generation: { languages: ["de", "ar"], strategies: ["respond"], teachers: ["slow"], count: 20, accept: "valid" },
	};
	bench = await openWorkbench({
		file: "samples.de.jsonl",
		prepare: (folder) => writeFileSync(join(folder, "polyglot.json"), JSON.stringify(project, null, "\t")),
	});
	await setKey("slow");
	await setKey("drifting");
});
after(async () => {
	await bench?.close();
	await server?.close();
});

async function setKey(name) {
	await bench.command("Polyglot: Set Teacher Key…");
	await bench.pick("Set teacher key", name);
	await bench.answer(`API key of ${name}`, apiKey);
}

const status = () =>
	bench.page.locator("#polyglot\\.polyglot-lens\\.polyglot\\.generation, .statusbar-item[id*='polyglot.generation']");

/** Waits for these words in the status bar. */
async function statusSays(words) {
	await status().filter({ hasText: words }).first().waitFor({ timeout: 60_000 });
}

test("the form is filled from polyglot.json, and its price is told before anything is sent", async () => {
	await bench.command("Polyglot: Generate Samples…");
	const form = await bench.panel("generate");
	assert.ok(await form.getByRole("checkbox", { name: /^slow/ }).isChecked());
	assert.ok(!(await form.getByRole("checkbox", { name: /^Count only samples/ }).isChecked()), "as polyglot.json says");
	assert.equal(await form.getByLabel("slow, Arabic, respond").inputValue(), "20");
	await form.getByLabel("Spend at most").fill("0.1");
	await form.locator(".generate-foot dd", { hasText: "EUR" }).waitFor();
	await form.locator(".generate-foot", { hasText: "pause this run before its targets" }).waitFor();
	assert.equal(server.stats().attempts, 0);
	await form.getByRole("button", { name: "Start generating" }).click();
});

test("the status line and the monitor say why work waits", async () => {
	await statusSays(/waiting: slow: server pause \d+ s/);
	const monitor = await bench.panel("monitor");
	await monitor.locator("p.state", { hasText: /running: waiting: slow: server pause/ }).waitFor({ timeout: 60_000 });
	await bench.screenshots("generation-waiting");
});

test("the hard cap pauses the run, with the reason in the status line, the monitor and a message", async () => {
	const monitor = await bench.panel("monitor");
	await monitor.locator("p.state.paused", { hasText: "The budget of 0.1 EUR is used up" }).waitFor({ timeout: 90_000 });
	await statusSays(/paused: The budget of 0.1 EUR is used up/);
	await bench.toast("Generation paused").first().waitFor();
	const text = await monitor.locator("main").textContent();
	for (const part of [/% of the cap of 0\.1000 EUR spent/, /slow/, /busy/, /Latest samples/, /projected/])
		assert.match(text, part);
	assert.ok((await monitor.locator("figure.limit rect.pause").count()) > 0);
	assert.ok((await monitor.locator('article [data-field="response"]').count()) > 0);
	await bench.command("Notifications: Clear All Notifications");
	await bench.screenshots("generation-paused");
	const [run] = readdirSync(join(bench.folder, ".polyglot/runs"));
	const spent = JSON.parse(readFileSync(join(bench.folder, ".polyglot/runs", run, "manifest.json"), "utf8"));
	assert.equal(spent.budget.amount, 0.1);
});

test("a failed request is copied as a command without its key", async () => {
	const monitor = await bench.panel("monitor");
	await monitor
		.getByRole("button", { name: /^Copy as curl/ })
		.first()
		.click();
	await bench.toast("The request to slow is on the clipboard").first().waitFor();
});

test("teachers are compared on the same seeds, with the annotator's word, and a decision is written", async () => {
	server.setKnobs({ latencyMs: 20 });
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("View: Close All Editors");
	await bench.command("Polyglot: Compare Teachers…");
	await bench.pickSeveral("(1/4)", ["slow", "drifting"]);
	await bench.pick("(2/4)", "German");
	await bench.pick("(3/4)", "respond");
	await bench.pick("(4/4)", "Practice seeds (de)");
	await bench.answer("(4/4)", "5");
	const compare = await bench.panel("compare");
	await compare.locator("p.state", { hasText: "10 of 10 answers · done" }).waitFor({ timeout: 60_000 });
	assert.equal(await compare.locator("article").count(), 2);
	await bench.screenshots("compare-in-editor");
	await compare.getByRole("button", { name: "Prefer the answer of slow" }).click();
	// Where two teachers gave the same answer, what is decided about one holds for both.
	await compare.locator("article.accepted").first().waitFor();
	const file = join(bench.folder, ".polyglot/review.jsonl");
	await bench.until(() => existsSync(file) && readFileSync(file, "utf8").includes("accepted"), "the decision");
});

test("the winner leads to the form, filled with it", async () => {
	const compare = await bench.panel("compare");
	await compare.getByRole("button", { name: "Use this teacher… (drifting)" }).click();
	const form = await bench.panel("generate");
	await bench.until(() => form.getByRole("checkbox", { name: /^drifting/ }).isChecked(), "the winner");
	assert.ok(!(await form.getByRole("checkbox", { name: /^slow/ }).isChecked()));
});

test("no key is in any file of the workspace", () => {
	const files = readdirSync(bench.folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
	const holding = files.filter((one) => readFileSync(join(one.parentPath, one.name), "utf8").includes(apiKey));
	assert.deepEqual(holding, []);
});
