// Measure Dataset in the packaged extension: estimate, measurement, a jump to the line, values in the hover, a reload.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { openWorkbench } from "./workbench.mjs";

const shown = 40;
let bench;
before(async () => {
	bench = await openWorkbench({
		// No file in the address: it would be opened again, over the panel, when the window is reloaded.
		prepare: (folder) => {
			writeFileSync(join(folder, "samples.cs.jsonl"), practiceRows("cs"));
		},
	});
});
after(() => bench?.close());

/** Two teachers' samples out of the practice seeds; the second repeats its last answers. */
function practiceRows(language) {
	const seeds = readFileSync(join(root, `media/practice/${language}.jsonl`), "utf8")
		.trim()
		.split("\n")
		.map(JSON.parse);
	const row = (model, response, { id, prompt }) => ({ id: `${id}-${model}`, language, model, prompt, response });
	return seeds
		.slice(0, shown)
		.flatMap((seed, at) => [
			row("careful-8b", seed.response, seed),
			row("repeating-70b", seeds[at % 25].response, seed),
		])
		.map((one) => `${JSON.stringify(one)}\n`)
		.join("");
}

test("the panel says what a measurement takes before anybody is asked", async () => {
	await bench.command("Polyglot: Measure Dataset…");
	const panel = await bench.panel("measure");
	await panel.getByRole("checkbox", { name: "samples.cs.jsonl" }).check();
	await panel.locator("dd", { hasText: "none, all on this machine" }).waitFor();
	await panel.getByRole("checkbox", { name: /^practice-judge/ }).check();
	await panel
		.locator("dd", { hasText: /^\d+ to \d+$/ })
		.first()
		.waitFor();
	await bench.screenshots("measure-form");
});

test("groups, distributions, map and lists come out, and go into intrinsic.jsonl", async () => {
	const panel = await bench.panel("measure");
	await panel.getByRole("button", { name: "Measure", exact: true }).click();
	await panel.getByRole("button", { name: "repeating-70b · cs" }).first().waitFor({ timeout: 60_000 });
	assert.equal(await panel.locator("[data-part=groups] tbody tr").count(), 2);
	const rows = readFileSync(join(bench.folder, ".polyglot/intrinsic.jsonl"), "utf8").trim().split("\n");
	assert.equal(rows.length, 2);
	await bench.screenshots("measure-editor", { kinds: ["light", "dark", "contrast"] });
});

test("a listed sample opens at its line, whose hover has the measured values", async () => {
	const panel = await bench.panel("measure");
	await panel.getByRole("button", { name: "repeating-70b · cs" }).first().click();
	const entry = panel.locator(".drag", { hasText: "nearly repeats another" }).locator("li button").first();
	const line = (await entry.textContent()).replace(/\D/g, "");
	await entry.click();
	await bench.page.locator(".statusbar-item", { hasText: `Ln ${line},` }).waitFor();
	await bench.page.keyboard.press("F1");
	await bench.page.locator(".quick-input-widget:visible input").first().fill(">Show or Focus Hover");
	await bench.page.keyboard.press("Enter");
	await bench.page.locator(".monaco-hover", { hasText: "distance to the others" }).first().waitFor();
});

test("a reload of the window brings the result back", async () => {
	await bench.page.locator(".tab", { hasText: "Measure Dataset" }).click();
	await bench.panel("measure");
	// As a person does it: the editor writes down its panels before it goes.
	const gone = bench.page.waitForEvent("load", { timeout: 60_000 });
	await bench.command("Developer: Reload Window");
	await gone;
	await bench.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
	const panel = await bench.panel("measure");
	await panel.getByRole("button", { name: "repeating-70b · cs" }).first().waitFor({ timeout: 60_000 });
});
