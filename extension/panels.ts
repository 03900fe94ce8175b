/** The panels: one webview each, filled with what the engine sends and nothing of its own. */
import * as vscode from "vscode";
import * as z from "zod/mini";
import { notifications, requests } from "../server/core/engine-api.ts";
import { MonitorRequest } from "../server/core/generate/monitor-message.ts";
import { ScorePanelRequest } from "../server/core/score/panel-message.ts";
import type { Wish } from "../server/core/score/recommend.ts";
import { RunPanelRequest } from "../server/core/trainer/panel-message.ts";
import type { App } from "./app.ts";
import { chooseRun } from "./choose-run.ts";
import { inviteTeachers } from "./generate.ts";
import { panelHtml } from "./panel-html.ts";
import { reporting } from "./report.ts";
import { freezePopulation, generatePlan, openMeasurement, openSamples, openScoreRow } from "./score-ways.ts";
import { requireTrust, workspaceFolder } from "./workspace.ts";

const PanelState = z.object({ panel: z.enum(["score", "run", "monitor"]), runId: z.optional(z.string()) });
type PanelState = z.infer<typeof PanelState>;

/** What a panel may ask; anything else it posts is ignored. */
const PanelRequest = z.union([
	z.object({ type: z.literal("ready") }),
	RunPanelRequest,
	ScorePanelRequest,
	MonitorRequest,
]);
type PanelRequest = z.infer<typeof PanelRequest>;

const open = new Map<string, vscode.WebviewPanel>();

export async function showScore(app: App): Promise<void> {
	show(app, { panel: "score" }, "Polyglot Score");
}

/** What advice is asked about, until the panel has heard of it. */
let askedAdvice: Wish | undefined;

/** The score panel, turned to its advice. A panel that is not on screen asks for its content when it is shown. */
export async function showAdvice(app: App, wish: Wish): Promise<void> {
	askedAdvice = wish;
	const panel = open.get(keyOf({ panel: "score" }));
	const isOnScreen = panel?.visible === true;
	await showScore(app);
	if (panel && isOnScreen) await send(app, panel, { panel: "score" });
}

export async function openRun(app: App, argument: unknown): Promise<void> {
	const runId = await chooseRun(app, argument, "Open run", () => true);
	show(app, { panel: "run", runId }, "Run");
}

/** Watches the newest generation of this session, or the one named. */
export async function openMonitor(app: App, argument: unknown): Promise<void> {
	const named = z.object({ runId: z.string() }).safeParse(argument);
	const [newest] = named.success ? [named.data] : await app.engine.request(requests.generations, {});
	if (newest) return show(app, { panel: "monitor", runId: newest.runId }, "Generation");
	void vscode.window.showInformationMessage("Nothing was generated since the window opened. Generate or resume first.");
}

/** Brings panels back after a reload of the window. */
export function restorePanels(app: App): vscode.Disposable {
	const restore = (fallback: PanelState): vscode.WebviewPanelSerializer => ({
		async deserializeWebviewPanel(panel, state) {
			const parsed = PanelState.safeParse(state);
			fill(app, panel, parsed.success ? parsed.data : fallback);
		},
	});
	return vscode.Disposable.from(
		vscode.window.registerWebviewPanelSerializer("polyglot.score", restore({ panel: "score" })),
		vscode.window.registerWebviewPanelSerializer("polyglot.run", restore({ panel: "run" })),
		vscode.window.registerWebviewPanelSerializer("polyglot.monitor", restore({ panel: "monitor" })),
	);
}

function show(app: App, state: PanelState, title: string): void {
	const known = open.get(keyOf(state));
	if (known) {
		known.reveal();
		return;
	}
	// Beside a text, but not beside another panel: three columns are too narrow to read.
	const isOverText = vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputText;
	const column = state.panel === "run" && isOverText ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
	fill(app, vscode.window.createWebviewPanel(`polyglot.${state.panel}`, title, column), state);
}

function fill(app: App, panel: vscode.WebviewPanel, state: PanelState): void {
	const key = keyOf(state);
	open.set(key, panel);
	const media = vscode.Uri.joinPath(app.context.extensionUri, "dist");
	panel.iconPath = vscode.Uri.joinPath(app.context.extensionUri, "media/icon.png");
	panel.webview.options = { enableScripts: true, localResourceRoots: [media], enableCommandUris: false };
	const listening = vscode.Disposable.from(
		panel.webview.onDidReceiveMessage((message) =>
			reporting(app.log, panel.title, () => answer(app, panel, state, message)),
		),
		...(state.panel === "score"
			? [app.engine.on(notifications.scoresChanged, () => void send(app, panel, state))]
			: []),
		app.engine.on(notifications.runView, ({ runId, message }) => {
			if (runId === state.runId) void panel.webview.postMessage(message);
		}),
	);
	panel.onDidDispose(() => {
		listening.dispose();
		open.delete(key);
		if (state.runId === undefined) return;
		const unwatch = state.panel === "monitor" ? requests.unwatchGeneration : requests.unwatchRun;
		void app.engine.request(unwatch, { runId: state.runId });
	});
	panel.webview.html = panelHtml(panel.webview, media, state);
}

