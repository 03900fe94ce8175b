// `npm start`: the packaged product in a real editor, on practice data, in the browser.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { quietSettings, startEditor } from "../host/editor.mjs";
import { packageExtension } from "./package.mjs";
import { root } from "./setup.mjs";

const home = join(root, ".cache/start");
const workspace = join(home, "workspace");

/** The practice workspace, copied once, so that what the user makes in it stays. */
function prepareWorkspace() {
	if (existsSync(workspace)) return;
	mkdirSync(home, { recursive: true });
	cpSync(join(root, "media/practice/workspace"), workspace, { recursive: true });
}

function openBrowser(url) {
	if (process.env.NO_OPEN || !process.stdout.isTTY) return;
	const opener = { darwin: "open", win32: "explorer" }[process.platform] ?? "xdg-open";
	spawn(opener, [url], { stdio: "ignore", detached: true })
		.on("error", () => {})
		.unref();
}

prepareWorkspace();
console.log("Building and packing the extension …");
const editor = await startEditor({
	vsix: await packageExtension(),
	dataFolder: join(home, "editor"),
	port: Number(process.env.PORT ?? 0),
	token: true,
	settings: { ...quietSettings, "security.workspace.trust.enabled": false },
});
const samples = join(workspace, "samples.de.jsonl");
const url = editor.url(workspace, [["openFile", editor.uri(samples)]]);
console.log(
	`\nPolyglot Lens runs in a VS Code of its own. Whoever has this address has a shell as you; share it with nobody:\n\n  ${url}\n`,
);
console.log("Begin with Help → Welcome → “Which teacher can you trust?”. Ctrl+C ends everything.");
openBrowser(url);

let isStopping = false;
async function stop() {
	if (isStopping) return;
	isStopping = true;
	await editor.stop();
	process.exit(0);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
editor.child.once("exit", stop);
