// The dataset panel alone in a real browser, fed by a real measurement with a practice judge.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { overflow, pictures, startBarePanel, themes } from "./bare-panel.mjs";

let panel;
let message;
before(async () => {
	panel = await startBarePanel("measure/panel.ts", "drawMeasure");
	message = await measuredMessage();
});
after(() => panel?.close());

/** Three teachers in three languages: one writes seeds, one repeats itself, one damages its spelling. */
function rows() {
	return ["cs", "ja", "ar"].flatMap((language) => {
		const seeds = readFileSync(join(root, `media/practice/${language}.jsonl`), "utf8")
			.trim()
			.split("\n")
			.map(JSON.parse);
		return seeds.slice(0, 60).flatMap((seed, at) => [
			{ ...seed, id: `${seed.id}-a`, teacher: { name: "careful-8b" } },
			{ ...seed, id: `${seed.id}-b`, teacher: { name: "repeating-70b" }, response: seeds[at % 20].response },
			{ ...seed, id: `${seed.id}-c`, teacher: { name: "damaged-3b" }, response: damaged(seed.response, at) },
		]);
	});
}

const damaged = (text, at) =>
	at % 6 === 0 ? [...text].map((letter, n) => (n % 4 === 0 ? "¤" : letter)).join("") : text;

async function measuredMessage() {
	const { openMeasurement } = await import("../../server/node/measure-open.ts");
	const { pictureOf } = await import("../../server/node/measure-picture-file.ts");
	const { emptyMeasureDraft, wishOfDraft } = await import("../../server/core/measure/measure-draft.ts");
	const { startPracticeTeachers } = await import("../../server/practice/teachers.ts");
	const folder = mkdtempSync(join(tmpdir(), "measure-panel-"));
	const lines = rows().map(({ teacher, ...row }) => JSON.stringify({ ...row, model: teacher.name }));
	writeFileSync(join(folder, "samples.jsonl"), `${lines.join("\n")}\n`);
	const server = await startPracticeTeachers({ mediaFolder: join(root, "media") });
	const draft = { ...emptyMeasureDraft, files: ["samples.jsonl"], judges: ["practice-judge"] };
	const wish = wishOfDraft(draft);
	const measurement = await openMeasurement(wish, {
		...{ folder, teachers: [], key: async () => null },
		practice: async () => ({ baseUrl: server.baseUrl, apiKey: server.apiKey }),
	});
	const { report, samples } = await measurement.run(new AbortController().signal);
	await measurement.close();
	await server.close();
	const about = { wish, folder, measuredAt: Date.UTC(2026, 10, 25), isScored: true };
	const offer = {
		files: ["samples.jsonl", "other.jsonl"],
		teachers: ["gemma-3-27b"],
		practiceJudges: ["practice-judge"],
	};
	return { type: "measure", offer, draft, progress: null, picture: await pictureOf(report, samples, about, undefined) };
}

for (const theme of Object.keys(themes)) {
	test(`the dataset panel has its pictures and no accessibility violation: ${theme}`, async () => {
		const { page, faults } = await panel.open(theme, message, { width: 1320 });
		assert.deepEqual(await panel.violations(page), []);
		await page.screenshot({ path: join(pictures, `measure-${theme}.png`), fullPage: true });
		assert.deepEqual(faults, []);
		await page.close();
	});
}

test("each group is a row with intervals, its source and what is missing", async () => {
	const { page } = await panel.open("dark", message);
	assert.equal(await page.locator("[data-part=groups] tbody tr").count(), 9);
	assert.match(await page.locator("[data-part=groups] tbody").textContent(), /±/);
	const cells = page.locator("[data-part=groups] tbody tr").first().locator("td");
	assert.match(await cells.nth(1).getAttribute("data-tip"), /by .*lexical.*over 60 samples; .*95 % interval/s);
	assert.equal(await cells.last().textContent(), "–", "nobody scored perplexity");
	await page.close();
});

test("the repeating teacher is found out, and a click leads to the line", async () => {
	const { page } = await panel.open("light", message);
	await page.locator("[data-part=groups] button", { hasText: "repeating-70b · cs" }).click();
	const block = page.locator(".drag", { hasText: "nearly repeats another" });
	const entry = block.locator("li").first();
	assert.match(await entry.textContent(), /100 % like line \d+/);
	await entry.locator("button").press("Enter");
	const [asked] = await panel.posted(page, "openLine");
	assert.equal(asked.file, 0);
	const row = JSON.parse(rowText(asked.line));
	assert.equal(row.teacher.name, "repeating-70b");
	await page.close();
});

const rowText = (line) => JSON.stringify(rows()[line - 1]);

