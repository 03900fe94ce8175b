// Compare Teachers alone in a real browser, fed by a real comparison over the practice teachers.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { overflow, pictures, startBarePanel, themes } from "./bare-panel.mjs";

let panel;
let german;
let arabic;
before(async () => {
	panel = await startBarePanel("compare/panel.ts", "drawCompare");
	german = await comparison("de", 6);
	arabic = await comparison("ar", 2);
});
after(() => panel?.close());

/** What the engine sends after three practice teachers, two of them with a price, answered the same seeds. */
async function comparison(language, count) {
	const { newRunId, startGenerateRun } = await import("../../server/node/generate-run.ts");
	const { ComparisonReader } = await import("../../server/node/generate-compare.ts");
	const { compareMessage } = await import("../../server/language/compare-view.ts");
	const { practiceTeachers, startPracticeTeachers } = await import("../../server/practice/teachers.ts");
	const { detectorsOrFranc } = await import("../../server/node/language-detectors.ts");
	const { emptyProject } = await import("../../server/core/project.ts");
	const server = await startPracticeTeachers({ mediaFolder: join(root, "media"), knobs: { latencyMs: 40 } });
	const folder = mkdtempSync(join(tmpdir(), "comparison-"));
	const price = { inputPerMillion: 0.1, outputPerMillion: 0.3, currency: "EUR", asOf: "2026-11-01" };
	const teachers = practiceTeachers(server.baseUrl).map((one, index) => (index < 2 ? { ...one, price } : one));
	const cells = teachers.map(({ name }) => ({
		teacher: name,
		language,
		strategy: "respond",
		target: count,
		draws: count,
	}));
	const run = await startGenerateRun({
		...{ id: newRunId(), purpose: "comparison", folder, teachers, cells, languages: [], strategies: [], count: 0 },
		...{ seedFiles: [join(root, `media/practice/${language}.jsonl`)], output: join(folder, "out.jsonl"), seed: 0 },
		key: async () => server.apiKey,
	});
	await run.ended;
	await server.close();
	const reader = await ComparisonReader.open(folder, run.runId);
	const detectors = await detectorsOrFranc(join(root, "media"), () => {});
	const surroundings = { annotate: { project: emptyProject, detectors }, decisions: undefined };
	return compareMessage(reader.manifest, await reader.read(), { state: "done", reason: null }, surroundings);
}

for (const theme of Object.keys(themes)) {
	test(`side by side has its pictures and no accessibility violation: ${theme}`, async () => {
		for (const [name, message] of Object.entries({ de: decided(german), ar: arabic })) {
			const { page, faults } = await panel.open(theme, message, { width: 1320 });
			assert.deepEqual(await panel.violations(page), [], name);
			await page.screenshot({ path: join(pictures, `compare-${name}-${theme}.png`), fullPage: true });
			assert.deepEqual(faults, []);
			await page.close();
		}
	});
}

/** As after the first answer was preferred. */
function decided(message) {
	const [first, ...others] = message.seeds;
	const answers = first.answers.map((answer, index) => ({
		...answer,
		decision: index === 0 ? "accepted" : "rejected",
	}));
	return { ...message, seeds: [{ ...first, answers }, ...others] };
}

test("every teacher's answer to one seed stands in its own column, with figures and the annotator's words", async () => {
	const { page } = await panel.open("dark", german);
	const articles = page.locator("article");
	assert.equal(await articles.count(), 3);
	assert.match(await page.locator(".compare-seed").textContent(), /Seed 1 of 6/);
	const text = await page.locator("main").textContent();
	assert.match(text, /threshold/);
	assert.match(text, /EUR/);
	assert.match(await page.locator(".compare-teachers").textContent(), /–/, "a teacher without a price has no cost");
	const notes = [];
	for (let place = 0; place < 6; place++) {
		notes.push(await page.locator("article :is(ul.notes li, mark, p.reason)").count());
		await page.keyboard.press("ArrowRight");
	}
	assert.ok(
		notes.some((count) => count > 0),
		"the drifting and the terse one are found out",
	);
	await page.close();
});

