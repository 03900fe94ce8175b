// The review panel's page over a real engine: keyboard, filters, brushes, pictures, accessibility, hostile text, size.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../tools/setup.mjs";
import { startPages, themes } from "./review-page.mjs";

const practice = (language) => readFileSync(join(root, `media/practice/workspace/samples.${language}.jsonl`), "utf8");
let pages;
before(async () => {
	pages = await startPages();
});
after(() => pages?.close());

/** A page that is closed when the test is over; whatever the browser complained of fails it. */
async function on({ isReadFirst = true, ...options }, body) {
	const page = await pages.open(options);
	try {
		if (isReadFirst) await page.whenRead();
		await body(page);
		assert.deepEqual(page.faults, []);
	} finally {
		await page.close();
	}
}

for (const theme of Object.keys(themes)) {
	test(`reading, filters, edit, comparison and help have no accessibility violation: ${theme}`, () =>
		on({ text: practice("de"), theme }, async (page) => {
			const check = async (name) => {
				assert.deepEqual(await page.violations(), [], name);
				await page.picture(`${name}-${theme}`);
			};
			await page.press("n");
			await page.page.locator(".findings li").first().waitFor();
			await check("reading");
			await page.press("f");
			await check("filters");
			await page.press("f", "e");
			await check("edit");
			await page.press("Escape", "?");
			await check("help");
		}));
}

const scripts = {
	arabic: [
		{
			id: "ar-1",
			language: "ar",
			strategy: "respond",
			model: "practice-careful",
			prompt: "ما الفرق بين الطقس والمناخ؟ اكتب مثالًا بلغة Python.",
			response:
				"الطقس هو ما يحدث في الغلاف الجوي في يوم معين، أما المناخ فهو متوسط الطقس خلال 30 سنة.\n\n" +
				"Python هي لغة مناسبة لحساب المتوسط:\n```python\nmean = sum(values) / len(values)  # °C\n```\n" +
				"النتيجة (بالدرجات): 21.5 °C.",
		},
	],
	japanese: [
		{
			id: "ja-1",
			language: "ja",
			strategy: "respond",
			model: "practice-careful",
			prompt: "天気と気候の違いを説明してください。",
			response:
				"天気とは、ある日の大気の状態のことです。たとえば「今日は雨が降った」という場合です。\n\n" +
				"気候とは、ある地域の三十年間の平均的な天気を指します。直径・骨・今・令などの字形は日本語のものです。",
		},
	],
	thai: [
		{
			language: "th",
			prompt: "อากาศกับภูมิอากาศต่างกันอย่างไร",
			response: "อากาศคือสภาพบรรยากาศในวันหนึ่ง ส่วนภูมิอากาศคือค่าเฉลี่ยหลายสิบปี",
		},
		{
			language: "hi",
			prompt: "मौसम और जलवायु में क्या अंतर है?",
			response: "मौसम एक दिन की स्थिति है, जबकि जलवायु कई वर्षों का औसत है।",
		},
	],
};

const rows = (all) => `${all.map((row) => JSON.stringify(row)).join("\n")}\n`;

for (const theme of Object.keys(themes)) {
	test(`Arabic is read from right to left, its code from left to right, Japanese in Japanese forms: ${theme}`, async () => {
		await on({ text: rows(scripts.arabic), theme, height: 560 }, async ({ page, ...self }) => {
			const text = page.locator(".turn.assistant .text");
			assert.deepEqual(await text.evaluate(({ dir, lang, dataset }) => [dir, lang, dataset.script]), [
				"rtl",
				"ar",
				"Arab",
			]);
			assert.equal(await page.locator("pre.code").getAttribute("dir"), "ltr");
			// What is drawn: the first letter of an Arabic line stands to the right of its last.
			const [first, last] = await text
				.locator(".line")
				.first()
				.evaluate((line) => {
					const edge = (index) => {
						const range = document.createRange();
						range.setStart(line.firstChild, index);
						range.setEnd(line.firstChild, index + 1);
						return range.getBoundingClientRect().x;
					};
					return [edge(0), edge(20)];
				});
			assert.ok(first > last, `${first} > ${last}`);
			await page.screenshot({ path: join(root, `test-results/review-arabic-${theme}.png`) });
			assert.deepEqual(self.faults, []);
		});
		await on({ text: rows(scripts.japanese), theme, height: 560 }, async (self) => {
			const text = self.page.locator(".turn.assistant .text");
			assert.deepEqual(await text.evaluate(({ dir, lang, dataset }) => [dir, lang, dataset.script]), [
				"ltr",
				"ja",
				"Jpan",
			]);
			await self.picture(`japanese-${theme}`);
		});
	});
}

