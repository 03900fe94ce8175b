// Starts the real VS Code server that code-server ships, for `npm start`, for tests and for screenshots.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { editorFolder, nodePath } from "../tools/setup.mjs";

/** Settings that keep the editor quiet; the product's own settings stay at their defaults. */
export const quietSettings = {
	"workbench.startupEditor": "none",
	"workbench.secondarySideBar.defaultVisibility": "hidden",
	"workbench.tips.enabled": false,
	"workbench.enableExperiments": false,
	"chat.disableAIFeatures": true,
	"telemetry.telemetryLevel": "off",
	"update.mode": "none",
	"extensions.autoCheckUpdates": false,
	"extensions.autoUpdate": false,
	"extensions.ignoreRecommendations": true,
	"git.enabled": false,
	"editor.hover.delay": 100,
	"remote.autoForwardPorts": false,
};

/**
 * Starts a server. `token`: true draws a random connection token, without which nobody may connect (an open
 * editor is an open shell). `trust`: true leaves workspace trust on. `testDriver`: true runs tests inside the
 * extension host, which hides notifications. Throws with the server's log when it does not come up.
 */
export async function startEditor(options = {}) {
	const {
		vsix,
		settings = quietSettings,
		env = {},
		port = 0,
		token = false,
		trust = false,
		testDriver = false,
	} = options;
	const folders = prepareFolders(options.dataFolder, settings);
	const environment = childEnvironment(folders.run, env);
	const base = [
		join(editorFolder, "out/server-main.js"),
		...["--server-data-dir", folders.data, "--extensions-dir", join(folders.data, "extensions")],
		...["--accept-server-license-terms", "--telemetry-level", "off"],
	];
	for (const path of [vsix ?? []].flat()) await installExtension(base, path, environment);
	const secret = token ? randomBytes(16).toString("hex") : undefined;
	const args = [
		...["--host", "127.0.0.1", "--port", String(port)],
		...tokenArguments(secret, folders.data),
		...(trust ? [] : ["--disable-workspace-trust"]),
		...(testDriver ? ["--enable-smoke-test-driver"] : []),
	];
	// Its own process group: extension hosts can outlive the server, and all of them end together.
	const child = spawn(nodePath(), [...base, ...args], {
		env: environment,
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
	});
	process.once("exit", () => killGroup(child, "SIGKILL"));
	const { actualPort, log } = await listening(child);
	return new Editor(child, actualPort, secret, folders, log);
}

/** A running editor server. */
class Editor {
	constructor(child, port, secret, folders, log) {
		this.child = child;
		this.port = port;
		this.secret = secret;
		this.folders = folders;
		this.log = log;
		this.authority = `127.0.0.1:${port}`;
	}

	/** The editor's name for a file on this machine. */
	uri(path) {
		return `vscode-remote://${this.authority}${resolve(path)}`;
	}

	/** The address that opens a folder; `payload` holds pairs such as `["openFile", uri]`. */
	url(folder, payload = []) {
		const url = new URL(`http://${this.authority}/`);
		if (this.secret) url.searchParams.set("tkn", this.secret);
		if (folder) url.searchParams.set("folder", resolve(folder));
		if (payload.length > 0) url.searchParams.set("payload", JSON.stringify(payload));
		return url.href;
	}

	/** Ends every process it started and removes its temporary folders. */
	async stop() {
		if (this.child.exitCode === null && this.child.signalCode === null) {
			const gone = new Promise((done) => this.child.once("exit", done));
			this.child.kill("SIGTERM");
			await Promise.race([gone, delay(5000)]);
		}
		for (const end = Date.now() + 3000; killGroup(this.child, 0) && Date.now() < end; ) await delay(50);
		killGroup(this.child, "SIGKILL");
		const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };
		rmSync(this.folders.run, removal);
		if (this.folders.isTemporary) rmSync(this.folders.data, removal);
	}
}

function prepareFolders(dataFolder, settings) {
	const isTemporary = dataFolder === undefined;
	const data = dataFolder ?? mkdtempSync(join(tmpdir(), "editor-"));
	// Some settings are the user's, some the machine's; the editor takes from each file what belongs there.
	for (const owner of ["User", "Machine"]) {
		const file = join(data, "data", owner, "settings.json");
		mkdirSync(dirname(file), { recursive: true });
		if (!existsSync(file)) writeFileSync(file, JSON.stringify(settings, null, "\t"));
	}
	// Short, because a socket's path may have 108 bytes.
	return { isTemporary, data, run: mkdtempSync(join(tmpdir(), "ed-")) };
}

function childEnvironment(runFolder, extra) {
	const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("VSCODE_") && name !== "NODE_OPTIONS");
	return {
		...Object.fromEntries(kept),
		TMPDIR: runFolder,
		XDG_RUNTIME_DIR: runFolder,
		EXTENSIONS_GALLERY: '{"serviceUrl":""}',
		...extra,
	};
}

function tokenArguments(secret, dataFolder) {
	if (secret === undefined) return ["--without-connection-token"];
	const file = join(dataFolder, "connection-token");
	writeFileSync(file, secret, { mode: 0o600 });
	return ["--connection-token-file", file];
}

async function installExtension(base, vsix, env) {
	const child = spawn(nodePath(), [...base, "--install-extension", vsix, "--force"], {
		env,
		stdio: ["ignore", "ignore", "pipe"],
	});
	let errors = "";
	child.stderr.on("data", (chunk) => {
		errors += chunk;
	});
	const code = await new Promise((done) => child.once("exit", done));
	if (code !== 0) throw new Error(`Installing ${vsix} failed with code ${code}:\n${errors}`);
}

function listening(child) {
	let text = "";
	return new Promise((done, failed) => {
		const read = (chunk) => {
			text += chunk;
			const port = /Extension host agent listening on (\d+)/.exec(text)?.[1];
			if (port) done({ actualPort: Number(port), log: () => text });
		};
		child.stdout.on("data", read);
		child.stderr.on("data", read);
		child.once("exit", (code) => failed(new Error(`The editor ended with code ${code}:\n${text}`)));
	});
}

function killGroup(child, signal) {
	try {
		return process.kill(-child.pid, signal);
	} catch {
		return false;
	}
}
