// The editor's own language models as teachers, lent by a fake provider: found, added, asked with consent, refused.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { openWorkbench } from "./workbench.mjs";

let bench;
before(async () => {
	bench = await openWorkbench({
		file: "samples.de.jsonl",
		settings: { "chat.disableAIFeatures": false },
		companions: [join(root, "test/host/fake-models")],
	});
});
after(() => bench?.close());

const project = () => JSON.parse(readFileSync(join(bench.folder, "polyglot.json"), "utf8"));

/** Presses a button of the editor's question of consent. */
async function consent(button) {
	const dialog = bench.page.locator(".monaco-dialog-box", { hasText: "Allow Polyglot Lens to use the language model" });
	await dialog.waitFor();
	await dialog.getByRole("button", { name: button }).click();
}

test("the Teachers view counts the editor's models", async () => {
	await bench.command("Polyglot Lens: Focus on Teachers View");
	const rows = bench.page.locator(".pane-body .monaco-list-row");
	await rows.filter({ hasText: "Language models of the editor" }).filter({ hasText: "3" }).waitFor();
});

test("a model of the editor becomes a teacher, and is asked only after the user allows it", async () => {
	await bench.command("Polyglot: Add Teacher…");
	await bench.pick("what kind", "Language model of this editor");
	await bench.pick("language model of this editor", "Fake Polite");
	await bench.answer("a short name", "polite");
	await consent("Allow");
	await bench.toast("polite answers").first().waitFor();
	assert.deepEqual(project().teachers, [
		{ name: "polite", kind: "vscode", vendor: "fake", family: "polite-family", id: "polite" },
	]);
	const rows = bench.page.locator(".pane-body .monaco-list-row");
	await rows.filter({ hasText: "polite, a model of the editor" }).waitFor();
	await bench.screenshots("language-model");
});

test("it writes samples like any other teacher, with its own token counts", async () => {
	await bench.command("Polyglot: Generate Samples…");
	const form = await bench.panel("generate");
	await form.getByRole("checkbox", { name: /^polite/ }).check();
	for (const name of [/^generate/, /^translate/]) await form.getByRole("checkbox", { name }).uncheck();
	await form.getByLabel("Of each teacher in each language").fill("3");
	await form.locator(".generate-foot dl").waitFor();
	await form.getByRole("button", { name: "Start generating" }).click();
	await bench.toast("3 of 3 samples accepted").first().waitFor();
	const file = join(bench.folder, "samples.de-2.jsonl");
	assert.ok(existsSync(file));
	const rows = readFileSync(file, "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	assert.equal(rows.length, 3);
	for (const { model, response, provenance } of rows) {
		assert.equal(model, "polite");
		assert.match(response, /^Gern: hier ist eine Antwort/);
		assert.equal(provenance.endpoint, "vscode:fake");
		assert.ok(provenance.usage.promptTokens > 0 && provenance.usage.completionTokens > 10);
	}
});

test("a model at its limit says so in clear words", async () => {
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("Polyglot: Add Teacher…");
	await bench.pick("what kind", "Language model of this editor");
	await bench.pick("language model of this editor", "Fake Tired");
	await bench.answer("a short name", "tired");
	await consent("Allow");
	await bench
		.toast(/tired: fake\/tired is at its limit: You have exceeded your quota/)
		.first()
		.waitFor();
});

test("a no is a no: the teacher is not asked, and the words say what to do", async () => {
	await bench.command("Notifications: Clear All Notifications");
	await bench.command("Polyglot: Add Teacher…");
	await bench.pick("what kind", "Language model of this editor");
	await bench.pick("language model of this editor", "Fake Unwanted");
	await bench.answer("a short name", "unwanted");
	await consent("Cancel");
	await bench
		.toast(/unwanted: Polyglot Lens may not use fake\/unwanted: you have not allowed it/)
		.first()
		.waitFor();
});

test("a model that is not there is named, with those that are", async () => {
	await bench.command("Notifications: Clear All Notifications");
	const uri = join(bench.folder, "polyglot.json");
	const gone = { name: "gone", kind: "vscode", vendor: "fake", id: "gone" };
	writeFileSync(uri, JSON.stringify({ ...project(), teachers: [...project().teachers, gone] }, null, "\t"));
	const row = bench.page.locator(".pane-body .monaco-list-row").filter({ hasText: "gone" });
	await bench.command("Polyglot Lens: Focus on Teachers View");
	// The engine reads the file when the editor tells of it.
	await bench.until(async () => {
		await bench.command("Polyglot: Refresh Teachers and Runs");
		return (await row.count()) > 0;
	}, "the new teacher");
	await bench.command("Polyglot: Test Teacher");
	await bench.pick("Test teacher", "gone");
	await bench
		.toast(/no language model with vendor fake, id gone\. It has: fake\/polite, fake\/tired, fake\/unwanted/)
		.first()
		.waitFor();
});
