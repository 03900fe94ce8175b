// The score panel by itself in a real browser, under its own policy, with the colours of a theme and nothing of an editor.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { launchBrowser } from "../host/browser.mjs";
import { root } from "../tools/setup.mjs";

export const themes = JSON.parse(readFileSync(join(root, "test/fixtures/score-panel/themes.json"), "utf8"));
const policy = "default-src 'none'; img-src data: blob:; style-src 'nonce-test'; script-src 'nonce-test'";

/** The message of the published numbers alone, or with what a workspace's folder holds. */
export async function scoreMessage(folder) {
	const { loadPublished } = await import("../../server/node/score-files.ts");
	const { loadWorkspace } = await import("../../server/node/score-workspace.ts");
	const { scoreTable } = await import("../../server/core/score/score-table.ts");
	const { findLanguage } = await import("../../server/core/languages.ts");
	const published = await loadPublished(join(root, "media"));
	if (folder === undefined) return scoreTable(published);
	return scoreTable(published, await loadWorkspace(folder), (code) => findLanguage(code)?.name);
}

async function bundled() {
	const source = `import "./webview/panel.css"; import { drawScore } from "./webview/score/panel.ts";
		window.posted = []; window.kept = undefined;
		const memory = { recall: () => window.kept ?? JSON.parse(window.name || "null"), keep: (choices) => { window.kept = choices; window.name = JSON.stringify(choices); } };
		window.show = (message) => drawScore(document.getElementById("root"), message, (asked) => window.posted.push(asked), memory);`;
	const stdin = { contents: source, resolveDir: root, loader: "ts" };
	const built = await esbuild.build({ stdin, bundle: true, write: false, outdir: "out", format: "iife" });
	const text = (extension) => built.outputFiles.find(({ path }) => path.endsWith(extension)).text;
	return { script: text(".js"), style: text(".css") };
}

export async function startScorePages() {
	const [bundle, browser] = await Promise.all([bundled(), launchBrowser()]);
	const content = (theme, direction) => {
		const colours = Object.entries(themes[theme]).map(([name, value]) => `--vscode-${name}: ${value};`);
		const font = "--vscode-font-family: sans-serif; --vscode-font-size: 13px;";
		return `<!doctype html><html lang="en" dir="${direction}"><head><title>Score</title>
			<meta http-equiv="Content-Security-Policy" content="${policy}">
			<style nonce="test">:root { ${colours.join(" ")} ${font} } body { margin: 0; } ${bundle.style}</style></head>
			<body><main id="root"></main><script nonce="test">${bundle.script.replaceAll("</script", "<\\/script")}</script></body></html>`;
	};
	return {
		close: () => browser.close(),
		/** A page that shows the message; `faults` fills with whatever goes wrong in it. */
		async open(message, { theme = "dark", direction = "ltr", reducedMotion = "no-preference" } = {}) {
			const page = await browser.newPage({ viewport: { width: 1180, height: 820 }, reducedMotion });
			const faults = [];
			page.on("pageerror", (error) => faults.push(error.message));
			page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
			await page.setContent(content(theme, direction));
			await page.evaluate((sent) => window.show(sent), message);
			/** The panel made anew, as after a reload of the window: it has its memory and nothing else. */
			const again = async () => {
				await page.setContent(content(theme, direction));
				await page.evaluate((sent) => window.show(sent), message);
			};
			return { page, faults, again };
		},
	};
}
