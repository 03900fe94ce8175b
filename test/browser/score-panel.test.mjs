// The score panel alone in a real browser: pictures in three themes, drawn SVG as text, accessibility, keyboard, exports.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { writeScoreWorkspace } from "./score-fixture.mjs";
import { scoreMessage, startScorePages, themes } from "./score-page.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tabs = ["Score", "Teachers", "Data", "Recipe", "Advice"];
const pictures = join(root, "test-results");
const folder = mkdtempSync(join(tmpdir(), "score-workspace-"));
let pages;
let message;
/** With the scores of a workspace beside the published ones. */
let own;

before(async () => {
	writeScoreWorkspace(folder);
	message = await scoreMessage();
	own = await scoreMessage(folder);
	pages = await startScorePages();
	mkdirSync(pictures, { recursive: true });
});
after(async () => {
	await pages?.close();
	rmSync(folder, { recursive: true, force: true });
});

const open = (shown = message, options = {}) => pages.open(shown, options);

const openTab = (page, name) => page.getByRole("tab", { name }).click();

for (const theme of Object.keys(themes)) {
	test(`every panel has its picture and no accessibility violation: ${theme}`, async () => {
		const { page, faults } = await open(own, { theme });
		// The policy forbids the page any other script, so axe comes in from outside it.
		await page.evaluate(axe);
		for (const tab of tabs) {
			await openTab(page, tab);
			for (const view of tab === "Advice" ? [null] : ["Table", "Chart"]) {
				if (view) await page.getByRole("button", { name: view, exact: true }).click();
				const { violations } = await page.evaluate(() => window.axe.run(document));
				assert.deepEqual(
					violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`),
					[],
					`${tab}, ${view}`,
				);
			}
			await page.screenshot({ path: join(pictures, `score-panel-${tab.toLowerCase()}-${theme}.png`), fullPage: true });
		}
		await openTab(page, "Score");
		await page.locator("g.cell.own").first().click();
		const { violations } = await page.evaluate(() => window.axe.run(document));
		assert.deepEqual(violations, []);
		await page.screenshot({ path: join(pictures, `score-panel-breakdown-${theme}.png`), fullPage: true });
		assert.deepEqual(faults, []);
		await page.close();
	});
}

test("what is drawn is what was drawn: one text per chart", async () => {
	const { page } = await open();
	for (const tab of tabs.slice(0, 4)) {
		await openTab(page, tab);
		for (const figure of await page.locator("figure:has(svg)").all()) {
			const drawn = await figure.locator("svg").evaluate((svg) => svg.outerHTML);
			const name = (await figure.locator("h2").textContent()).replaceAll(/\W+/g, "-").toLowerCase();
			compare(`${tab.toLowerCase()}-${name}`, drawn);
		}
	}
	await page.close();
	const { page: second } = await open(own);
	compare(
		"score-with-own-scores",
		await second
			.locator("figure svg")
			.first()
			.evaluate((svg) => svg.outerHTML),
	);
	await openTab(second, "Recipe");
	const curves = second.locator('figure[data-name="own-curves"] svg');
	compare("recipe-own-learning-curves", await curves.evaluate((svg) => svg.outerHTML));
	await second.close();
});

/** Against the kept text; `UPDATE_SNAPSHOTS=1` keeps a new one. Coordinates to a tenth of a pixel. */
function compare(name, drawn) {
	const path = join(root, "test/fixtures/score-panel", `${name}.svg.txt`);
	const rounded = drawn.replaceAll(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10));
	const text = `${rounded.replaceAll("><", ">\n<")}\n`;
	if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(path, text);
	assert.ok(existsSync(path), `${path} is missing; UPDATE_SNAPSHOTS=1 makes it.`);
	assert.equal(text, readFileSync(path, "utf8"), name);
}

test("by keyboard alone: a cell is reached, chosen and explained", async () => {
	const { page } = await open();
	await page.locator("g.cell[tabindex='0']").focus();
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowDown");
	assert.match(
		await page.evaluate(() => document.activeElement.getAttribute("aria-label")),
		/^Aya Expanse 32B, German/,
	);
	await page.keyboard.press("Enter");
	const breakdown = page.locator(".score-breakdown");
	assert.match(
		await breakdown.textContent(),
		/PGR is not interpretable\. The reference \(0\.361\) is not better than the base \(0\.380\)/,
	);
	assert.match(
		await page.evaluate(() => document.activeElement.getAttribute("aria-label")),
		/^Aya Expanse 32B, German/,
	);
	await page.keyboard.press("Escape");
	assert.equal(await breakdown.isVisible(), false);
	await page.close();
});

test("α moves the ranks and comes back; a language switched off is gone", async () => {
	const { page } = await open();
	const first = () => page.locator("g.line .name").first().textContent();
	assert.equal(await first(), "Gemma 3 27B");
	await page.locator("input[type=range]").fill("0");
	assert.match(await page.locator("figure h2").textContent(), /α = 0\.00/);
	assert.equal(await first(), "Granite 4.0 1B");
	await page.locator("input[type=range]").fill("0.5");
	assert.equal(await first(), "Gemma 3 27B");
	await page.getByRole("button", { name: "Japanese", exact: true }).click();
	assert.equal(await page.locator("g.cell").count(), 50);
	await page.close();
});

test("hostile names are text, whatever they hold", async () => {
	const teacher = '<img src=x onerror="window.stolen=1">';
	const hostile = structuredClone(message);
	for (const cell of hostile.cells) if (cell.teacher === "granite-4.0-1b") cell.teacher = teacher;
	hostile.teachers.push({ name: teacher, label: teacher, family: null, sizeB: null });
	hostile.problems.push({ message: "<script>window.stolen=1</script>" });
	const { page, faults } = await open(hostile);
	await page.locator("g.cell", { hasText: "" }).last().click();
	for (const view of ["Table", "Chart"]) await page.getByRole("button", { name: view, exact: true }).click();
	assert.equal(await page.locator("img").count(), 0);
	assert.equal(await page.evaluate(() => window.stolen), undefined);
	assert.deepEqual(faults, []);
	await page.close();
});

test("a chart leaves as CSV, SVG and PNG", async () => {
	const { page } = await open();
	for (const format of ["CSV", "SVG", "PNG"]) {
		await page.getByRole("button", { name: `Save “PG-Score” as ${format}` }).click();
	}
	await page.waitForFunction(() => window.posted.length === 3);
	const posted = await page.evaluate(() => window.posted);
	const byName = Object.fromEntries(posted.map((asked) => [asked.name, asked]));
	assert.equal(byName["polyglot-scores.csv"].content.split("\r\n").length, 62);
	assert.match(byName["polyglot-scores.svg"].content, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
	assert.doesNotMatch(byName["polyglot-scores.svg"].content, /var\(--/);
	const png = Buffer.from(byName["polyglot-scores.png"].content, "base64");
	assert.equal(png.subarray(1, 4).toString(), "PNG");
	assert.ok(png.readUInt32BE(16) > 1800, "twice the width on screen");
	await page.close();
});

const posted = (page) => page.evaluate(() => window.posted);

test("a click leads from a score to its samples, its run, its measurement and its row", async () => {
	const { page } = await open(own);
	await page.getByRole("button", { name: /^Gemma 3 27B, German, own run/ }).click();
	const breakdown = page.locator(".score-breakdown");
	for (const name of ["Open samples", "Open run", "Open measurement", "Open score row"])
		await breakdown.getByRole("button", { name, exact: true }).click();
	const asked = await posted(page);
	assert.match(asked[0].sha256, /^[0-9a-f]{64}$/);
	assert.deepEqual(
		asked.map(({ type, sha256, ...rest }) => ({ type, ...rest })),
		[
			{ type: "openSamples" },
			{ type: "openRun", runId: "e-0-de-0001" },
			{ type: "openMeasurement", teacher: "gemma-3-27b-it", language: "de" },
			{ type: "openScores", runId: "e-0-de-0001" },
		],
	);
	const text = await breakdown.textContent();
	assert.match(text, /paired bootstrap over 800 items/);
	assert.match(text, /Not distinguishable from Aya Expanse 32B/);
	assert.match(text, /Mean of ratios 0\.927 ± 0\.232/);
	assert.match(text, /1 older evaluation in the file/);
	assert.match(text, /measured with another model than the z population's/);
	await page.close();
});

test("z against the published rows, the language or this workspace; freezing is asked of the engine", async () => {
	const { page } = await open(own);
	await page.getByRole("button", { name: "z", exact: true }).click();
	const cell = page.getByRole("button", { name: /^Gemma 3 27B, German, own run/ });
	const value = async () => (await cell.getAttribute("aria-label")).match(/\. z[^.]*?(–|−?\d\.\d+)\./)?.[1];
	assert.equal(await value(), "–");
	await page.getByRole("button", { name: "z: workspace" }).click();
	assert.match(await value(), /^\d\.\d{3}$/);
	assert.match(await page.locator("figcaption p").first().textContent(), /this workspace \(6 rows, not frozen/);
	await page.getByRole("button", { name: "Freeze 6 rows" }).click();
	assert.deepEqual((await posted(page)).at(-1), { type: "freezePopulation" });
	await page.getByRole("button", { name: "z: language" }).click();
	assert.equal(await value(), "–");
	assert.equal(await page.locator("g.cell.published .value-dot:not([visibility])").count(), 60);
	await page.close();
});

test("what was chosen survives a panel that is made anew", async () => {
	const { page, again } = await open(own);
	await page.getByRole("button", { name: "Gain", exact: true }).click();
	await page.getByRole("button", { name: "Japanese", exact: true }).click();
	await page.getByRole("button", { name: /^Aya Expanse 32B, Arabic, own run/ }).click();
	await openTab(page, "Data");
	await again();
	assert.equal(await page.getByRole("tab", { name: "Data" }).getAttribute("aria-selected"), "true");
	await openTab(page, "Score");
	assert.equal(await page.getByRole("button", { name: "Gain", exact: true }).getAttribute("aria-pressed"), "true");
	assert.equal(await page.getByRole("button", { name: "Japanese", exact: true }).getAttribute("aria-pressed"), "false");
	assert.match(await page.locator(".score-breakdown h2").textContent(), /Aya Expanse 32B, Arabic/);
	await page.close();
});

test("advice: each number leads to the score or figure it is in; the plan starts generating", async () => {
	const { page, faults } = await open(own);
	await page.evaluate(() =>
		window.show({ type: "advise", wish: { language: "de", studentBase: "olmo3-7b", samples: 3000 } }),
	);
	const sentences = page.locator(".statements section");
	assert.ok((await sentences.count()) >= 5);
	await sentences.nth(1).getByRole("button").nth(1).click();
	assert.match(await page.locator(".score-breakdown").textContent(), /PGR is not interpretable.*0\.361.*0\.380/);
	assert.equal(await page.evaluate(() => document.activeElement.className), "score-breakdown");
	await openTab(page, "Advice");
	await sentences.getByRole("button", { name: /ln\(size/ }).click();
	assert.equal(await page.evaluate(() => document.activeElement.dataset.name), "size");
	await openTab(page, "Advice");
	await page.getByLabel("Budget").selectOption("1000");
	await page.getByRole("button", { name: "Generate with this plan…" }).click();
	const { teachers, ...plan } = (await posted(page)).at(-1);
	assert.equal(teachers.length, 3);
	assert.deepEqual(plan, {
		type: "generatePlan",
		language: "de",
		strategies: ["generate", "translate", "respond"],
		count: 333,
	});
	assert.deepEqual(faults, []);
	await page.close();
});

test("from right to left: the chart stays whole, numbers keep their sign in front, names their letters in order", async () => {
	const { page } = await open(own, { direction: "rtl" });
	await page.screenshot({ path: join(pictures, "score-panel-rtl.png"), fullPage: true });
	const boxes = await page.evaluate(() => {
		const box = (element) => element.getBoundingClientRect();
		return [...document.querySelectorAll("g.cell")].map((cell) => {
			const field = box(cell.querySelector(".field"));
			const numbers = [...document.querySelectorAll("g.numbers")].find((group) => group.__data__ === cell.__data__);
			const value = box(numbers.querySelector(".value"));
			const dot = box(cell.querySelector(".value-dot"));
			return { field: [field.left, field.right], value: [value.left, value.right], dot: [dot.left, dot.right] };
		});
	});
	assert.equal(boxes.length, 66);
	for (const { field, value, dot } of boxes) {
		assert.ok(value[0] > field[0] && value[1] <= field[1] + 1, "a number stands in its own cell");
		assert.ok(dot[0] >= field[0] - 5 && dot[1] < value[0] + 1, "and a dot to the left of it");
	}
	const names = await page.evaluate(() =>
		[...document.querySelectorAll("g.line .name")].map((name) => name.textContent),
	);
	assert.ok(names.includes("معلم-محلي-7b"));
	const overlap = await page.evaluate(() => {
		const name = [...document.querySelectorAll("g.line")].find((line) => line.textContent.includes("معلم"));
		return (
			name.querySelector(".teacher").getBoundingClientRect().right -
			name.querySelector(".mean").getBoundingClientRect().left
		);
	});
	assert.ok(overlap < 0, `the name ends before the mean begins: ${overlap}`);
	const apart = await page.evaluate(() => {
		const line = [...document.querySelectorAll("g.line")].find((one) => one.textContent.includes("معلم"));
		return (
			line.querySelector(".source").getBoundingClientRect().left -
			line.querySelector(".name").getBoundingClientRect().right
		);
	});
	assert.ok(apart > 0, `“own run” stands after the whole name: ${apart}`);
	await openTab(page, "Recipe");
	await page.screenshot({ path: join(pictures, "score-panel-recipe-rtl.png"), fullPage: true });
	const labels = await page.evaluate(() =>
		[...document.querySelectorAll("figure svg g.row")].map((row) => {
			const text = row.querySelector("text").getBoundingClientRect();
			const dots = [...row.querySelectorAll("path")].map((dot) => dot.getBoundingClientRect().left);
			return Math.min(...dots) - text.right;
		}),
	);
	for (const room of labels) assert.ok(room > 0, `a row's name ends before its first dot: ${room}`);
	await page.close();
});

test("nothing moves by itself for those who ask for less motion", async () => {
	const { page } = await open(own, { reducedMotion: "reduce" });
	const moving = await page.evaluate(() => document.getAnimations().length);
	await page.getByRole("button", { name: "PGR", exact: true }).click();
	assert.deepEqual([moving, await page.evaluate(() => document.getAnimations().length)], [0, 0]);
	await page.close();
});

test("a narrower window is drawn narrower", async () => {
	const { page } = await open();
	const width = () =>
		page
			.locator("figure svg")
			.first()
			.evaluate((svg) => svg.clientWidth);
	const wide = await width();
	await page.setViewportSize({ width: 1020, height: 820 });
	await page.waitForFunction((before) => document.querySelector("figure svg").clientWidth < before, wide);
	await page.close();
});
