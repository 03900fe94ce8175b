/** *Check File…*: a report on a file of any size, read from disk. */
import * as vscode from "vscode";
import { requests } from "../server/core/engine-api.ts";
import type { App } from "./app.ts";
import { jsonlChoices, pick } from "./workspace.ts";

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