test("Thai and Hindi have their fonts, by script", () =>
	on({ text: rows(scripts.thai), height: 420 }, async (self) => {
		const script = () => self.page.locator(".turn.assistant .text").getAttribute("data-script");
		assert.equal(await script(), "Thai");
		await self.picture("thai");
		await self.press("j");
		await self.shows(2);
		assert.equal(await script(), "Deva");
	}));

test("hostile text is text: no markup, no link, nothing run, nothing reordered, every character kept", () => {
	const hostile =
		'<img src=x onerror="window.broken = 1"><script>window.broken = 1</script>[x](command:y) <b>bold</b>\n' +
		"access level: \u202e\u2066// admin\u2069\u2066 user \u2069\u0000\u200b end\n```html\n<iframe src=javascript:alert(1)>\n```";
	const row = { id: hostile, language: hostile, strategy: hostile, model: hostile, prompt: hostile, response: hostile };
	return on({ text: rows([row, { ...row, model: "<i>b</i>", response: "x" }]), name: "a b.jsonl" }, async (self) => {
		const { page } = self;
		assert.equal(await page.locator("#root :is(img, a, script, iframe, b, i)").count(), 0);
		assert.equal(await page.evaluate(() => window.broken), undefined);
		const drawn = await page
			.locator(".turn.assistant .line")
			.evaluateAll((lines) => lines.map((line) => line.textContent));
		assert.equal(drawn.join("\n"), hostile);
		assert.deepEqual(
			await page
				.locator(".turn.assistant .invisible")
				.evaluateAll((all) => all.map((one) => getComputedStyle(one, "::before").content)),
			['"RLO"', '"LRI"', '"PDI"', '"LRI"', '"PDI"', '"NUL"', '"ZWSP"'],
		);
		// No label carries an override: every one in the page is shut in a token.
		const loose = await page.evaluate(() => {
			const walker = document.createTreeWalker(document.getElementById("root"), NodeFilter.SHOW_TEXT);
			const found = [];
			while (walker.nextNode()) {
				const { data, parentElement } = walker.currentNode;
				if (/[\u202a-\u202e\u2066-\u2069]/.test(data) && !parentElement.closest(".invisible"))
					found.push(parentElement.className);
			}
			return found;
		});
		assert.deepEqual(loose, []);
		// The override is shut in: what follows it still stands to its right.
		const places = await page
			.locator(".turn.assistant .line")
			.nth(1)
			.evaluate((line) =>
				[...line.childNodes].map((node) => {
					const range = document.createRange();
					range.selectNode(node);
					return range.getBoundingClientRect().x;
				}),
			);
		assert.deepEqual(
			places,
			[...places].sort((a, b) => a - b),
		);
		await self.picture("hostile");
		await self.press("c");
		await page.locator(".column").nth(1).waitFor();
		await self.press("f");
		await page.locator(".plots, .facets").first().waitFor();
		assert.equal(await page.locator("#root :is(img, a, script, iframe, b, i)").count(), 0);
		assert.deepEqual(await self.violations(), []);
		// Shown in full even so: a line of the list is one line.
		assert.match(await page.locator(".row .preview").first().textContent(), /^<img src=x/);
	});
});

test("a walk by keyboard alone: next weak, accept, reject, take back, next unseen, and progress", () =>
	on({ text: practice("de") }, async (self) => {
		const counts = (text) => self.page.locator(".counts").filter({ hasText: text }).waitFor();
		await self.shows(1);
		assert.equal(await self.page.evaluate(() => document.activeElement?.getAttribute("role")), "listbox");
		await self.press("n");
		await self.shows(3);
		await self.press("a");
		await counts("1 accepted");
		await self.shows(4);
		await self.press("r");
		await counts("1 accepted · 1 rejected · 9 left");
		await self.shows(5);
		assert.match(readFileSync(join(self.folder, ".polyglot/review.jsonl"), "utf8"), /"accepted".*\n.*"rejected"/);
		await self.picture("decided");
		await self.press("z");
		await counts("1 accepted · 0 rejected");
		await self.shows(4);
		await self.press("z");
		await counts("0 accepted · 0 rejected · 11 left");
		await self.shows(3);
		await self.page.locator('.row[aria-selected="true"]', { hasText: "#3" }).waitFor();
		await self.press("k", "k");
		await self.shows(1);
		await self.press("ArrowDown");
		await self.shows(2);
		await self.press("End");
		await self.shows(12);
		await self.press("u");
		await self.page.locator(".sample-head h2").filter({ hasNotText: "#12" }).waitFor();
		await self.press("?");
		await self.page.locator("dialog.help[open]").waitFor();
		assert.match(await self.page.locator("dialog.help").textContent(), /Next weak sample/);
		await self.press("Escape");
		assert.equal(await self.page.locator("dialog.help[open]").count(), 0);
	}));

