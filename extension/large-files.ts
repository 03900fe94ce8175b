/** Files the editor hands to no extension: says so, and offers to check them from disk. */
import * as vscode from "vscode";
import { requests } from "../server/core/engine-api.ts";
import type { App } from "./app.ts";
import { jsonlChoices, pick } from "./workspace.ts";

/** Above this size VS Code synchronises a text with no extension (`_MODEL_SYNC_LIMIT`). */
const syncLimitBytes = 50 * 1024 * 1024;

/** Shows a status entry while the file in the editor is too large to be marked. */
export function watchLargeFiles(): vscode.Disposable {
	const entry = vscode.window.createStatusBarItem("polyglot.largeFile", vscode.StatusBarAlignment.Right);
	entry.name = "Polyglot Lens: large file";
	const update = () => void showFor(entry);
	update();
	return vscode.Disposable.from(
		entry,
		vscode.window.tabGroups.onDidChangeTabs(update),
		vscode.window.tabGroups.onDidChangeTabGroups(update),
	);
}

async function showFor(entry: vscode.StatusBarItem): Promise<void> {
	const uri = activeFile();
	const size =
		uri === undefined
			? 0
			: await vscode.workspace.fs.stat(uri).then(
					({ size }) => size,
					() => 0,
				);
	if (uri === undefined || size <= syncLimitBytes) {
		entry.hide();
		return;
	}
	const megabytes = Math.round(size / 1e6);
	entry.text = `$(warning) ${megabytes} MB: not marked`;
	entry.tooltip = `The editor hands files above 50 MB to no extension, so samples are not marked here. Press to check the file from disk.`;
	entry.command = { command: "polyglot.checkFile", title: "Check File", arguments: [uri] };
	entry.show();
}

/** The JSONL file in front; known by its tab, since a text this large never becomes a document of the extension. */
function activeFile(): vscode.Uri | undefined {
	const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
	return input instanceof vscode.TabInputText && /\.(jsonl|ndjson)$/.test(input.uri.path) ? input.uri : undefined;
}

/** *Check File…*: annotates a file of any size from disk and opens the report. */
export async function checkFile(app: App, argument: unknown): Promise<void> {
	const path = argument instanceof vscode.Uri ? argument.fsPath : (await pick(await jsonlChoices(), "Check file")).path;
	const options = {
		location: vscode.ProgressLocation.Notification,
		title: `Checking ${vscode.workspace.asRelativePath(path)} …`,
	};
	const { report } = await vscode.window.withProgress(options, () => app.engine.request(requests.checkFile, { path }));
	await vscode.window.showTextDocument(
		await vscode.workspace.openTextDocument({ content: report, language: "plaintext" }),
	);
}