test("the lines whose spelling was damaged lead the list", async () => {
	const { page } = await panel.open("dark", message);
	await page.locator("[data-part=drags] select").selectOption({ label: "damaged-3b · cs" });
	const listed = page.locator(".drag", { hasText: "spelling damage" }).locator("li");
	assert.ok((await listed.count()) >= 8);
	for (const place of (await listed.locator("button").allTextContents()).slice(0, 8))
		assert.match(JSON.parse(rowText(Number(place.replace("line ", "")))).response, /¤/);
	await page.close();
});

test("distributions change with the value, and a ridge chooses its group", async () => {
	const { page } = await panel.open("dark", message);
	const chart = page.locator("[data-part=ridges] .chart svg");
	assert.match(await chart.getAttribute("aria-label"), /tokens of the response by group. Medians: /);
	await page.locator("[data-part=ridges] button", { hasText: "rubric" }).click();
	assert.match(await chart.getAttribute("aria-label"), /rubric/);
	await chart.locator(".ridge").nth(4).click();
	assert.equal(await page.locator("[data-part=groups] tr.chosen").count(), 1);
	assert.equal(await page.locator("[data-part=drags] select").inputValue(), "4");
	await page.close();
});

test("the map zooms, opens a sample by a click, and lists what the lasso caught", async () => {
	const { page } = await panel.open("dark", message, { width: 1320, height: 1000 });
	const canvas = page.locator(".map canvas");
	await canvas.scrollIntoViewIfNeeded();
	const box = await canvas.boundingBox();
	const { x, y, line } = message.picture.points;
	const { mapScales } = await import("../../webview/measure/map-scales.ts");
	const scales = mapScales(message.picture.points, 760, 460);
	// The outermost point has no other so near that the click could be meant for it.
	const at = x.indexOf(Math.max(...x));
	const ratio = box.width / 760;
	await page.mouse.click(box.x + scales.x(x[at]) * ratio, box.y + scales.y(y[at]) * ratio);
	const [asked] = await panel.posted(page, "openLine");
	const same = line.filter((_, other) => x[other] === x[at] && y[other] === y[at]);
	assert.ok(same.includes(asked.line), `line ${asked.line} is not at the point, ${same} are`);
	await page.locator("button", { hasText: "Lasso" }).click();
	const corners = [
		[2, 2],
		[box.width - 2, 2],
		[box.width - 2, box.height - 2],
		[2, box.height - 2],
	];
	await page.mouse.move(box.x + 2, box.y + 2);
	await page.mouse.down();
	for (const [left, top] of corners) await page.mouse.move(box.x + left, box.y + top, { steps: 4 });
	await page.mouse.up();
	const words = page.locator(".lassoed p");
	assert.match(await words.textContent(), new RegExp(`^${x.length} responses in the lasso: `));
	await page.screenshot({ path: join(pictures, "measure-lasso.png") });
	await page.locator("button", { hasText: "Let go" }).click();
	assert.equal(await words.count(), 0);
	await page.close();
});

test("a narrow panel scrolls its tables, not itself", async () => {
	const { page } = await panel.open("light", message, { width: 560 });
	assert.ok((await overflow(page)) <= 0);
	await page.screenshot({ path: join(pictures, "measure-narrow.png"), fullPage: true });
	await page.close();
});

test("nothing is posted while something is missing; the words appear and the focus goes there", async () => {
	const { page } = await panel.open("dark", { ...message, picture: null, draft: { ...message.draft, files: [] } });
	await page.locator("button.start").click();
	assert.match(await page.locator("#problem-files").textContent(), /Choose at least one file/);
	assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-field")), "files");
	assert.deepEqual(await panel.posted(page, "measure"), []);
	await page.locator("[data-field=files]").first().check();
	await page.locator("button.start").click();
	const [asked] = await panel.posted(page, "measure");
	assert.deepEqual(asked.draft.files, ["samples.jsonl"]);
	await page.close();
});

test("progress is told with its phase and can be stopped; a failure keeps the result before", async () => {
	const { page } = await panel.open("dark", message);
	const progress = {
		phase: "asking",
		done: 40,
		total: 540,
		calls: 55,
		inFlight: 8,
		spent: { EUR: 0.0123 },
		waiting: "the server asked for 12 s of rest",
		etaS: 75,
	};
	await page.evaluate((sent) => window.show(sent), { type: "progress", progress });
	const text = await page.locator("[data-part=expected]").textContent();
	assert.match(text, /40 of 540/);
	assert.match(text, /12 s of rest/);
	await page.locator("button", { hasText: "Stop" }).click();
	assert.equal((await panel.posted(page, "stop")).length, 1);
	await page.evaluate((sent) => window.show(sent), {
		type: "ended",
		picture: null,
		problem: "The budget of 5 EUR is used up.",
	});
	assert.match(await page.locator(".asked [role=alert]").textContent(), /used up/);
	assert.equal(await page.locator("[data-part=groups] tbody tr").count(), 9);
	await page.close();
});
