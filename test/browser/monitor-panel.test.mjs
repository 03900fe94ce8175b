// The monitor alone in a real browser, fed by a real run over the practice teachers: pictures, accessibility, hostile text.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as esbuild from "esbuild";
import { launchBrowser } from "../host/browser.mjs";
import { root } from "../tools/setup.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const themes = JSON.parse(readFileSync(join(root, "test/fixtures/score-panel/themes.json"), "utf8"));
const policy = "default-src 'none'; img-src data: blob:; style-src 'nonce-test'; script-src 'nonce-test'";
const pictures = join(root, "test-results");
let browser;
let bundle;
let messages;

before(async () => {
	messages = await messagesOfARun();
	const source = `import "./webview/panel.css"; import { draw } from "./webview/monitor/panel.ts";
		window.posted = []; window.show = (message) => draw(document.getElementById("root"), message, (asked) => window.posted.push(asked));`;
	const stdin = { contents: source, resolveDir: root, loader: "ts" };
	const built = await esbuild.build({ stdin, bundle: true, write: false, outdir: "out", format: "iife" });
	const text = (extension) => built.outputFiles.find(({ path }) => path.endsWith(extension)).text;
	bundle = { script: text(".js"), style: text(".css") };
	browser = await launchBrowser();
	mkdirSync(pictures, { recursive: true });
});
after(() => browser?.close());

/** What the engine sends while three teachers write in three languages against a capped, slow and faulty server. */
async function messagesOfARun() {
	const { startGenerateRun } = await import("../../server/node/generate-run.ts");
	const { practiceTeachers, startPracticeTeachers } = await import("../../server/practice/teachers.ts");
	const knobs = { latencyMs: 60, cap: 20, retryAfterS: 1, error500: 0.03 };
	const server = await startPracticeTeachers({ mediaFolder: join(root, "media"), knobs });
	const folder = mkdtempSync(join(tmpdir(), "monitor-"));
	const price = { inputPerMillion: 0.1, outputPerMillion: 0.3, currency: "EUR", asOf: "2026-11-01" };
	const run = await startGenerateRun({
		folder,
		teachers: practiceTeachers(server.baseUrl).map((teacher) => ({ ...teacher, price })),
		languages: ["ar", "id", "en"],
		strategies: ["generate", "respond"],
		seedFiles: ["ar", "id", "en"].map((language) => join(root, `media/practice/${language}.jsonl`)),
		count: 60,
		output: join(folder, "out.jsonl"),
		seed: 1,
		budget: { amount: 1, currency: "EUR" },
		key: async () => server.apiKey,
	});
	const seen = [];
	const ticker = setInterval(() => seen.push(run.monitor()), 250);
	await run.ended;
	clearInterval(ticker);
	seen.push(run.monitor());
	await server.close();
	return {
		running: seen.at(Math.floor(seen.length * 0.6)),
		end: seen.at(-1),
		waiting: seen.find(({ waiting }) => waiting !== null),
	};
}

async function open(theme, shown, width = 1180) {
	const page = await browser.newPage({ viewport: { width, height: 820 } });
	const faults = [];
	page.on("pageerror", (error) => faults.push(error.message));
	page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
	const colours = Object.entries(themes[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
	const font = "--vscode-font-family: sans-serif; --vscode-font-size: 13px;";
	await page.setContent(`<!doctype html><html lang="en"><head><title>Monitor</title>
		<meta http-equiv="Content-Security-Policy" content="${policy}">
		<style nonce="test">:root { ${colours.join(" ")} ${font} } body { margin: 0; } ${bundle.style}</style></head>
		<body><main id="root"></main><script nonce="test">${bundle.script.replaceAll("</script", "<\\/script")}</script></body></html>`);
	await page.evaluate((sent) => window.show(sent), shown);
	return { page, faults };
}

for (const theme of Object.keys(themes)) {
	test(`running, waiting and ended have their pictures and no accessibility violation: ${theme}`, async () => {
		assert.ok(messages.waiting, "a server that says 429 makes the run wait");
		for (const [name, message] of Object.entries(messages)) {
			const { page, faults } = await open(theme, message);
			await page.evaluate(axe);
			const { violations } = await page.evaluate(() => window.axe.run(document));
			assert.deepEqual(
				violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`),
				[],
				name,
			);
			await page.screenshot({ path: join(pictures, `monitor-${name}-${theme}.png`), fullPage: true });
			assert.deepEqual(faults, []);
			await page.close();
		}
	});
}

test("redrawing with the next message moves the figures and leaves nothing behind", async () => {
	const { page } = await open("dark", messages.running);
	const before = await page.locator("article").count();
	await page.evaluate((sent) => window.show(sent), messages.end);
	assert.equal(await page.locator("section").count(), 5);
	assert.equal(await page.locator("article").count(), before);
	assert.match(await page.locator("p.state").textContent(), /done/);
	assert.match(await page.locator("dl").textContent(), /540/);
	await page.close();
});

test("the state line says why work waits", async () => {
	const { page } = await open("light", messages.waiting);
	assert.match(await page.locator("p.state").textContent(), /running: waiting: .*server pause \d+ s/);
	await page.close();
});

test("pause, cancel and resume are asked for, each in its state", async () => {
	const { page } = await open("dark", messages.running);
	await page.getByRole("button", { name: "Pause" }).click();
	await page.getByRole("button", { name: "Cancel" }).click();
	await page.evaluate((sent) => window.show(sent), {
		...messages.running,
		state: "paused",
		message: "The budget is used up.",
	});
	await page.getByRole("button", { name: "Resume" }).click();
	assert.deepEqual(await page.evaluate(() => window.posted.map(({ type }) => type)), ["pause", "cancel", "resume"]);
	await page.close();
});

test("a teacher's text is text: no markup, no link, nothing loaded", async () => {
	const hostile = '<img src=x onerror="window.broken = 1"><script>window.broken = 1</script>[x](command:y)';
	const [sample] = messages.end.latest;
	const message = {
		...messages.end,
		message: hostile,
		reasons: [{ reason: hostile, count: 1 }],
		latest: [{ ...sample, prompt: hostile, response: hostile }],
	};
	const { page, faults } = await open("dark", message);
	assert.equal(await page.evaluate(() => window.broken), undefined);
	assert.equal(await page.locator("img, a, main script").count(), 0);
	assert.equal(await page.locator("article p.response").textContent(), hostile);
	assert.deepEqual(faults, []);
	await page.close();
});

test("Arabic samples are read from right to left", async () => {
	const { page } = await open("dark", messages.end);
	const arabic = page.locator('article p[lang="ar"]').first();
	if ((await page.locator('article p[lang="ar"]').count()) === 0)
		await page.evaluate((sent) => window.show(sent), {
			...messages.end,
			latest: [{ ...messages.end.latest[0], language: "ar" }],
		});
	assert.equal(await arabic.getAttribute("dir"), "rtl");
	await page.close();
});

test("at 420 pixels nothing runs out of the panel", async () => {
	const { page } = await open("dark", messages.end, 420);
	const [content, seen] = await page.evaluate(() => [
		document.documentElement.scrollWidth,
		document.documentElement.clientWidth,
	]);
	assert.ok(content <= seen, `${content} > ${seen}`);
	await page.close();
});

test("a message that is not the monitor's is refused", async () => {
	const { page } = await open("dark", messages.end);
	await assert.rejects(page.evaluate(() => window.show({ rows: [] })));
	await page.close();
});
