// The review panel's page in a real browser, fed by a real engine over the language server protocol, without an editor.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { TextDocument } from "vscode-languageserver-textdocument";
import { reviewChanged, reviewRequests } from "../../server/core/review/messages.ts";
import { launchBrowser } from "../host/browser.mjs";
import { startSession } from "../language/lsp-session.ts";
import { root } from "../tools/setup.mjs";

export const themes = JSON.parse(readFileSync(join(root, "test/fixtures/score-panel/themes.json"), "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const policy = "default-src 'none'; img-src data: blob:; style-src 'nonce-test'; script-src 'nonce-test'";
const pictures = join(root, "test-results");

export async function startPages() {
	const source = `import "./webview/panel.css"; import { drawReview } from "./webview/review/panel.ts";
		let kept; const memory = { recall: () => kept, keep: (state) => { kept = state; window.kept = state; } };
		window.show = (message) => drawReview(document.getElementById("root"), message, (asked) => window.ask(asked), memory);
		window.restore = (state) => { kept = state; };`;
	const stdin = { contents: source, resolveDir: root, loader: "ts" };
	const built = await esbuild.build({ stdin, bundle: true, write: false, outdir: "out", format: "iife" });
	const text = (extension) => built.outputFiles.find(({ path }) => path.endsWith(extension)).text;
	const bundle = { script: text(".js"), style: text(".css") };
	mkdirSync(pictures, { recursive: true });
	const browser = await launchBrowser();
	return {
		open: (options) => ReviewPage.open(browser, bundle, options),
		close: () => browser.close(),
	};
}

/** One page over one file; `asked` is everything the page asked for. */
export class ReviewPage {
	asked = [];
	faults = [];

	static async open(
		browser,
		bundle,
		{ text, name = "samples.jsonl", theme = "dark", width = 1280, height = 820, kept, isOnDisk = false },
	) {
		const folder = mkdtempSync(join(tmpdir(), "review-page-"));
		writeFileSync(join(folder, name), text);
		const uri = pathToFileURL(join(folder, name)).href;
		const session = await startSession({ folderUri: pathToFileURL(folder).href, isTrusted: true });
		if (!isOnDisk) await session.open(text, uri);
		const page = await browser.newPage({ viewport: { width, height } });
		page.setDefaultTimeout(20_000);
		const self = Object.assign(new ReviewPage(), { page, session, uri, folder, text });
		session.connection.onRequest("workspace/applyEdit", ({ edit }) => self.#apply(edit));
		page.on("pageerror", (error) => self.faults.push(error.message));
		page.on("console", (line) => line.type() === "error" && self.faults.push(line.text()));
		await page.exposeFunction("ask", (asked) => void self.#answer(asked));
		const colours = Object.entries(themes[theme]).map(([key, value]) => `--vscode-${key}: ${value};`);
		const fonts =
			"--vscode-font-family: system-ui, sans-serif; --vscode-font-size: 13px; --vscode-editor-font-family: monospace;";
		await page.setContent(`<!doctype html><html lang="en"><head><title>Review</title>
			<meta http-equiv="Content-Security-Policy" content="${policy}">
			<style nonce="test">:root { ${colours.join(" ")} ${fonts} } body { margin: 0; } ${bundle.style}</style></head>
			<body data-panel="review"><main id="root" tabindex="-1"></main>
			<script nonce="test">${bundle.script.replaceAll("</script", "<\\/script")}</script></body></html>`);
		if (kept) await page.evaluate((state) => window.restore(state), kept);
		session.connection.onNotification(reviewChanged.method, () => self.#tell({ type: "changed" }));
		await self.#tell({ type: "open", uri, line: null, filter: null });
		await page.locator(".sample-head h2").filter({ hasText: "#" }).waitFor();
		return self;
	}

	async request(type, params = {}) {
		return this.session.connection.sendRequest(type.method, { uri: this.uri, ...params });
	}

	/** Resolves when the file is read to its end. */
	async whenRead() {
		await this.page.waitForFunction(
			() =>
				/\d/.test(document.querySelector(".counts").textContent) &&
				!/read \d/.test(document.querySelector(".note").textContent),
			undefined,
			{ timeout: 120_000 },
		);
	}

	press(...keys) {
		return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
	}

	async title() {
		return this.page.locator(".sample-head h2").textContent();
	}

	/** Waits until the sample of this line, counted from 1, is shown. */
	async shows(line) {
		await this.page
			.locator(".sample-head h2")
			.filter({ hasText: new RegExp(`^#${line}( |$)`) })
			.waitFor();
	}

	async violations() {
		await this.page.evaluate(axe);
		const { violations } = await this.page.evaluate(() => window.axe.run(document));
		return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`);
	}

	async picture(name) {
		await this.page.screenshot({ path: join(pictures, `review-${name}.png`) });
	}

	async close() {
		await this.page.close();
		this.session.kill();
		rmSync(this.folder, { recursive: true });
	}

	#tell(message) {
		return this.page.evaluate((sent) => window.show(sent), message).catch(() => {});
	}

	/** As `extension/review-panel.ts` does it, without an editor to show files in. */
	async #answer(asked) {
		this.asked.push(asked);
		const { type, ...params } = asked;
		try {
			const told = await this.#replies[type]?.(params);
			if (told) await this.#tell(told);
		} catch (cause) {
			await this.#tell({ type: "failed", message: cause.message });
		}
	}

	#replies = {
		overview: async ({ list, ...params }) => ({
			type: "overview",
			list,
			overview: await this.request(reviewRequests.overview, params),
		}),
		rows: async ({ list, ...params }) => ({ type: "rows", list, ...(await this.request(reviewRequests.rows, params)) }),
		sample: async (params) => ({ type: "sample", sample: await this.request(reviewRequests.sample, params) }),
		next: async (params) => ({
			type: "moved",
			place: await this.request(reviewRequests.next, params),
			wanted: params.wanted,
		}),
		decide: async (params) => ({
			type: "decided",
			key: params.key,
			...(await this.request(reviewRequests.decide, params)),
		}),
		rate: async (params) => ({
			type: "rated",
			key: params.key,
			...(await this.request(reviewRequests.rate, params)),
		}),
		undo: async () => ({ type: "undone", place: await this.request(reviewRequests.undo) }),
		seen: async (params) => void (await this.request(reviewRequests.seen, params)),
		edit: async (params) => ({
			type: "edited",
			line: params.line,
			...(await this.request(reviewRequests.edit, params)),
		}),
		dropRejected: async () => ({ type: "dropped", ...(await this.request(reviewRequests.dropRejected)) }),
	};

	/** What an editor does with an edit it is asked to apply. */
	async #apply({ documentChanges: [{ edits }] }) {
		const before = TextDocument.create(this.uri, "jsonl", 1, this.text);
		this.text = TextDocument.applyEdits(before, edits);
		this.version = (this.version ?? 1) + 1;
		const textDocument = { uri: this.uri, version: this.version };
		await this.session.connection.sendNotification("textDocument/didChange", {
			textDocument,
			contentChanges: [{ text: this.text }],
		});
		return { applied: true };
	}
}
