/** The suites that run inside the extension host. */
import * as assert from "node:assert/strict";
import * as path from "node:path";
import * as vscode from "vscode";

const extensionId = "polyglot.polyglot-lens";

/** Polls until there is a value; the editor's answers come when they come. */
async function until<T>(find: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
	const end = Date.now() + 30_000;
	for (;;) {
		const found = await find();
		if (found) return found;
		if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

function sampleFile(name: string): vscode.Uri {
	const folder = vscode.workspace.workspaceFolders?.[0];
	assert.ok(folder);
	return vscode.Uri.file(path.join(folder.uri.fsPath, name));
}

async function openSamples(name: string): Promise<vscode.Uri> {
	const uri = sampleFile(name);
	await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
	return uri;
}

function review(): void {
	describe("review in the editor", () => {
		it("activates on a jsonl file", async () => {
			await openSamples("samples.de.jsonl");
			await until(() => vscode.extensions.getExtension(extensionId)?.isActive, "activation");
		});

		it("contributes every command it registers, and registers every command it contributes", async () => {
			const manifest: { contributes: { commands: { command: string }[] } } =
				vscode.extensions.getExtension(extensionId)?.packageJSON;
			const contributed = manifest.contributes.commands.map(({ command }) => command).sort();
			const all = await vscode.commands.getCommands(true);
			const registered = all.filter((id) => /^polyglot\.[a-zA-Z]+$/.test(id)).sort();
			assert.deepEqual(registered, contributed);
		});

		it("marks each weak sample once, and the broken line as an error", async () => {
			const uri = await openSamples("samples.de.jsonl");
			const found = await until(() => {
				const all = vscode.languages.getDiagnostics(uri);
				return all.length >= 6 ? all : undefined;
			}, "diagnostics");
			const lines = found.map(({ range }) => range.start.line);
			assert.equal(new Set(lines).size, lines.length, "one diagnostic a sample");
			const broken = found.find(({ range }) => range.start.line === 11);
			assert.equal(broken?.severity, vscode.DiagnosticSeverity.Error);
			assert.ok(
				found.some(({ range, message }) => range.start.line === 2 && /English/.test(message)),
				"the English answer",
			);
		});

		it("says on hover what it measured", async () => {
			const uri = await openSamples("samples.de.jsonl");
			const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
				"vscode.executeHoverProvider",
				uri,
				new vscode.Position(3, 5),
			);
			const text = hovers
				.flatMap(({ contents }) => contents.map((content) => (typeof content === "string" ? content : content.value)))
				.join("\n");
			assert.match(text, /repe|loop/i);
		});

		it("gives one inlay hint a sample, of 43 characters at most", async () => {
			const uri = await openSamples("samples.ar.jsonl");
			const hints = await until(async () => {
				const all = await vscode.commands.executeCommand<vscode.InlayHint[]>(
					"vscode.executeInlayHintProvider",
					uri,
					new vscode.Range(0, 0, 6, 0),
				);
				return all.length > 0 ? all : undefined;
			}, "inlay hints");
			assert.equal(hints.length, 6);
			for (const { label, position } of hints) {
				assert.equal(position.character, 0);
				assert.ok(String(label).length <= 43, String(label));
			}
		});
	});
}

function panels(): void {
	describe("panels", () => {
		it("opens the score", async () => {
			await vscode.commands.executeCommand("polyglot.score");
			const tab = await until(
				() => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === "Polyglot Score"),
				"the tab",
			);
			assert.ok(tab.input instanceof vscode.TabInputWebview);
		});
	});
}

export const suites: readonly (() => void)[] = [review, panels];
