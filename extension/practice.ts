/** *Open Practice Workspace*: a folder with seeds and samples to try everything on. */
import * as vscode from "vscode";
import type { App } from "./app.ts";

export async function openPracticeWorkspace({ context }: App): Promise<void> {
	const target = vscode.Uri.joinPath(context.globalStorageUri, "practice-workspace");
	const exists = await vscode.workspace.fs.stat(target).then(
		() => true,
		() => false,
	);
	if (!exists)
		await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, "media/practice/workspace"), target);
	await vscode.commands.executeCommand("vscode.openFolder", target, { forceNewWindow: false });
}
