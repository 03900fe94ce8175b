// Drives the packaged extension in a real editor as a person would: commands, picks, panels, screenshots.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { launchBrowser } from "../host/browser.mjs";
import { quietSettings, startEditor } from "../host/editor.mjs";
import { packFolder, vsixPath } from "../tools/package.mjs";
import { root } from "../tools/setup.mjs";

const results = join(root, "test-results");
export const themes = { light: "Light Modern", dark: "Dark Modern", contrast: "Dark High Contrast" };

/**
 * A workbench on a copy of the practice workspace. `prepare(folder)` may change the copy first; `companions` are
 * folders of extensions that are packed and installed beside the product.
 */
export async function openWorkbench({
	file,
	settings = {},
	trust = false,
	prepare = () => {},
	withFolder = true,
	env = {},
	companions = [],
} = {}) {
	mkdirSync(results, { recursive: true });
	const folder = mkdtempSync(join(tmpdir(), "workspace-"));
	cpSync(join(root, "media/practice/workspace"), folder, { recursive: true });
	prepare(folder);
	const others = companions.map((path) => packFolder(path, join(results, `${basename(path)}.vsix`)));
	const editor = await startEditor({
		vsix: [vsixPath, ...others],
		trust,
		env,
		settings: { ...quietSettings, ...settings },
	});
	const browser = await launchBrowser();
	const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
	page.setDefaultTimeout(30_000);
	const payload = [["skipWelcome", "true"], ...(file ? [["openFile", editor.uri(join(folder, file))]] : [])];
	await page.goto(editor.url(withFolder ? folder : undefined, payload));
	await page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
	if (file) await page.locator(".editor-instance .view-lines").first().waitFor({ timeout: 60_000 });
	return new Workbench(editor, browser, page, folder);
}

export class Workbench {
	constructor(editor, browser, page, folder) {
		Object.assign(this, { editor, browser, page, folder });
	}

	/** Runs a command of the palette by its whole title; a workbench that is still loading may swallow the first try. */
	async command(title) {
		const box = this.page.locator(".quick-input-widget:visible .quick-input-box input").first();
		const row = this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title });
		for (let tries = 1; ; tries++) {
			await this.page.keyboard.press("F1");
			try {
				await box.fill(`>${title}`, { timeout: 3000 });
				await row.waitFor({ timeout: 5000 });
				break;
			} catch (cause) {
				if (tries === 5) throw new Error(`The palette does not offer ${title}.`, { cause });
				await this.page.keyboard.press("Escape");
			}
		}
		await this.page.keyboard.press("Enter");
	}

	/** Waits for a pick or an input box with this title; without one, the box at hand will do. */
	async asked(title) {
		if (title === undefined) return;
		await this.page.locator(".quick-input-widget:visible .quick-input-title", { hasText: title }).waitFor();
	}

	/** Chooses one row of the open pick. */
	async pick(title, label) {
		await this.asked(title);
		await this.page.locator(".quick-input-widget:visible .quick-input-box input").first().fill(label);
		await this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: label }).waitFor();
		await this.page.keyboard.press("Enter");
	}

	/** Checks exactly these rows of the open pick for several. */
	async pickSeveral(title, labels) {
		await this.asked(title);
		const rows = this.page.locator(".quick-input-list .monaco-list-row");
		await rows.first().waitFor();
		for (let index = 0; index < (await rows.count()); index++) {
			const row = rows.nth(index);
			const text = (await row.locator(".label-name").first().textContent())?.trim();
			const isChecked = (await row.locator('[aria-checked="true"], .checked').count()) > 0;
			if (labels.includes(text) !== isChecked) await row.click();
		}
		await this.page.keyboard.press("Enter");
	}

	/** Answers the open input box. */
	async answer(title, text) {
		await this.asked(title);
		await this.page.locator(".quick-input-widget:visible .quick-input-box input").first().fill(text);
		await this.page.keyboard.press("Enter");
	}

	/** Rests the mouse on the text, right of the hint, of a line that holds this text. */
	async hover(text) {
		await this.page
			.locator(".view-line", { hasText: text })
			.first()
			.hover({ position: { x: 520, y: 8 } });
	}

	/** Waits until the world is as it should be. */
	async until(holds, what) {
		for (const end = Date.now() + 30_000; !(await holds()); ) {
			if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
			await this.page.waitForTimeout(100);
		}
	}

	/** A notification that holds this text. */
	toast(text) {
		return this.page.locator(".notification-list-item", { hasText: text });
	}

	/** The inside of the visible panel of this kind, `score` or `run`, once it is drawn. */
	async panel(kind) {
		let found;
		await this.until(async () => {
			for (const frame of this.page.frames()) {
				const isIt = await frame.evaluate((wanted) => document.body?.dataset.panel === wanted, kind).catch(() => false);
				if (isIt && (await frame.locator("#root > *").first().isVisible())) found = frame;
			}
			return found !== undefined;
		}, `the ${kind} panel`);
		return found;
	}

	/** Saves `test-results/<name>.png`. */
	async picture(name) {
		await this.page.waitForTimeout(500); // hovers and webviews fade in; only the picture needs it
		await this.page.screenshot({ path: join(results, `${name}.png`) });
	}

	/** Saves `test-results/<name>-<theme>.png` for each theme. */
	async screenshots(name, { kinds = ["light", "dark"] } = {}) {
		for (const kind of kinds) {
			await this.setTheme(kind);
			await this.picture(`${name}-${kind}`);
		}
	}

	/** Chooses a colour theme as a person would. */
	async setTheme(kind) {
		await this.page.keyboard.press("Control+k");
		await this.page.keyboard.press("Control+t");
		await this.pick(undefined, themes[kind]);
		const marker = { light: ".vs", dark: ".vs-dark", contrast: ".hc-black" }[kind];
		await this.page.locator(`.monaco-workbench${marker}`).waitFor();
	}

	async close() {
		await this.page.screenshot({ path: join(results, "browser-last.png") }).catch(() => {});
		await this.browser.close();
		await this.editor.stop();
		rmSync(this.folder, { recursive: true, force: true });
	}
}