test("arrow keys walk through the seeds and stop at the ends; the place is kept over messages", async () => {
	const { page } = await panel.open("dark", german);
	const heading = page.locator(".compare-seed h2");
	await page.keyboard.press("ArrowLeft");
	assert.equal(await heading.textContent(), "Seed 1 of 6");
	for (let presses = 0; presses < 9; presses++) await page.keyboard.press("ArrowRight");
	assert.equal(await heading.textContent(), "Seed 6 of 6");
	await page.evaluate((sent) => window.show(sent), german);
	assert.equal(await heading.textContent(), "Seed 6 of 6");
	assert.ok((await page.locator("article .reading .turn").count()) >= 3, "the reading form outlives a redraw");
	await page.getByRole("button", { name: "Previous" }).click();
	assert.equal(await heading.textContent(), "Seed 5 of 6");
	await page.close();
});

test("a number prefers an answer: it is accepted, the others are rejected, a twin is left alone", async () => {
	const [first, ...rest] = german.seeds;
	const [one, two, three] = first.answers;
	const keys = {
		...german,
		seeds: [
			{
				...first,
				answers: [
					{ ...one, key: 1 },
					{ ...two, key: 2 },
					{ ...three, key: 1 },
				],
			},
			...rest,
		],
	};
	const { page } = await panel.open("dark", keys);
	await page.keyboard.press("1");
	assert.deepEqual(
		(await panel.posted(page, "decide")).map(({ key, decision }) => [key, decision]),
		[
			[1, "accepted"],
			[2, "rejected"],
		],
	);
	await page.close();
});

test("accepting again takes the decision back, and an answer that is no sample cannot be decided about", async () => {
	const [first, ...rest] = german.seeds;
	const [one, two, three] = first.answers;
	const failed = { ...three, state: "failed", reason: "cut off at the token limit", key: null };
	const shown = {
		...german,
		seeds: [{ ...first, answers: [{ ...one, key: 1, decision: "accepted" }, two, failed] }, ...rest],
	};
	const { page } = await panel.open("dark", shown);
	await page.getByRole("button", { name: `Accept the answer of ${one.teacher}` }).click();
	assert.deepEqual(
		(await panel.posted(page, "decide")).map(({ decision }) => decision),
		["cleared"],
	);
	assert.ok(await page.getByRole("button", { name: `Prefer the answer of ${three.teacher}` }).isDisabled());
	assert.match(await page.locator("article.failed").textContent(), /No sample: cut off at the token limit/);
	await page.close();
});

test("the winner leads to generating", async () => {
	const { page } = await panel.open("dark", german);
	await page.getByRole("button", { name: "Use this teacher… (practice-careful)" }).click();
	assert.deepEqual(await panel.posted(page, "useTeacher"), [{ type: "useTeacher", teacher: "practice-careful" }]);
	await page.close();
});

test("Arabic is read from right to left in every column", async () => {
	const { page } = await panel.open("dark", arabic);
	const directions = await page.locator(".compare-seed .reading .text").evaluateAll((all) => all.map((one) => one.dir));
	assert.ok(directions.length > 0 && directions.every((dir) => dir === "rtl"));
	await page.close();
});

test("a teacher's text is text", async () => {
	const hostile = '<img src=x onerror="window.broken = 1">[x](command:y)';
	const [first] = german.seeds;
	const answers = first.answers.map((answer) => ({
		...answer,
		turns: [{ role: "assistant", text: hostile, field: "response" }],
		reason: hostile,
		state: "failed",
	}));
	const { page, faults } = await panel.open("dark", { ...german, reason: hostile, seeds: [{ ...first, answers }] });
	assert.equal(await page.locator("main :is(img, a)").count(), 0);
	assert.equal(await page.evaluate(() => window.broken), undefined);
	assert.deepEqual(faults, []);
	await page.close();
});

test("while it runs, answers that are not there yet say so", async () => {
	const [first, ...rest] = german.seeds;
	const waiting = {
		...first.answers[0],
		state: "waiting",
		reason: null,
		turns: [],
		findings: [],
		metrics: [],
		key: null,
	};
	const shown = {
		...german,
		state: "running",
		reason: "gemma: server pause 41 s",
		seeds: [{ ...first, answers: [waiting, ...first.answers.slice(1)] }, ...rest],
	};
	const { page } = await panel.open("light", shown);
	assert.match(await page.getByRole("status").textContent(), /17 of 18 answers · running: gemma: server pause 41 s/);
	assert.match(await page.locator("article.waiting").textContent(), /No answer yet/);
	await page.getByRole("button", { name: "Cancel" }).click();
	assert.equal((await panel.posted(page, "cancelComparison")).length, 1);
	await page.close();
});

test("at 420 pixels nothing runs out of the panel", async () => {
	const { page } = await panel.open("dark", german, { width: 420 });
	assert.ok((await overflow(page)) <= 0);
	await page.close();
});
