// What the packaged extension says when something is missing, too large, not trusted or wrong.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { openWorkbench } from "./workbench.mjs";

/** Runs `body` on a workbench of its own, and closes it whatever happens. */
async function on(options, body) {
	const bench = await openWorkbench(options);
	try {
		await body(bench);
	} finally {
		await bench.close();
	}
}

test("an untrusted workspace is checked and shown, and nothing is sent anywhere", async () => {
	const asked = [];
	const endpoint = createServer((request, response) => {
		asked.push(request.url);
		response.end("{}");
	});
	await new Promise((done) => endpoint.listen(0, "127.0.0.1", done));
	const teacher = { name: "somebody", baseUrl: `http://127.0.0.1:${endpoint.address().port}/v1`, model: "m" };
	const prepare = (folder) => writeFileSync(join(folder, "polyglot.json"), JSON.stringify({ teachers: [teacher] }));
	try {
		await on({ file: "samples.de.jsonl", trust: true, prepare }, async (bench) => {
			await bench.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
			await bench.page.locator(".squiggly-error").first().waitFor();
			await bench.command("Polyglot: Generate Samples…");
			await bench.toast("not trusted").first().waitFor();
			await bench.command("Polyglot: Train Student…");
			await bench.until(async () => (await bench.toast("not trusted").count()) >= 1, "the refusal to train");
			assert.ok(!existsSync(join(bench.folder, ".polyglot")), "nothing is written");
		});
	} finally {
		endpoint.closeAllConnections();
		endpoint.close();
	}
	assert.deepEqual(asked, []);
});

test("without a folder, commands say why one is needed and offer to open it", () =>
	on({ withFolder: false }, async (bench) => {
		await bench.command("Polyglot: Generate Samples…");
		const toast = bench.toast("Open a folder first").first();
		await toast.waitFor();
		await toast.locator(".monaco-button", { hasText: "Open Folder" }).waitFor();
	}));

test("a file of 60 MB says that it is not marked, can be reviewed from disk, and checked as a whole", () => {
	const row = JSON.stringify({
		language: "de",
		prompt: "Warum?",
		response: `Weil es so ist. ${"Das Wetter ist schön. ".repeat(200)}`,
	});
	const prepare = (folder) =>
		writeFileSync(join(folder, "large.jsonl"), `${row}\n`.repeat(Math.ceil(60e6 / row.length)));
	return on({ prepare }, async (bench) => {
		await bench.page.locator(".monaco-list-row", { hasText: "large.jsonl" }).dblclick();
		await bench.page.locator(".monaco-button", { hasText: "Open Anyway" }).click();
		const entry = bench.page.locator(".statusbar-item", { hasText: "MB: not marked" });
		await entry.waitFor();
		await entry.click();
		const panel = await bench.panel("review");
		await panel.locator(".note", { hasText: /Read-only: .*above 50 MB/ }).waitFor();
		await panel.locator(".reading .turn.assistant", { hasText: "Weil es so ist." }).waitFor();
		await bench.command("Polyglot: Check File…");
		await bench.pick("Check file", "large.jsonl");
		await bench.page.locator(".view-line", { hasText: /large\.jsonl:.*lines/ }).waitFor({ timeout: 90_000 });
	});
});

test("a polyglot.json with an error is squiggled, and a key in it is refused", () => {
	const text = '{\n\t"teachers": [{ "name": "x", "baseUrl": "ftp://host", "model": "m", "apiKey": "secret" }]\n}\n';
	const prepare = (folder) => writeFileSync(join(folder, "polyglot.json"), text);
	return on({ file: "polyglot.json", prepare }, async ({ page }) => {
		await page.locator(".squiggly-error, .squiggly-warning").first().waitFor();
	});
});

test("an unreachable teacher, a wrong key and a trainer that is away each say what to do", () => {
	const teachers = [{ name: "away", baseUrl: "http://127.0.0.1:9/v1", model: "m" }];
	const project = { teachers, trainer: { url: "ws://127.0.0.1:9/v1/rpc" } };
	const prepare = (folder) => writeFileSync(join(folder, "polyglot.json"), JSON.stringify(project));
	return on({ file: "samples.de.jsonl", prepare }, async (bench) => {
		await bench.command("Polyglot: Test Teacher");
		await bench.pick("Test teacher", "away");
		await bench.toast("127.0.0.1:9").first().waitFor();
		await bench.command("Notifications: Clear All Notifications");
		await bench.command("Polyglot: Train Student…");
		const form = await bench.panel("train");
		await form.getByRole("alert").filter({ hasText: "no token for ws://127.0.0.1:9" }).waitFor();
	});
});

test("hostile text of a sample stays text: no link, no image, no markup in the hover", () => {
	const response =
		"[click](command:workbench.action.terminal.new) <img src=x onerror=alert(1)> ![](https://example.invalid/x.png)";
	const row = JSON.stringify({ id: "h", language: "de", strategy: "respond", prompt: response, response });
	const prepare = (folder) => writeFileSync(join(folder, "hostile.jsonl"), `${row}\n`);
	return on({ file: "hostile.jsonl", prepare }, async (bench) => {
		await bench.page.locator(".view-line", { hasText: "prompt-echo" }).first().waitFor();
		await bench.hover("click");
		const hover = bench.page.locator(".monaco-hover:visible", { hasText: "ROUGE" }).first();
		await hover.waitFor();
		assert.equal(await hover.locator("img").count(), 0);
		const links = await hover.locator("a").evaluateAll((all) => all.map((one) => one.getAttribute("data-href") ?? ""));
		assert.deepEqual(
			links.filter((link) => !/media\/checks\//.test(decodeURIComponent(link))),
			[],
		);
		assert.match(readFileSync(join(bench.folder, "hostile.jsonl"), "utf8"), /onerror/);
	});
});