test("4 asks for a rating of 4, shows and tells it, and 0 takes it back", () =>
	on({ text: practice("de"), theme: "light" }, async (self) => {
		const pressed = self.page.locator('.rating button[aria-pressed="true"]');
		await self.press("n");
		await self.shows(3);
		await self.press("4");
		await pressed.waitFor();
		assert.equal(await pressed.getAttribute("aria-label"), "Rate 4 of 5");
		assert.equal(self.asked.find(({ type }) => type === "rate")?.rating, 4);
		assert.equal(await self.page.getByRole("status").textContent(), "Line 3 rated 4 of 5.");
		assert.deepEqual(await self.violations(), []);
		await self.picture("rated-light");
		await self.press("0");
		await pressed.waitFor({ state: "detached" });
	}));

test("an edit is written minimally, ends the form, and an edit of a changed sample is refused", () =>
	on({ text: practice("de") }, async (self) => {
		const before = self.text;
		await self.press("e");
		const area = self.page.locator("form.edit textarea").last();
		assert.equal(await area.evaluate((one) => one === document.activeElement), true);
		const old = await area.inputValue();
		await area.press("End");
		await area.press("Control+End");
		await area.pressSequentially(" Ä \\ “x”");
		await area.press("Control+Enter");
		await self.page.locator(".reading").filter({ hasText: "Ä \\ “x”" }).waitFor();
		assert.equal(
			self.text,
			before.replaceAll(JSON.stringify(old).slice(1, -1), `${JSON.stringify(old).slice(1, -1)} Ä \\\\ “x”`),
		);
		await self.press("e");
		await self.page.locator("form.edit textarea").last().press("Escape");
		await self.page.locator(".reading").waitFor();
		assert.equal(await self.page.evaluate(() => document.activeElement?.getAttribute("role")), "listbox");
	}));

test("filters narrow the list, keep their counts, and are taken back with one key", () =>
	on({ text: practice("de") }, async (self) => {
		const listed = (count) => self.page.locator(`.row[aria-setsize="${count}"]`).first().waitFor();
		await listed(12);
		await self.press("f");
		const group = (name) => self.page.getByRole("group", { name, exact: true });
		await group("Teachers")
			.getByRole("button", { name: /drifting/ })
			.click();
		await listed(3);
		assert.match(await group("Teachers").textContent(), /practice-careful7.*practice-drifting3/);
		await group("Strategies")
			.getByRole("button", { name: /translate/ })
			.click();
		await listed(1);
		await self.page.keyboard.press("l");
		await listed(12);
		await group("Show").getByRole("button", { name: /Weak/ }).click();
		await listed(6);
		await group("Order").getByRole("button", { name: "Worst first" }).click();
		await self.page.locator(".row").first().filter({ hasText: "not-json" }).waitFor();
	}));

test("a brush over a distribution filters the list, and a point under it jumps to its line", () =>
	on({ text: practice("de"), width: 1500 }, async (self) => {
		const { page } = self;
		await self.press("f");
		const figure = page.locator("figure", { hasText: "characters of the response" });
		const overlay = figure.locator(".brush .overlay");
		const box = await overlay.boundingBox();
		await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width, box.y + 25, { steps: 5 });
		await page.mouse.up();
		await page.locator('.row[aria-setsize="9"]').first().waitFor();
		const { filter } = self.asked.findLast(({ type }) => type === "overview");
		assert.equal(filter.ranges[0].metric, "characters of the response");
		assert.ok(filter.ranges[0].from > 100 && filter.ranges[0].from < 200, JSON.stringify(filter.ranges));
		await self.picture("brushed");
		await figure.getByRole("button", { name: "no limits" }).click();
		await page.locator('.row[aria-setsize="12"]').first().waitFor();
		const from = figure.getByRole("spinbutton", { name: /from/ });
		await from.fill("250");
		await from.press("Enter");
		await page.locator('.row[aria-setsize="12"]').first().waitFor({ state: "detached" });
		await figure.getByRole("button", { name: "no limits" }).click();
		await page.locator('.row[aria-setsize="12"]').first().waitFor();
		// A point that no other hides.
		const [line, x, y] = await figure.locator("circle").evaluateAll((circles) => {
			for (const circle of circles) {
				const { left, top, width, height } = circle.getBoundingClientRect();
				const [x, y] = [left + width / 2, top + height / 2];
				const name = /^Line (\d+),/.exec(circle.getAttribute("aria-label"))[1];
				if (document.elementFromPoint(x, y) === circle && name !== "1") return [name, x, y];
			}
			return [];
		});
		await page.mouse.click(x, y);
		await self.shows(line);
		await figure.locator("circle").first().focus();
		await page.keyboard.press("ArrowRight");
		const name = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
		await page.keyboard.press("Enter");
		await self.shows(Number(/^Line (\d+)/.exec(name)[1]));
	}));

