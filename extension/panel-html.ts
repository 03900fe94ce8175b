/** The page of a panel: nothing but a script and a style sheet of our own, under a strict policy. */
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** `state` is kept by the editor, so that the panel survives a reload of the window. */
export function panelHtml(
	webview: vscode.Webview,
	folder: vscode.Uri,
	state: { readonly panel: string; readonly runId?: string | undefined },
): string {
	const nonce = randomBytes(16).toString("base64");
	const address = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
	const policy = `default-src 'none'; img-src data: blob:; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${address("webview.css")}">
<title>Polyglot Lens</title>
</head>
<body data-panel="${state.panel}" data-run="${escaped(state.runId ?? "")}">
<main id="root" tabindex="-1"></main>
<script nonce="${nonce}" src="${address("webview.js")}"></script>
</body>
</html>`;
}

const escaped = (text: string) => text.replaceAll(/[^\w-]/g, "");
