/** What commands need of the workspace: a folder to write to, the user's trust, a choice of files. */
import * as vscode from "vscode";
import { ActionableError } from "./report.ts";

/** The first workspace folder. Throws an error whose button opens one. */
export function workspaceFolder(): vscode.Uri {
	const folder = vscode.workspace.workspaceFolders?.[0];
	if (folder) return folder.uri;
	throw new ActionableError("Open a folder first: samples, runs and scores are stored in it.", {
		"Open Folder": () => vscode.commands.executeCommand("workbench.action.files.openFolder"),
	});
}

/** Throws unless the workspace is trusted: an untrusted one must not make this machine call anybody. */
export function requireTrust(): void {
	if (vscode.workspace.isTrusted) return;
	throw new ActionableError("This workspace is not trusted, so nothing is sent anywhere. Trust it to go on.", {
		"Manage Trust": () => vscode.commands.executeCommand("workbench.trust.manage"),
	});
}

/** Lets the user pick; a closed pick ends the command without a message. */
export async function pick<T extends vscode.QuickPickItem>(choices: readonly T[], title: string): Promise<T> {
	const chosen = await vscode.window.showQuickPick(choices, { title, ignoreFocusOut: true, matchOnDescription: true });
	if (!chosen) throw new vscode.CancellationError();
	return chosen;
}

/** As `pick`, for one or more; choices with `picked` start selected. */
export async function pickSeveral<T extends vscode.QuickPickItem>(
	choices: readonly T[],
	title: string,
): Promise<readonly T[]> {
	const chosen = await vscode.window.showQuickPick(choices, { title, canPickMany: true, ignoreFocusOut: true });
	if (!chosen || chosen.length === 0) throw new vscode.CancellationError();
	return chosen;
}

/** Asks for a line of text; a closed box ends the command without a message. */
export async function ask(options: vscode.InputBoxOptions): Promise<string> {
	const answer = await vscode.window.showInputBox({ ignoreFocusOut: true, ...options });
	if (answer === undefined) throw new vscode.CancellationError();
	return answer;
}

/** The workspace's JSONL files, for a pick; the one in the editor first. */
export async function jsonlChoices(): Promise<(vscode.QuickPickItem & { readonly path: string })[]> {
	const found = await vscode.workspace.findFiles("**/*.jsonl", "**/{node_modules,.polyglot}/**", 500);
	const active = vscode.window.activeTextEditor?.document.uri.fsPath;
	const paths = found
		.map((uri) => uri.fsPath)
		.sort((a, b) => Number(b === active) - Number(a === active) || a.localeCompare(b));
	return paths.map((path) => ({
		label: vscode.workspace.asRelativePath(path),
		description: path === active ? "in the editor" : "",
		path,
	}));
}
