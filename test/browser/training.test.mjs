// Training in the packaged extension: the form with its count, a sweep with its grid, artifacts, comparison; light and dark.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { openWorkbench } from "./workbench.mjs";

let bench;
before(async () => {
	bench = await openWorkbench({ file: "samples.de.jsonl", prepare: writeDatasets });
});
after(() => bench?.close());

/** Two teachers in two languages, out of the practice seeds, and one whose file trains alone. */
function writeDatasets(folder) {
	const rows = ["de", "id"].flatMap((language) => {
		const seeds = readFileSync(join(import.meta.dirname, `../../media/practice/${language}.jsonl`), "utf8")
			.trim()
			.split("\n");
		return seeds.slice(0, 40).flatMap((line, index) => {
			const { prompt, response } = JSON.parse(line);
			const model = index % 2 === 0 ? "careful-teacher" : "terse-teacher";
			return { prompt, response: index % 2 === 0 ? response : response.slice(0, 60), model, language };
		});
	});
	const text = (some) => `${some.map((row) => JSON.stringify(row)).join("\n")}\n`;
	writeFileSync(join(folder, "teachers.jsonl"), text(rows));
	writeFileSync(
		join(folder, "careful.jsonl"),
		text(rows.filter(({ model, language }) => model === "careful-teacher" && language === "de")),
	);
}

const enabled = (panel, name) => panel.getByRole("button", { name }).and(panel.locator('[aria-disabled="false"]'));