test("answers of other teachers stand side by side, the question once", () => {
	const row = (model, response) => ({
		id: "s1",
		language: "de",
		strategy: "respond",
		model,
		prompt: "Warum ist der Himmel blau?",
		response,
	});
	const text = rows([
		row("practice-careful", "Weil die Luft blaues Licht stärker streut als rotes."),
		row("practice-terse", "Streuung."),
		row("practice-drifting", "Because the air scatters blue light more than red light."),
	]);
	return on({ text }, async (self) => {
		await self.press("c");
		await self.page.locator(".column").nth(2).waitFor();
		assert.equal(await self.page.locator(".turn.user").count(), 1);
		assert.deepEqual(await self.page.locator(".column h3").allTextContents(), [
			"practice-careful",
			"practice-terse",
			"practice-drifting",
		]);
		await self.picture("comparison-dark");
		assert.deepEqual(await self.violations(), []);
		await self.page.getByRole("button", { name: "Review this one" }).last().click();
		await self.shows(3);
		assert.equal(await self.page.locator(".column.reviewed h3").textContent(), "practice-drifting");
		await self.press("c");
		await self.page.locator(".column").first().waitFor({ state: "detached" });
	});
});

test("what was chosen comes back after the page was thrown away", async () => {
	let kept;
	await on({ text: practice("de") }, async (self) => {
		await self.press("n", "f");
		await self.page.getByRole("button", { name: /^Weak/ }).click();
		await self.page.locator('.row[aria-setsize="6"]').first().waitFor();
		kept = await self.page.evaluate(() => window.kept);
	});
	await on({ text: practice("de"), kept }, async (self) => {
		await self.shows(3);
		await self.page.locator('.row[aria-setsize="6"]').first().waitFor();
		await self.page.locator(".drawer:visible").waitFor();
	});
});

test("at 420 pixels nothing runs out of the panel", () =>
	on({ text: practice("de"), width: 420 }, async (self) => {
		await self.press("f");
		const [content, seen] = await self.page.evaluate(() => [
			document.documentElement.scrollWidth,
			document.documentElement.clientWidth,
		]);
		assert.ok(content <= seen, `${content} > ${seen}`);
		await self.page.screenshot({ path: join(root, "test-results/review-narrow.png"), fullPage: true });
	}));

test("100,000 samples: only rows on screen exist or are asked for, and scrolling keeps its frames", () => {
	const text = Array.from({ length: 100_000 }, (_, index) =>
		JSON.stringify({
			language: index % 3 === 0 ? "de" : "en",
			model: `teacher-${index % 7}`,
			prompt: `Question number ${index}?`,
			response: `Answer number ${index}.`,
		}),
	).join("\n");
	return on({ text, isOnDisk: true, name: "large.jsonl", isReadFirst: false }, async (self) => {
		const { page } = self;
		self.asked.length = 0;
		const worst = await page.evaluate(async () => {
			const list = document.querySelector(".list");
			const times = [];
			let before = performance.now();
			for (let frame = 0; frame < 180; frame++) {
				list.scrollTop += 900;
				await new Promise(requestAnimationFrame);
				const now = performance.now();
				times.push(now - before);
				before = now;
			}
			times.sort((a, b) => a - b);
			return { median: times[90], p95: times[171], rows: document.querySelectorAll(".row").length };
		});
		console.log(
			`100,000 rows, frame while scrolling: median ${worst.median.toFixed(1)} ms, p95 ${worst.p95.toFixed(1)} ms`,
		);
		assert.ok(worst.rows < 60, `${worst.rows} rows in the document`);
		// 16.7 ms where nothing else runs; others may be at work here.
		assert.ok(worst.median < 34, `${worst.median} ms a frame`);
		const asked = self.asked.filter(({ type }) => type === "rows");
		assert.ok(asked.every(({ count }) => count <= 64) && asked.length < 200);
		await self.press("End");
		await self.shows(100000);
		await self.press("Home");
		await self.shows(1);
		await self.whenRead();
		await self.press("f");
		await page
			.getByRole("group", { name: "Teachers" })
			.getByRole("button", { name: /teacher-3/ })
			.click();
		await page.locator('.row[aria-setsize="14286"]').first().waitFor();
	});
});