async function answer(app: App, panel: vscode.WebviewPanel, state: PanelState, message: unknown): Promise<unknown> {
	const parsed = PanelRequest.safeParse(message);
	if (!parsed.success) return app.log.warn(`${panel.title}: the panel asked for something unknown.`);
	const asked: PanelRequest = parsed.data;
	switch (asked.type) {
		case "ready":
			return send(app, panel, state);
		case "pause":
			return app.engine.request(requests.pauseGeneration, { runId: state.runId ?? "" });
		case "resume":
			return resumeWatched(app, panel, state);
		case "rerun":
			return resumeWatched(app, panel, state, [asked.cause]);
		case "copyCurl":
			return copyCurl(app, state.runId ?? "", asked.key);
		case "cancel":
			if (state.panel === "monitor") return app.engine.request(requests.cancelGeneration, { runId: state.runId ?? "" });
			return vscode.commands.executeCommand("polyglot.cancelRun", { runId: state.runId });
		case "download":
			return app.engine.request(requests.downloadArtifact, { runId: state.runId ?? "", sha256: asked.sha256 });
		case "reveal":
			return revealDownload(asked.path);
		case "resumeRun":
			return vscode.commands.executeCommand("polyglot.resumeRun", { runId: state.runId });
		case "evaluate":
			return vscode.commands.executeCommand("polyglot.evaluate", { runId: state.runId });
		case "reconnect":
			return app.engine.request(requests.connectTrainer, {});
		case "openRun":
			return openRun(app, { runId: asked.runId });
		case "openScores":
			return openScoreRow(asked.runId);
		case "openSamples":
			return openSamples(app, asked.sha256);
		case "openMeasurement":
			return openMeasurement(asked.teacher, asked.language);
		case "freezePopulation":
			return freezePopulation(app);
		case "generatePlan":
			return generatePlan(app, asked);
		case "save":
			return save(asked.name, Buffer.from(asked.content, asked.encoding));
	}
}

/** The title a run's message carries; a panel opens before its message is there. */
const TitledMessage = z.object({ view: z.object({ title: z.string() }) });

async function send(app: App, panel: vscode.WebviewPanel, { panel: panelName, runId }: PanelState): Promise<void> {
	const message =
		runId === undefined
			? await app.engine.request(requests.scores, {})
			: await app.engine.request(panelName === "monitor" ? requests.watchGeneration : requests.watchRun, { runId });
	const titled = TitledMessage.safeParse(message);
	if (titled.success) panel.title = titled.data.view.title;
	await panel.webview.postMessage(message);
	if (panelName !== "score" || askedAdvice === undefined) return;
	if (await panel.webview.postMessage({ type: "advise", wish: askedAdvice })) askedAdvice = undefined;
}

/** Goes on with the run the monitor shows. Its progress is in the panel, so no notification is needed. */
async function resumeWatched(
	app: App,
	panel: vscode.WebviewPanel,
	state: PanelState,
	rerun?: readonly string[],
): Promise<void> {
	requireTrust();
	const runId = state.runId ?? "";
	await inviteTeachers(app);
	await app.engine.request(requests.resumeGeneration, { runId, ...(rerun ? { rerun: [...rerun] } : {}) });
	await send(app, panel, state);
}

async function copyCurl(app: App, runId: string, key: string): Promise<void> {
	const { teacher, curl } = await app.engine.request(requests.requestCurl, { runId, key });
	await vscode.env.clipboard.writeText(curl);
	void vscode.window.showInformationMessage(
		`The request to ${teacher} is on the clipboard. Its key is a variable in it; set that before you run it.`,
	);
}

/** Writes what a panel exports where the user says. */
async function save(name: string, content: Uint8Array): Promise<void> {
	const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
	const uri = await vscode.window.showSaveDialog(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {});
	if (uri) await vscode.workspace.fs.writeFile(uri, content);
}

/** Shows a fetched file in the explorer; only files that were fetched lie there. */
async function revealDownload(path: string): Promise<void> {
	if (!/^\.polyglot\/students\/[a-z0-9-]+\/artifacts\/[A-Za-z0-9._/-]+$/.test(path) || path.includes("..")) return;
	await vscode.commands.executeCommand("revealInExplorer", vscode.Uri.joinPath(workspaceFolder(), path));
}

const keyOf = ({ panel, runId }: PanelState) => `${panel}:${runId ?? ""}`;
