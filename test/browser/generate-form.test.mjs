// The form of Generate Samples alone in a real browser: the grid, its words for what is wrong, keyboard, pictures.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { overflow, pictures, startBarePanel, themes } from "./bare-panel.mjs";

const offer = {
	teachers: [
		{ name: "gemma-27b", note: "google/gemma-3-27b-it at http://127.0.0.1:8000", isPractice: false, currency: "EUR" },
		{ name: "aya-32b", note: "CohereLabs/aya-expanse-32b at http://127.0.0.1:8001", isPractice: false, currency: null },
		{ name: "practice-careful", note: "practice: canned text, not a model", isPractice: true, currency: null },
	],
	languages: [
		["de", "German"],
		["ar", "Arabic"],
		["id", "Indonesian"],
	].map(([code, name]) => ({ code, name })),
	seeds: [
		{ path: "practice", label: "Practice seeds", note: "shipped with Polyglot Lens, in each chosen language" },
		{ path: "/w/seeds.jsonl", label: "seeds.jsonl", note: "in the editor" },
	],
	existing: ["samples.de.jsonl"],
};
const draft = {
	teachers: ["gemma-27b", "practice-careful"],
	languages: ["de", "ar"],
	strategies: ["generate", "translate", "respond"],
	each: "100",
	own: {},
	seeds: ["practice"],
	output: null,
	budget: "5",
	acceptByChecks: true,
	reuse: true,
	probe: true,
};
const filled = { type: "form", offer, draft };
const estimate = {
	type: "estimate",
	estimate: {
		requests: [400, 600],
		promptTokens: [120_000, 480_000],
		completionTokens: [40_000, 260_000],
		cost: { EUR: [1.2, 9.4] },
		unpriced: [],
		seconds: [60, 2_400],
	},
	problem: null,
};
const empty = { ...filled, draft: { ...draft, teachers: [], languages: [], seeds: [], each: "many" } };

let panel;
before(async () => {
	panel = await startBarePanel("generate/panel.ts", "drawGenerate");
});
after(() => panel?.close());

for (const theme of Object.keys(themes)) {
	test(`the filled form and its complaints have pictures and no accessibility violation: ${theme}`, async () => {
		const { page, faults } = await panel.open(theme, filled);
		await page.evaluate((sent) => window.show(sent), estimate);
		assert.deepEqual(await panel.violations(page), []);
		await page.screenshot({ path: join(pictures, `generate-form-${theme}.png`), fullPage: true });
		await page.evaluate((sent) => window.show(sent), empty);
		await page.getByRole("button", { name: "Start generating" }).click();
		assert.deepEqual(await panel.violations(page), []);
		await page.screenshot({ path: join(pictures, `generate-form-complaints-${theme}.png`), fullPage: true });
		assert.deepEqual(faults, []);
		await page.close();
	});
}

test("the paper's mix is equal thirds in every cell, and the sums are told", async () => {
	const { page } = await panel.open("dark", filled);
	const cell = page.getByLabel("gemma-27b, Arabic, generate");
	assert.equal(await cell.inputValue(), "34");
	assert.equal(await page.getByLabel("gemma-27b, Arabic, translate").inputValue(), "33");
	assert.match(await page.locator("tfoot").textContent(), /136132132400/);
	await cell.fill("50");
	assert.match(await page.locator("tfoot").textContent(), /152132132416/);
	await page.getByRole("button", { name: "Equal shares in every cell" }).click();
	assert.equal(await cell.inputValue(), "34");
	await page.close();
});

test("unchecking a strategy takes its column away, and the paper's mix brings it back", async () => {
	const { page } = await panel.open("dark", filled);
	await page.getByRole("checkbox", { name: /^respond/ }).uncheck();
	assert.equal(await page.locator("thead th").count(), 5);
	assert.equal(await page.getByLabel("gemma-27b, German, translate").inputValue(), "50");
	await page.getByRole("button", { name: "Paper mix" }).click();
	assert.equal(await page.locator("thead th").count(), 6);
	assert.deepEqual(
		await page
			.locator("tbody tr")
			.first()
			.locator("input")
			.evaluateAll((all) => all.map((one) => one.value)),
		["34", "33", "33"],
	);
	await page.close();
});

