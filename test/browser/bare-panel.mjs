// One panel's drawing function alone in a real browser, under the panel's own policy, in the editor's colours.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { launchBrowser } from "../host/browser.mjs";
import { root } from "../tools/setup.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const policy = "default-src 'none'; img-src data: blob:; style-src 'nonce-test'; script-src 'nonce-test'";
export const themes = JSON.parse(readFileSync(join(root, "test/fixtures/score-panel/themes.json"), "utf8"));
export const pictures = join(root, "test-results");

/** Bundles `draw` of a module of `webview/`, and starts a browser for it. */
export async function startBarePanel(module, draw) {
	const source = `import "./webview/panel.css"; import { ${draw} as draw } from "./webview/${module}";
		window.posted = []; window.show = (message) => draw(document.getElementById("root"), message, (asked) => window.posted.push(asked));`;
	const stdin = { contents: source, resolveDir: root, loader: "ts" };
	const built = await esbuild.build({ stdin, bundle: true, write: false, outdir: "out", format: "iife" });
	const text = (extension) => built.outputFiles.find(({ path }) => path.endsWith(extension)).text;
	mkdirSync(pictures, { recursive: true });
	return new BarePanel(await launchBrowser(), { script: text(".js"), style: text(".css") });
}

class BarePanel {
	constructor(browser, bundle) {
		Object.assign(this, { browser, bundle });
	}

	/** A page that shows a message; `faults` fills with whatever goes wrong in it. */
	async open(theme, shown, { width = 1180, height = 820 } = {}) {
		const page = await this.browser.newPage({ viewport: { width, height } });
		const faults = [];
		page.on("pageerror", (error) => faults.push(error.message));
		page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
		const colours = Object.entries(themes[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
		const font = "--vscode-font-family: sans-serif; --vscode-font-size: 13px;";
		const script = this.bundle.script.replaceAll("</script", "<\\/script");
		await page.setContent(`<!doctype html><html lang="en"><head><title>Panel</title>
			<meta http-equiv="Content-Security-Policy" content="${policy}">
			<style nonce="test">:root { ${colours.join(" ")} ${font} } body { margin: 0; } ${this.bundle.style}</style></head>
			<body><main id="root" tabindex="-1"></main><script nonce="test">${script}</script></body></html>`);
		await page.evaluate((sent) => window.show(sent), shown);
		return { page, faults };
	}

	/** Accessibility violations, each with its first place. */
	async violations(page) {
		await page.evaluate(axe);
		const { violations } = await page.evaluate(() => window.axe.run(document));
		return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 140)}`);
	}

	/** What the panel posted so far, of one type. */
	posted(page, type) {
		return page.evaluate((wanted) => window.posted.filter((message) => message.type === wanted), type);
	}

	close() {
		return this.browser.close();
	}
}

/** How far the page's content runs out of its width, in pixels. */
export function overflow(page) {
	return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
