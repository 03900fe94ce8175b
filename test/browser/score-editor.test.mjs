// The score panel inside the packaged extension: every tab in three themes, what its clicks open, what it remembers, and advice.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeScoreWorkspace } from "./score-fixture.mjs";
import { openWorkbench } from "./workbench.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tabs = ["Score", "Teachers", "Data", "Recipe", "Advice"];
let bench;

before(async () => {
	bench = await openWorkbench({ prepare });
	await bench.command("Polyglot: Show Polyglot Score");
});
after(() => bench?.close());

/** Scores of its own, and one of the teachers that advice names. */
function prepare(folder) {
	writeScoreWorkspace(folder);
	const teacher = { name: "my-gemma", baseUrl: "http://127.0.0.1:9", model: "google/gemma-3-27b-it" };
	const project = { languages: ["de"], teachers: [teacher] };
	writeFileSync(join(folder, "polyglot.json"), JSON.stringify(project));
}

const turnTo = async (name) => {
	const panel = await bench.panel("score");
	await panel.getByRole("tab", { name }).click();
	return panel;
};
const chosenTab = async () => (await bench.panel("score")).getByRole("tab", { selected: true }).textContent();

for (const theme of ["light", "dark", "contrast"]) {
	test(`every tab has its picture in the editor and no accessibility violation: ${theme}`, async () => {
		await bench.setTheme(theme);
		await (await bench.panel("score")).evaluate(axe);
		for (const tab of tabs) {
			const panel = await turnTo(tab);
			const { violations } = await panel.evaluate(() => window.axe.run(document));
			assert.deepEqual(
				violations.map(({ id, nodes }) => `${tab}, ${id}: ${nodes[0].html.slice(0, 160)}`),
				[],
			);
			await bench.picture(`score-editor-${tab.toLowerCase()}-${theme}`);
		}
		const faint = (await (await turnTo("Recipe")).evaluate(contrasts)).filter(({ ratio }) => ratio < 3);
		assert.deepEqual(faint, [], "every mark stands out from the ground, WCAG 1.4.11");
	});
}

/** Contrast of every kind of mark to the page; runs in the panel. */
function contrasts() {
	const channels = (colour) =>
		colour
			.match(/[\d.]+/g)
			.slice(0, 3)
			.map(Number);
	const luminance = (colour) => {
		const [red, green, blue] = channels(colour).map((one) => {
			const share = one / 255;
			return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const ground = luminance(getComputedStyle(document.body).backgroundColor);
	const kinds = new Map(
		[...document.querySelectorAll("svg .dot, svg .mark")].map((mark) => [mark.getAttribute("class"), mark]),
	);
	return [...kinds].map(([kind, mark]) => {
		const own = luminance(getComputedStyle(mark).fill);
		return { kind, ratio: (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05) };
	});
}

test("a click opens the samples, the measurement and the row a score rests on", async () => {
	const ways = [
		["Open samples", "samples.de.1000.jsonl"],
		["Open measurement", "intrinsic.jsonl"],
		["Open score row", "scores.jsonl"],
	];
	await (await turnTo("Score")).getByRole("button", { name: /^Gemma 3 27B, German, own run/ }).click();
	await bench.picture("score-editor-breakdown");
	for (const [button, file] of ways) {
		await (await bench.panel("score")).getByRole("button", { name: button, exact: true }).click();
		await bench.page.locator(".tab.active", { hasText: file }).waitFor();
		await bench.command("Polyglot: Show Polyglot Score");
	}
});

test("a row of the score file that does not add up is marked where it is opened", async () => {
	await (await bench.panel("score")).getByRole("button", { name: "Open score row", exact: true }).click();
	await bench.page.locator(".tab.active", { hasText: "scores.jsonl" }).waitFor();
	// Its older evaluation states a result that is not the mean of its tasks; the newer ones add up.
	await bench.page.locator(".squiggly-warning").first().waitFor();
	await bench.command("Polyglot: Show Polyglot Score");
});

test("choices outlive a hidden tab and a reload of the window", async () => {
	await (await turnTo("Score")).getByRole("button", { name: "Gain", exact: true }).click();
	await turnTo("Data");
	await bench.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "README.md" }).click();
	await bench.page.locator(".tab.active", { hasText: "README.md" }).waitFor();
	await bench.command("Polyglot: Show Polyglot Score");
	assert.equal(await chosenTab(), "Data");
	// As a person does it: the editor writes down its panels before it goes.
	const gone = bench.page.waitForEvent("load", { timeout: 60_000 });
	await bench.command("Developer: Reload Window");
	await gone;
	await bench.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
	assert.equal(await chosenTab(), "Data");
	const gain = (await turnTo("Score")).getByRole("button", { name: "Gain", exact: true });
	assert.equal(await gain.getAttribute("aria-pressed"), "true");
});

test("recommend: sentences whose numbers open, and a plan that fills in Generate Samples", async () => {
	await bench.command("Polyglot: Recommend a Teacher…");
	await bench.pick("(1/3)", "German");
	await bench.pick("(2/3)", "OLMo 3 7B");
	await bench.pick("(3/3)", "3,000 samples");
	await bench.until(async () => (await chosenTab()) === "Advice", "the advice");
	const panel = await bench.panel("score");
	assert.match(await panel.locator(".statements").textContent(), /In German the published PG-Score must not decide/);
	await panel.getByRole("button", { name: /^Gemma 3 27B: z/ }).click();
	assert.match(await panel.locator(".score-breakdown h2").textContent(), /Gemma 3 27B, German/);
	await turnTo("Advice");
	await panel.getByRole("button", { name: "Generate with this plan…" }).click();
	const form = await bench.panel("generate");
	await form.locator("fieldset[data-group=teachers]").waitFor();
	const checked = (group) =>
		form
			.locator(`fieldset[data-group=${group}] label:has(input:checked)`)
			.evaluateAll((labels) => labels.map((label) => label.querySelector(".label, span")?.textContent));
	assert.deepEqual(await checked("languages"), ["German"]);
	assert.deepEqual(await checked("teachers"), ["my-gemma"]);
	assert.equal((await checked("strategies")).length, 3);
	assert.equal(await form.locator("[data-field=each]").inputValue(), "1000");
	await bench.toast("polyglot.json has no teacher for").first().waitFor();
	await bench.picture("score-editor-plan");
});
