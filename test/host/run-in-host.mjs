// Runs the suites of test/in-host inside the extension host of a real editor, driven by a real browser.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { root } from "../tools/setup.mjs";
import { launchBrowser } from "./browser.mjs";
import { startEditor } from "./editor.mjs";

const deadline = 180_000;
const results = join(root, "test-results");

async function bundleSuites() {
	await esbuild.build({
		entryPoints: [join(root, "test/in-host/index.ts")],
		outfile: join(root, "dist/in-host.cjs"),
		bundle: true,
		platform: "node",
		format: "cjs",
		external: ["vscode", "mocha"],
		logLevel: "warning",
	});
}

/** Resolves with the suites' exit code, or throws when the browser dies or nothing ends in time. */
async function runSuites(editor, browser, folder) {
	const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
	const exit = new Promise((done, failed) => {
		browser.once("disconnected", () => failed(new Error("The browser died.")));
		setTimeout(() => failed(new Error(`No end after ${deadline / 1000} s.`)), deadline).unref();
		void page.exposeFunction("codeAutomationExit", done);
	});
	await page.exposeFunction("codeAutomationLog", (_kind, args) => {
		const text = args.map(String).join(" ");
		if (/^(not )?ok - /.test(text)) console.log(text);
	});
	const payload = [
		["extensionDevelopmentPath", editor.uri(root)],
		["extensionTestsPath", editor.uri(join(root, "dist/in-host.cjs"))],
		["skipWelcome", "true"],
	];
	await page.goto(editor.url(folder, payload));
	const code = await exit.catch(async (cause) => {
		await page.screenshot({ path: join(results, "in-host-failure.png") });
		throw cause;
	});
	return code;
}

mkdirSync(results, { recursive: true });
await bundleSuites();
const folder = mkdtempSync(join(tmpdir(), "workspace-"));
cpSync(join(root, "media/practice/workspace"), folder, { recursive: true });
const editor = await startEditor({ testDriver: true, env: { POLYGLOT_TEST_COUNTS: join(results, "in-host.json") } });
const browser = await launchBrowser();
try {
	process.exitCode = (await runSuites(editor, browser, folder)) === 0 ? 0 : 1;
} catch (cause) {
	console.error(cause.message, editor.log().slice(-3000));
	process.exitCode = 1;
} finally {
	await browser.close();
	await editor.stop();
	rmSync(folder, { recursive: true, force: true });
}