test("starting with something missing posts nothing, says what, and goes to the first of it", async () => {
	const { page } = await panel.open("dark", empty);
	assert.equal(await page.locator("p.problem:visible").count(), 0, "nobody is blamed before the first try");
	await page.getByRole("button", { name: "Start generating" }).click();
	assert.deepEqual(await panel.posted(page, "start"), []);
	const alert = await page.getByRole("alert").textContent();
	assert.match(alert, /4 things are to be mended: Choose at least one teacher\. .*“many” is not a whole number/);
	assert.equal(await page.evaluate(() => document.activeElement.closest("fieldset").dataset.group), "teachers");
	await page.close();
});

test("a wrong count is named at its cell for a screen reader", async () => {
	const { page } = await panel.open("dark", filled);
	const cell = page.getByLabel("gemma-27b, German, respond");
	await cell.fill("a few");
	assert.equal(await cell.getAttribute("aria-invalid"), "true");
	const described = await cell.evaluate((input) =>
		input
			.getAttribute("aria-describedby")
			.split(" ")
			.map((id) => document.getElementById(id)?.textContent ?? "")
			.join(""),
	);
	assert.match(described, /gemma-27b, German, respond: “a few” is not a whole number/);
	await page.close();
});

test("a cap that cannot be held says which teacher has no price", async () => {
	const { page } = await panel.open("dark", filled);
	await page.getByRole("checkbox", { name: /^aya-32b/ }).check();
	await page.getByLabel("Spend at most").fill("4");
	assert.match(await page.locator("#problem-budget").textContent(), /no price for aya-32b/);
	await page.close();
});

test("the estimate is shown with its ground, and a cap below it is announced", async () => {
	const { page } = await panel.open("dark", filled);
	await page.evaluate((sent) => window.show(sent), estimate);
	const text = await page.locator(".generate-foot").textContent();
	assert.match(text, /400 to 600/);
	assert.match(text, /1\.2 to 9\.4 EUR/);
	assert.match(text, /The cap of 5 EUR may pause this run before its targets/);
	assert.match(text, /Rests on assumptions/);
	await page.evaluate((sent) => window.show(sent), {
		type: "estimate",
		estimate: null,
		problem: "respond needs seeds in Arabic (ar).",
	});
	assert.match(await page.getByRole("alert").textContent(), /respond needs seeds in Arabic/);
	await page.close();
});

test("what is typed is kept: the draft is posted once after typing rests, and survives a new offer", async () => {
	const { page } = await panel.open("dark", filled);
	await page.getByLabel("Of each teacher in each language").focus();
	await page.keyboard.press("End");
	await page.keyboard.type("0");
	await page.waitForFunction(() => window.posted.some(({ type }) => type === "draft"));
	assert.deepEqual(
		(await panel.posted(page, "draft")).map((one) => one.draft.each),
		["1000"],
	);
	await page.evaluate((sent) => window.show(sent), {
		type: "offer",
		offer: { ...offer, teachers: offer.teachers.slice(0, 2) },
	});
	assert.equal(await page.getByLabel("Of each teacher in each language").inputValue(), "1000");
	assert.equal(await page.locator('[data-group="teachers"] label').count(), 2);
	await page.close();
});

test("by keyboard alone: from the first teacher to the start", async () => {
	const { page } = await panel.open("dark", { ...filled, draft: { ...draft, budget: "" } });
	await page.getByRole("checkbox", { name: /^gemma-27b/ }).focus();
	await page.keyboard.press("Space");
	for (let presses = 0; presses < 60; presses++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate(() => document.activeElement.matches("button.start"))) break;
	}
	await page.keyboard.press("Enter");
	const [asked] = await panel.posted(page, "start");
	assert.deepEqual(asked.draft.teachers, ["practice-careful"]);
	await page.close();
});

test("names that others chose are text", async () => {
	const hostile = "<img src=x onerror='window.broken=1'>";
	const { page, faults } = await panel.open("dark", {
		...filled,
		offer: { ...offer, seeds: [{ path: hostile, label: hostile, note: hostile }] },
	});
	assert.equal(await page.locator("main img").count(), 0);
	assert.deepEqual(faults, []);
	await page.close();
});

test("at 420 pixels nothing runs out of the panel", async () => {
	const { page } = await panel.open("dark", filled, { width: 420 });
	await page.evaluate((sent) => window.show(sent), estimate);
	assert.ok((await overflow(page)) <= 0);
	await page.screenshot({ path: join(pictures, "generate-form-narrow.png"), fullPage: true });
	await page.close();
});

test("a message that is not the form's is refused", async () => {
	const { page } = await panel.open("dark", filled);
	await assert.rejects(page.evaluate(() => window.show({ rows: [] })));
	await page.close();
});
