/** One webview panel: the strict page, a door for what it posts, and a way to send. */
import * as vscode from "vscode";
import type { App } from "./app.ts";
import { panelHtml } from "./panel-html.ts";
import { reporting } from "./report.ts";

export interface PanelName {
	/** As in `webview/main.ts`; the editor's view type is `polyglot.<panel>`. */
	readonly panel: string;
	readonly runId?: string;
}

export interface PanelHost {
	readonly panel: vscode.WebviewPanel;
	post(message: unknown): void;
}

/** Fills a panel. `answer` gets whatever it posts, as unknown; its failures meet the user under the panel's title. */
export function hostPanel(
	app: App,
	panel: vscode.WebviewPanel,
	name: PanelName,
	answer: (message: unknown, host: PanelHost) => Promise<unknown>,
): PanelHost {
	const media = vscode.Uri.joinPath(app.context.extensionUri, "dist");
	const host: PanelHost = { panel, post: (message) => void panel.webview.postMessage(message) };
	panel.iconPath = vscode.Uri.joinPath(app.context.extensionUri, "media/icon.png");
	panel.webview.options = { enableScripts: true, localResourceRoots: [media], enableCommandUris: false };
	const listening = panel.webview.onDidReceiveMessage((message) =>
		reporting(app.log, panel.title, () => answer(message, host)),
	);
	panel.onDidDispose(() => listening.dispose());
	panel.webview.html = panelHtml(panel.webview, media, name);
	return host;
}
