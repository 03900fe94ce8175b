/** The grid of a sweep: teachers by languages, each with the state of its student. */
import * as vscode from "vscode";
import * as z from "zod/mini";
import { notifications, requests } from "../server/core/engine-api.ts";
import { SweepPanelRequest } from "../server/core/trainer/sweep-message.ts";
import type { App } from "./app.ts";
import { panelHtml } from "./panel-html.ts";
import { openRun, showScore } from "./panels.ts";
import { reporting } from "./report.ts";
import { pick, requireTrust } from "./workspace.ts";

const viewType = "polyglot.sweep";
const open = new Map<string, vscode.WebviewPanel>();
const Named = z.object({ group: z.string() });
/** As `webview/main.ts` keeps it. */
const Kept = z.object({ runId: z.string() });

/** Opens the grid of the sweep that is named, else of one the user picks. */
export async function openSweep(app: App, argument: unknown): Promise<void> {
	const named = Named.safeParse(argument);
	const group = named.success ? named.data.group : await pickSweep(app);
	const known = open.get(group);
	if (known) return known.reveal();
	fill(app, vscode.window.createWebviewPanel(viewType, "Sweep", vscode.ViewColumn.Active), group);
}

async function pickSweep(app: App): Promise<string> {
	const { sweeps } = await app.engine.request(requests.runs, {});
	if (sweeps.length === 0)
		throw new Error("There is no sweep in this workspace yet. *Polyglot: Train Sweep…* begins one.");
	const choices = sweeps.map(({ group, title }) => ({ label: title, description: group, group }));
	return (await pick(choices.reverse(), "Open sweep")).group;
}

/** Brings grids back after a reload of the window. */
export function restoreSweeps(app: App): vscode.Disposable {
	return vscode.window.registerWebviewPanelSerializer(viewType, {
		async deserializeWebviewPanel(panel, state) {
			const kept = Kept.safeParse(state);
			if (kept.success) fill(app, panel, kept.data.runId);
			else panel.dispose();
		},
	});
}

function fill(app: App, panel: vscode.WebviewPanel, group: string): void {
	open.set(group, panel);
	const media = vscode.Uri.joinPath(app.context.extensionUri, "dist");
	panel.iconPath = vscode.Uri.joinPath(app.context.extensionUri, "media/icon.png");
	panel.webview.options = { enableScripts: true, localResourceRoots: [media], enableCommandUris: false };
	const listening = vscode.Disposable.from(
		panel.webview.onDidReceiveMessage((message) =>
			reporting(app.log, panel.title, () => answer(app, panel, group, message)),
		),
		app.engine.on(notifications.runView, ({ runId, message }) => {
			if (runId === group) void panel.webview.postMessage(message);
		}),
	);
	panel.onDidDispose(() => {
		listening.dispose();
		open.delete(group);
		void app.engine.request(requests.unwatchSweep, { group });
	});
	panel.webview.html = panelHtml(panel.webview, media, { panel: "sweep", runId: group });
}

const Titled = z.object({ view: z.object({ title: z.string() }) });

async function answer(app: App, panel: vscode.WebviewPanel, group: string, message: unknown): Promise<unknown> {
	if (z.object({ type: z.literal("ready") }).safeParse(message).success) {
		const view = await app.engine.request(requests.watchSweep, { group });
		const titled = Titled.safeParse(view);
		if (titled.success) panel.title = titled.data.view.title;
		return panel.webview.postMessage(view);
	}
	const parsed = SweepPanelRequest.safeParse(message);
	if (!parsed.success) return app.log.warn(`${panel.title}: the panel asked for something unknown.`);
	const asked = parsed.data;
	switch (asked.type) {
		case "openRun":
			return openRun(app, { runId: asked.runId });
		case "launchRest":
			requireTrust();
			return app.engine.request(requests.launchSweep, { group });
		case "evaluateAll":
			requireTrust();
			return evaluateAll(app, group);
		case "cancelAll":
			return app.engine.request(requests.cancelSweep, { group });
		case "reconnect":
			return app.engine.request(requests.connectTrainer, {});
		case "openScore":
			return showScore(app);
	}
}

async function evaluateAll(app: App, group: string): Promise<void> {
	const { launched } = await app.engine.request(requests.evaluateSweep, { group });
	const text = launched === 0 ? "Every trained student is evaluated already." : `${launched} evaluations launched.`;
	void vscode.window.showInformationMessage(text);
	app.runs.refresh();
}
