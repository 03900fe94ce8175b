// The whole way in the packaged extension: generate, review, train, evaluate, score; with pictures in light and dark.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openWorkbench } from "./workbench.mjs";

let bench;
before(async () => {
	bench = await openWorkbench({ file: "samples.de.jsonl" });
});
after(() => bench?.close());

const rows = (name) =>
	readFileSync(join(bench.folder, name), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));

test("review: hints, marks and a hover that says why", async () => {
	const { page } = bench;
	await page.locator(".squiggly-error").first().waitFor();
	await page.locator(".squiggly-info").first().waitFor();
	await page.locator(".view-line span", { hasText: /de.·/ }).first().waitFor();
	await bench.hover("Was ist der Unterschied zwischen Wetter");
	await page
		.locator(".monaco-hover:not(.hidden)", { hasText: /English/ })
		.first()
		.waitFor();
	// A change of theme would close the hover, so this picture is taken before.
	await bench.picture("review-hover");
	await page.mouse.move(1000, 860);
	await page.keyboard.press("Escape");
	await bench.screenshots("review");
});

test("generate: samples of two teachers stream into a file that opens beside", async () => {
	await bench.command("Polyglot: Generate Samples…");
	const form = await bench.panel("generate");
	for (const name of ["practice-careful", "practice-drifting"])
		await form.getByRole("checkbox", { name: new RegExp(`^${name}`) }).check();
	await form.getByRole("checkbox", { name: /^translate/ }).uncheck();
	await form.getByLabel("Of each teacher in each language").fill("12");
	await form.locator(".generate-foot dl").waitFor();
	await bench.screenshots("generate-form-in-editor");
	await form.getByRole("button", { name: "Start generating" }).click();
	await bench.toast("Generation done").first().waitFor();
	assert.match(await bench.toast("Generation done").first().textContent(), /24 of 24 samples accepted/);
	const made = rows("samples.de-2.jsonl");
	assert.equal(made.length, 24);
	assert.deepEqual(new Set(made.map(({ model }) => model)), new Set(["practice-careful", "practice-drifting"]));
	assert.ok(made.every(({ provenance }) => provenance.practice === true));
	await bench.page.locator(".tab", { hasText: "samples.de-2.jsonl" }).waitFor();
	await bench.panel("monitor");
	await bench.screenshots("generate");
});

test("train: the curve grows live and the run succeeds", async () => {
	await bench.command("Polyglot: Train Student…");
	const form = await bench.panel("train");
	await form.getByLabel("Dataset", { exact: true }).selectOption({ label: "samples.de-2.jsonl" });
	await form.getByLabel("Teacher", { exact: true }).fill("practice-careful");
	await form.getByLabel("Evaluate when it is trained").uncheck();
	await form
		.getByRole("button", { name: "Check before training" })
		.and(form.locator('[aria-disabled="false"]'))
		.click();
	await form.getByRole("button", { name: "Start training" }).and(form.locator('[aria-disabled="false"]')).click();
	const panel = await bench.panel("run");
	await panel.locator("path.curve.training").waitFor();
	await panel.locator(".fact.running").waitFor();
	await panel.locator(".fact.succeeded").waitFor();
	assert.match(await panel.locator(".fact.practice").textContent(), /practice/);
	assert.ok((await panel.locator(".run-loss tbody tr").count()) > 10);
	await bench.screenshots("train");
});

test("evaluate: the student beside base and reference, and a score on disk", async () => {
	await (await bench.panel("run")).locator("button", { hasText: "Evaluate student" }).click();
	await bench.page.locator(".tab", { hasText: "Evaluation of" }).waitFor();
	await (await bench.panel("run")).locator(".run-results tr.reference").first().waitFor();
	const file = join(bench.folder, ".polyglot/scores.jsonl");
	await bench.until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"), "the score");
	const [score] = rows(".polyglot/scores.jsonl");
	assert.equal(score.teacher_model, "practice-careful");
	assert.equal(score.practice, true);
	assert.ok(score.ref > score.base);
	assert.ok(score.result > score.base);
	await bench.screenshots("evaluate");
});

test("score: the published teachers beside my own, and a visible mark where PGR is not interpretable", async () => {
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("View: Close All Editors");
	await bench.command("Polyglot: Show Polyglot Score");
	const panel = await bench.panel("score");
	await panel.locator("text=Gemma 3 27B").first().waitFor();
	await panel.locator("text=practice-careful").first().waitFor();
	await bench.screenshots("score", { kinds: ["light", "dark", "contrast"] });
});

test("a click leads from the score back to its samples and its run", async () => {
	const panel = await bench.panel("score");
	await panel.getByRole("button", { name: /^practice-careful, German, practice/ }).click();
	assert.match(await panel.locator(".score-breakdown").textContent(), /0-shot/);
	await panel.getByRole("button", { name: "Open samples", exact: true }).click();
	await bench.page.locator(".tab.active", { hasText: "samples.de-2.jsonl" }).waitFor();
	await bench.command("Polyglot: Show Polyglot Score");
	await (await bench.panel("score")).getByRole("button", { name: "Open run", exact: true }).click();
	await bench.page.locator(".tab.active", { hasText: "Evaluation of" }).waitFor();
});