/** Faults that a screen reader or a keyboard would meet, in words. */
async function faults(panel) {
	await panel.evaluate(axe.source);
	const { violations } = await panel.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa"] }));
	return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

test("the form counts before it trains, and says what holds when nothing is chosen", async () => {
	await bench.command("View: Close All Editors");
	await bench.command("Polyglot: Train Student…");
	const form = await bench.panel("train");
	const start = form.getByRole("button", { name: "Start training" });
	assert.equal(await start.getAttribute("aria-disabled"), "true");
	await form.getByLabel("Dataset", { exact: true }).selectOption({ label: "careful.jsonl" });
	await bench.until(
		async () => (await form.getByLabel("Teacher", { exact: true }).inputValue()) === "careful-teacher",
		"the guess",
	);
	assert.equal(await form.getByLabel("Language", { exact: true }).inputValue(), "de");
	await form.getByText("Recipe: defaults").click();
	assert.equal(await form.getByLabel("Epochs", { exact: true }).getAttribute("placeholder"), "1");
	// By keyboard alone: a value, then the next field.
	await form.getByLabel("Epochs", { exact: true }).focus();
	await bench.page.keyboard.type("0");
	await bench.page.keyboard.press("Tab");
	await form.locator('input[aria-invalid="true"]').waitFor();
	assert.equal(await start.getAttribute("aria-disabled"), "true");
	await form.getByLabel("Epochs", { exact: true }).fill("2");
	await bench.page.keyboard.press("Tab");
	await enabled(form, "Check before training").click();
	await form.getByText("Checked by the trainer").waitFor();
	const facts = await form.locator(".check dl").textContent();
	assert.match(facts, /rows20/);
	assert.match(facts, /dropped: too long0/);
	assert.match(facts, /cut at the end0/);
	assert.ok((await form.locator(".check .trained").textContent()).length > 20);
	assert.deepEqual(await faults(form), []);
	await bench.screenshots("train-form", { kinds: ["light", "dark", "contrast"] });
	// A change after the check takes it back.
	await form.getByLabel("Epochs", { exact: true }).fill("1");
	await bench.page.keyboard.press("Tab");
	await bench.until(async () => (await start.getAttribute("aria-disabled")) === "true", "the check to be void");
	await enabled(form, "Check before training").click();
	await enabled(form, "Start training").click();
	const run = await bench.panel("run");
	await run.locator(".fact.succeeded").waitFor();
	assert.equal(await bench.toast("disposed").count(), 0);
});

test("a student that was trained is evaluated and filed without another hand", async () => {
	const file = join(bench.folder, ".polyglot/scores.jsonl");
	await bench.until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"), "the score");
	const [score] = readFileSync(file, "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	assert.equal(score.teacher_model, "careful-teacher");
	assert.ok(score.result > score.base);
	assert.ok(score.ref > score.base);
	await bench.toast("Evaluation of German, careful-teacher: succeeded").first().waitFor();
});

test("an artifact is fetched with its checksum and lies in the workspace", async () => {
	const run = await bench.panel("run");
	await run.getByText("Files the run left at the trainer").click();
	const hash = await run.locator(".run-artifacts td.text").nth(2).textContent();
	await run
		.getByRole("button", { name: /^Download: / })
		.first()
		.click();
	const told = run.locator(".run-artifacts td.fetch [role=status]", { hasText: "SHA-256 checked" }).first();
	await told.waitFor();
	const [path] = (await told.textContent()).split(",");
	const real = createHash("sha256")
		.update(readFileSync(join(bench.folder, path)))
		.digest("hex");
	assert.ok(hash.includes(real.slice(0, 16)), `${hash} against ${real}`);
	assert.deepEqual(await faults(run), []);
	await told.scrollIntoViewIfNeeded();
	await bench.screenshots("run-artifacts");
});

test("a sweep is one command: four students in one group, their grid, their scores", async () => {
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("View: Close All Editors");
	await bench.command("Polyglot: Train Sweep…");
	const form = await bench.panel("train");
	await form.getByLabel("teachers.jsonl", { exact: true }).check();
	await form.getByText("4 students, 80 rows in all.").waitFor();
	await form.getByLabel("terse-teacher, id: 20 rows").uncheck();
	await form.getByText("3 students, 60 rows in all.").waitFor();
	await form.getByLabel("terse-teacher, id: 20 rows").check();
	await form.getByText("4 students, 80 rows in all.").waitFor();
	await enabled(form, "Check before training").click();
	await form.getByText("Looked at was the largest student").waitFor();
	assert.deepEqual(await faults(form), []);
	await bench.screenshots("sweep-form");
	await enabled(form, "Start the sweep").click();
	const sweep = await bench.panel("sweep");
	await sweep.locator("td.running button").first().waitFor();
	await bench.picture("sweep-running");
	await bench.until(async () => (await sweep.locator("td.succeeded").count()) === 4, "four students");
	// One notification for all of it, while it is fresh: the editor hides it after some seconds.
	await bench.toast("2 teachers × 2 languages: 4 succeeded").first().waitFor();
	await bench.until(async () => (await sweep.getByText(/result 0\.\d+/).count()) === 4, "their evaluations");
	assert.deepEqual(await faults(sweep), []);
	assert.equal(await bench.toast("Evaluation of").count(), 0);
	await bench.screenshots("sweep", { kinds: ["light", "dark", "contrast"] });
	const scores = readFileSync(join(bench.folder, ".polyglot/scores.jsonl"), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	const filed = new Set(scores.map(({ teacher_model, target_lang }) => `${teacher_model} ${target_lang}`));
	assert.deepEqual([...filed].sort(), [
		"careful-teacher de",
		"careful-teacher id",
		"terse-teacher de",
		"terse-teacher id",
	]);
	const [group] = readdirSync(join(bench.folder, ".polyglot/sweeps"));
	assert.match(group, /^sweep-\d+$/);
});

test("the Runs view has the sweep as one group", async () => {
	await bench.command("View: Show Polyglot Lens");
	const group = bench.page.locator(".pane-body .monaco-list-row", { hasText: "2 teachers × 2 languages" });
	await group.waitFor();
	assert.match(await group.textContent(), /4 succeeded/);
	await bench.screenshots("runs-view");
});

test("runs of one base and language are laid beside each other", async () => {
	const sweep = await bench.panel("sweep");
	await sweep.getByRole("button", { name: /^careful-teacher, de/ }).click();
	const run = await bench.panel("run");
	await run.locator(".comparison summary").click();
	await run.locator(".comparison input").first().check();
	await run.locator("path.curve.other").first().waitFor();
	await bench.screenshots("run-compared");
});
