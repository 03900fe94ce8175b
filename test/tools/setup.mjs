// Installs what is missing: the packages of the project and, unless told `--no-host`, the editor host.
// Runs before anything is installed, so it uses nothing but Node 20 and npm.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const hostFolder = join(root, "test/host");
/** Where the editor's own packages stand inside code-server. */
export const editorFolder = join(hostFolder, "node_modules/code-server/lib/vscode");

/** Extensions and packages of the editor that need a network or a compiler and that nothing here uses. */
const unused = [
	...["@github", "@microsoft/mxc-sdk", "@devcontainers"].map((name) => `node_modules/${name}`),
	...["copilot", "mermaid-markdown-features", "microsoft-authentication", "github", "github-authentication"].map(
		(name) => `extensions/${name}`,
	),
];

/** Installs what is missing; says what it does on stderr. Throws an Error that names the failed command. */
export function setUp({ host = true } = {}) {
	once(join(root, "node_modules"), [join(root, "package-lock.json")], () => {
		console.error("Installing the packages of Polyglot Lens (once, about 15 seconds) …");
		npm(root, "ci");
	});
	if (host) setUpHost();
}

function setUpHost() {
	const sources = ["package-lock.json", "logger.cjs"].map((name) => join(hostFolder, name));
	once(join(hostFolder, "node_modules"), [...sources, fileURLToPath(import.meta.url)], () => {
		console.error("Installing the editor to run in (once, about a minute, 600 MB) …");
		npm(hostFolder, "ci");
		npm(editorFolder, "install", "--omit=dev");
		copyFileSync(join(hostFolder, "logger.cjs"), join(editorFolder, "node_modules/@vscode/spdlog/index.js"));
		for (const folder of unused) rmSync(join(editorFolder, folder), { recursive: true, force: true });
	});
}

/** Runs `install` unless the folder's stamp says that it was run for these very sources. */
function once(folder, sources, install) {
	const stamp = join(folder, ".stamp");
	const hash = createHash("sha256");
	for (const source of sources) hash.update(readFileSync(source));
	const wanted = hash.digest("hex");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
	install();
	writeFileSync(stamp, wanted);
}

/** Node 24 once it is installed, else the Node that runs this. */
export function nodePath() {
	const installed = join(root, "node_modules/.bin/node");
	return existsSync(installed) ? installed : process.execPath;
}

function npm(cwd, ...args) {
	const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}` };
	const all = [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
	const done = spawnSync("npm", all, { cwd, env, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
	if (done.status !== 0) throw new Error(`\`npm ${all.join(" ")}\` failed in ${cwd}; see its message above.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		setUp({ host: !process.argv.includes("--no-host") });
	} catch (cause) {
		console.error(cause.message);
		process.exitCode = 1;
	}
}
