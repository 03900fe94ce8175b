// The review panel in the packaged extension: opened from the editor, walked by keyboard, edits undone in the text.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { openWorkbench } from "./workbench.mjs";

async function on(options, body) {
	const bench = await openWorkbench(options);
	try {
		await body(bench);
	} catch (cause) {
		const said = await bench.page.locator(".notification-list-item").allTextContents();
		throw new Error(`The editor said: ${said.join(" | ") || "nothing"}.`, { cause });
	} finally {
		await bench.close();
	}
}

const shows = (panel, line) =>
	panel
		.locator(".sample-head h2")
		.filter({ hasText: new RegExp(`^#${line}( |$)`) })
		.waitFor();

test("the practice file is reviewed by keyboard; decisions are on disk, an edit is undone in the text", () =>
	on({ file: "samples.de.jsonl" }, async (bench) => {
		const { page, folder } = bench;
		const path = join(folder, "samples.de.jsonl");
		const before = readFileSync(path, "utf8");
		await page.locator(".statusbar-item", { hasText: /11 samples · \d+ weak/ }).waitFor();
		await page.locator('.editor-actions a[aria-label*="Review Samples"]').click();
		let panel = await bench.panel("review");
		await shows(panel, 1);
		await panel.locator(".list").focus();
		await page.keyboard.press("n");
		await shows(panel, 3);
		await page.keyboard.press("a");
		await panel.locator(".counts", { hasText: "1 accepted" }).waitFor();
		await page.keyboard.press("r");
		await panel.locator(".counts", { hasText: "1 accepted · 1 rejected" }).waitFor();
		const decided = readFileSync(join(folder, ".polyglot/review.jsonl"), "utf8").trim().split("\n");
		assert.deepEqual(
			decided.map((row) => JSON.parse(row).decision),
			["accepted", "rejected"],
		);
		await page.keyboard.press("z");
		await panel.locator(".counts", { hasText: "1 accepted · 0 rejected" }).waitFor();
		await bench.until(() => existsSync(join(folder, ".polyglot/seen.jsonl")), "what was seen");
		await page.locator(".statusbar-item", { hasText: "1 accepted" }).waitFor();
		await bench.screenshots("editor-review", { kinds: ["light", "dark", "contrast"] });

		panel = await bench.panel("review");
		await panel.locator(".list").focus();
		await page.keyboard.press("Home");
		await shows(panel, 1);
		await page.keyboard.press("e");
		const area = panel.locator("form.edit textarea").last();
		await area.press("Control+End");
		await area.pressSequentially(" Nachtrag.");
		await area.press("Control+Enter");
		await panel.locator(".reading", { hasText: "Nachtrag." }).waitFor();
		await page.keyboard.press("o");
		const line = page.locator(".view-line", { hasText: "Nachtrag." });
		await line.first().waitFor();
		assert.equal(readFileSync(path, "utf8"), before);
		await page.keyboard.press("Control+z");
		await line.first().waitFor({ state: "detached" });
		await page.locator(".tab", { hasText: "Review: samples.de.jsonl" }).click();
		panel = await bench.panel("review");
		await shows(panel, 1);
		await panel.locator(".reading", { hasText: "Nachtrag." }).waitFor({ state: "detached" });
	}));

test("a hidden panel comes back as it was, and so does one after a reload of the window", () =>
	// Not opened by the address, which would open the file alone after the reload as well.
	on({}, async (bench) => {
		const { page } = bench;
		await page.locator(".monaco-list-row", { hasText: "samples.de.jsonl" }).dblclick();
		await page.locator(".editor-instance .view-lines").first().waitFor();
		await bench.command("Polyglot: Review Samples");
		let panel = await bench.panel("review");
		await shows(panel, 1);
		await panel.locator(".list").focus();
		await page.keyboard.press("n");
		await shows(panel, 3);
		await page.keyboard.press("f");
		await panel.getByRole("button", { name: /^Weak/ }).click();
		await panel.locator('.row[aria-setsize="6"]').first().waitFor();
		await page
			.locator(".tab", { hasText: /^samples\.de\.jsonl/ })
			.first()
			.click();
		await page.locator(".tab", { hasText: "Review: samples.de.jsonl" }).click();
		panel = await bench.panel("review");
		await shows(panel, 3);
		await panel.locator('.row[aria-setsize="6"]').first().waitFor();
		// A reload of the page alone may come before the editor has stored what is open.
		await page.evaluate(() => {
			window.isOld = true;
		});
		await bench.command("Developer: Reload Window");
		await page.waitForFunction(() => window.isOld === undefined);
		await page.locator(".monaco-workbench").waitFor();
		panel = await bench.panel("review");
		await shows(panel, 3);
		await panel.locator('.row[aria-setsize="6"]').first().waitFor();
	}));

test("the Samples view groups a packed file, and opens the panel at a sample", () => {
	const prepare = (folder) => {
		const rows = readFileSync(join(folder, "samples.de.jsonl"));
		writeFileSync(join(folder, "packed.jsonl.gz"), gzipSync(rows));
	};
	return on({ prepare }, async (bench) => {
		const { page, folder } = bench;
		// The menu is made of what extensions contributed when it opens.
		const icon = page
			.locator('.activitybar a[aria-label="Polyglot Lens"], .activitybar [aria-label*="Polyglot Lens"]')
			.first();
		await icon.waitFor();
		await page.locator(".monaco-list-row", { hasText: "packed.jsonl.gz" }).click({ button: "right" });
		await page.locator(".monaco-menu .action-label", { hasText: "Review Samples" }).click();
		const panel = await bench.panel("review");
		await shows(panel, 1);
		await panel.locator(".note", { hasText: "packed (gzip)" }).waitFor();
		await panel.locator(".list").focus();
		await page.keyboard.press("a");
		await panel.locator(".counts", { hasText: "1 accepted" }).waitFor();
		assert.equal(existsSync(join(folder, ".polyglot/review.jsonl")), true);
		await icon.click();
		const view = page.locator('.pane-header[aria-label*="Samples"]');
		await view.waitFor();
		if ((await view.getAttribute("aria-expanded")) === "false") await view.click();
		const row = (text) => page.locator(".pane-body .monaco-list-row", { hasText: text });
		await row("By finding").waitFor();
		await row("refusal").or(row("prompt-echo")).first().click();
		const sample = row(/^#6/);
		await sample.waitFor();
		await sample.click();
		await shows(panel, 6);
		await bench.screenshots("samples-view");
	});
});
