// The monitor alone in a real browser, fed by a real run over the practice teachers: pictures, accessibility, hostile text.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { overflow, pictures, startBarePanel, themes } from "./bare-panel.mjs";

let panel;
let messages;
before(async () => {
	messages = await messagesOfARun();
	panel = await startBarePanel("monitor/panel.ts", "draw");
});
after(() => panel?.close());
const open = (theme, shown, width = 1180) => panel.open(theme, shown, { width });

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

for (const theme of Object.keys(themes)) {
	test(`running, waiting and ended have their pictures and no accessibility violation: ${theme}`, async () => {
		assert.ok(messages.waiting, "a server that says 429 makes the run wait");
		for (const [name, message] of Object.entries(messages)) {
			const { page, faults } = await open(theme, message);
			assert.deepEqual(await panel.violations(page), [], name);
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
	assert.equal(await page.locator("main > section").count(), 5);
	assert.equal(await page.locator("article").count(), before);
	assert.equal(await page.locator("article .reading .turn").count(), 2 * before);
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

test("what gave no sample is told by class, in the server's redacted words", async () => {
	const { page } = await open("dark", messages.end);
	const text = await page.locator(".monitor-failures").textContent();
	assert.match(text, /busy.*asked again.*the server was at its limit/);
	assert.match(text, /transient/);
	assert.ok((await page.locator(".monitor-failures .examples code").count()) > 0);
	assert.equal(await page.getByRole("button", { name: /^Ask again/ }).count(), 0, "all targets are reached");
	await page.close();
});

test("a class is asked again, and a request copied, where the run stands still short of its targets", async () => {
	const examples = [{ teacher: "gemma", message: "finish reason length", key: "abc" }];
	const short = {
		...messages.end,
		state: "paused",
		message: "The budget is used up.",
		accepted: 10,
		failures: [{ cause: "truncated", again: 2, dropped: 7, examples }],
	};
	const { page } = await open("light", short);
	await page.screenshot({ path: join(pictures, "monitor-failures-light.png"), fullPage: true });
	await page.getByRole("button", { name: "Ask again what was given up as truncated" }).click();
	await page.getByRole("button", { name: /Copy as curl: gemma/ }).click();
	assert.deepEqual(await page.evaluate(() => window.posted), [
		{ type: "rerun", cause: "truncated" },
		{ type: "copyCurl", key: "abc" },
	]);
	await page.evaluate((sent) => window.show(sent), { ...short, state: "running" });
	assert.equal(await page.getByRole("button", { name: /^Ask again/ }).count(), 0);
	assert.match(await page.locator(".monitor-failures").textContent(), /once the run is paused or ended/);
	await page.close();
});

test("spent and projected stand against the cap", async () => {
	const money = { spent: { EUR: 0.8 }, projected: { EUR: 1.6 }, budget: { amount: 1, currency: "EUR" } };
	const { page } = await open("dark", { ...messages.running, ...money });
	const cap = page.locator("p.cap");
	assert.match(
		await cap.textContent(),
		/80 % of the cap of 1\.00 EUR spent; at this rate the run needs 1\.60 EUR and will pause/,
	);
	assert.equal(await cap.locator("meter").getAttribute("value"), "0.8");
	await page.close();
});

test("the limit over time and each pause with its reason are drawn", async () => {
	const { page } = await open("dark", messages.end);
	assert.equal(await page.locator("figure.limit path.curve").count(), 3);
	const pauses = await page.locator("figure.limit rect.pause title").allTextContents();
	assert.ok(pauses.length > 0 && pauses.every((text) => /asks to slow down|500/.test(text)), pauses.join("; "));
	await page.close();
});

test("a teacher's text is text: no markup, no link, nothing loaded", async () => {
	const hostile = '<img src=x onerror="window.broken = 1"><script>window.broken = 1</script>[x](command:y)';
	const [sample] = messages.end.latest;
	const message = {
		...messages.end,
		message: hostile,
		failures: [{ cause: hostile, again: 0, dropped: 1, examples: [{ teacher: "x", message: hostile, key: "k" }] }],
		latest: [{ ...sample, prompt: hostile, response: hostile }],
	};
	const { page, faults } = await open("dark", message);
	assert.equal(await page.evaluate(() => window.broken), undefined);
	assert.equal(await page.locator("img, a, main script").count(), 0);
	assert.equal(await page.locator('article [data-field="response"]').textContent(), hostile);
	assert.deepEqual(faults, []);
	await page.close();
});

test("Arabic samples are read from right to left", async () => {
	const { page } = await open("dark", messages.end);
	const text = "ما هي عاصمة المغرب؟ الرباط.";
	await page.evaluate((sent) => window.show(sent), {
		...messages.end,
		latest: [{ ...messages.end.latest[0], language: "ar", prompt: text, response: text }],
	});
	const body = page.locator('article [data-field="response"]');
	assert.deepEqual([await body.getAttribute("dir"), await body.getAttribute("lang")], ["rtl", "ar"]);
	await page.close();
});

test("at 420 pixels nothing runs out of the panel", async () => {
	const { page } = await open("dark", messages.end, 420);
	assert.ok((await overflow(page)) <= 0);
	await page.close();
});

test("a message that is not the monitor's is refused", async () => {
	const { page } = await open("dark", messages.end);
	await assert.rejects(page.evaluate(() => window.show({ rows: [] })));
	await page.close();
});
