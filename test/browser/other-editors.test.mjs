// Other editors speak to the packed engine as the README's snippets start it: over stdio, with their own abilities.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { build } from "../tools/build.mjs";
import { root } from "../tools/setup.mjs";

const bundle = join(root, "dist/polyglot.mjs");
const readme = await readFile(join(root, "README.md"), "utf8");

const good = {
	id: "1",
	language: "de",
	prompt: "Warum ist der Himmel blau?",
	response: "Kurze Wellen des Sonnenlichts werden in der Luft stärker gestreut als lange, deshalb sehen wir Blau.",
};
const weak = {
	...good,
	id: "2",
	response: "Short waves of sunlight are scattered by the air much more than long ones, which is why we see blue.",
};
const text = `${JSON.stringify(good)}\n${JSON.stringify(weak)}\n`;

/** The words of a list in a snippet, such as `args = ["lsp", "--stdio"]`. */
function wordsAfter(name) {
	const list = new RegExp(`${name} = [[{]([^\\]}]*)[\\]}]`).exec(readme)?.[1];
	assert.ok(list, `the README has no ${name}`);
	return [...list.matchAll(/"([^"]*)"/g)].map(([, word]) => word);
}

/** Starts the engine as the snippet says, a `polyglot` on the path being the bundle run by this Node. */
async function withEditor({ command, capabilities, settings = null }, body) {
	if (!existsSync(bundle)) await build();
	const folder = await mkdtemp(join(tmpdir(), "polyglot-editor-"));
	const [program, ...args] = command;
	assert.equal(program, "polyglot");
	const server = spawn(process.execPath, [bundle, ...args], { stdio: "pipe", cwd: folder });
	try {
		const complaints = [];
		server.stderr.setEncoding("utf8").on("data", (said) => complaints.push(said));
		const exited = new Promise((resolve) => server.once("exit", resolve));
		const connection = createProtocolConnection(
			new StreamMessageReader(server.stdout),
			new StreamMessageWriter(server.stdin),
		);
		const pushed = [];
		let wake = () => {};
		connection.onNotification("textDocument/publishDiagnostics", (message) => {
			pushed.push(message);
			wake();
		});
		connection.onRequest("workspace/configuration", ({ items }) => items.map(() => settings));
		for (const refresh of ["workspace/inlayHint/refresh", "workspace/diagnostic/refresh"])
			connection.onRequest(refresh, () => null);
		connection.listen();
		const uri = pathToFileURL(join(folder, "samples.jsonl")).href;
		await writeFile(join(folder, "samples.jsonl"), text);
		const { capabilities: offered } = await connection.sendRequest("initialize", {
			processId: process.pid,
			rootUri: pathToFileURL(folder).href,
			workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "test" }],
			capabilities,
			initializationOptions: { isTrusted: true },
		});
		await connection.sendNotification("initialized", {});
		await connection.sendNotification("textDocument/didOpen", {
			textDocument: { uri, languageId: "jsonl", version: 1, text },
		});
		const next = async (wanted) => {
			for (;;) {
				const found = pushed.find((message) => message.uri === uri && wanted(message.diagnostics));
				if (found) return found.diagnostics;
				await new Promise((resolve) => {
					wake = resolve;
				});
			}
		};
		await body({ connection, offered, uri, folder, next });
		await connection.sendRequest("shutdown");
		await connection.sendNotification("exit");
		assert.equal(await exited, 0);
		assert.deepEqual(complaints, []);
	} finally {
		server.kill("SIGKILL");
		await rm(folder, { recursive: true, force: true });
	}
}

test("Neovim pulls its diagnostics, and hovers, hints, outline and quick fixes answer", { timeout: 60_000 }, () =>
	withEditor(
		{
			command: wordsAfter("cmd"),
			settings: { codeLens: { enabled: true } },
			capabilities: {
				general: { positionEncodings: ["utf-8", "utf-16", "utf-32"] },
				textDocument: {
					diagnostic: { dynamicRegistration: false },
					hover: { contentFormat: ["markdown", "plaintext"] },
					inlayHint: { dynamicRegistration: true },
				},
				workspace: { configuration: true, inlayHint: { refreshSupport: true }, diagnostics: { refreshSupport: true } },
			},
		},
		async ({ connection, offered, uri, folder }) => {
			assert.ok(offered.diagnosticProvider && offered.positionEncoding !== "utf-8");
			const textDocument = { uri };
			const { items } = await connection.sendRequest("textDocument/diagnostic", { textDocument });
			assert.deepEqual(
				items.map(({ code, range }) => [code, range.start.line]),
				[["language-mismatch", 1]],
			);
			const hover = await connection.sendRequest("textDocument/hover", {
				textDocument,
				position: { line: 1, character: 5 },
			});
			assert.match(hover.contents.value, /in English, not German/);
			const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
			const hints = await connection.sendRequest("textDocument/inlayHint", { textDocument, range });
			assert.deepEqual(
				hints.map(({ label }) => label),
				["de · ✓", "de · ⚠ language-mismatch"],
			);
			const symbols = await connection.sendRequest("textDocument/documentSymbol", { textDocument });
			assert.deepEqual(
				symbols.map(({ name }) => name),
				["#1 · de", "#2 · de"],
			);
			const at = { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } };
			const actions = await connection.sendRequest("textDocument/codeAction", {
				textDocument,
				range: at,
				context: { diagnostics: items },
			});
			const accept = actions.find(({ title }) => title === "Mark this sample accepted");
			await connection.sendRequest("workspace/executeCommand", accept.command);
			const kept = await readFile(join(folder, ".polyglot", "review.jsonl"), "utf8");
			assert.equal(JSON.parse(kept.trim()).decision, "accepted");
			const after = await connection.sendRequest("textDocument/diagnostic", { textDocument });
			assert.deepEqual(after.items, []);
		},
	),
);

test("Helix is pushed its diagnostics, and asks for plain hovers", { timeout: 60_000 }, () =>
	withEditor(
		{
			command: [/^command = "(\w+)"$/m.exec(readme)?.[1], ...wordsAfter("args")],
			capabilities: {
				textDocument: { hover: { contentFormat: ["markdown"] }, publishDiagnostics: { versionSupport: true } },
				workspace: { configuration: true, workspaceFolders: true },
			},
		},
		async ({ connection, offered, uri, next }) => {
			assert.equal(offered.diagnosticProvider, undefined);
			const [found] = await next((diagnostics) => diagnostics.length === 1);
			assert.equal(found.code, "language-mismatch");
			const page = await readFile(new URL(found.codeDescription.href), "utf8");
			assert.match(page, /^# `language-mismatch`/);
			const lines = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
			const actions = await connection.sendRequest("textDocument/codeAction", {
				textDocument: { uri },
				range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } },
				context: { diagnostics: [found] },
			});
			const drop = actions.find(({ title }) => title === "Drop the sample in line 2");
			assert.equal(drop.edit.changes[uri].length, 1);
			const hints = await connection.sendRequest("textDocument/inlayHint", { textDocument: { uri }, range: lines });
			assert.ok(hints.every(({ label }) => label.length <= 43));
		},
	),
);
