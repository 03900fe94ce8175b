/** *Review Samples*: a panel a file. The text, if the editor can hold it, stays open behind it, so that edits can be undone. */
import * as vscode from "vscode";
import * as z from "zod/mini";
import { ReviewFilter, reviewChanged, reviewRequests } from "../server/core/review/messages.ts";
import { ReviewAsk, type ReviewTell } from "../server/core/review/panel-protocol.ts";
import type { App } from "./app.ts";
import { panelHtml } from "./panel-html.ts";
import { reporting } from "./report.ts";
import { currentFile, holdText, isPlainSamples } from "./sample-files.ts";
import { jsonlChoices, pick } from "./workspace.ts";

/** What the tree, a code lens or a command may ask to be shown. */
const Target = z.object({
	uri: z.string(),
	line: z.optional(z.int()),
	filter: z.optional(ReviewFilter),
});
type Target = z.infer<typeof Target>;

const viewType = "polyglot.review";
const open = new Map<string, ReviewPanelHost>();

export async function reviewSamples(app: App, argument: unknown): Promise<void> {
	const target = await targetOf(argument);
	const known = open.get(target.uri);
	if (known) return known.show(target);
	const panel = vscode.window.createWebviewPanel(viewType, titleOf(target.uri), vscode.ViewColumn.Active);
	open.set(target.uri, new ReviewPanelHost(app, panel, target));
}

async function targetOf(argument: unknown): Promise<Target> {
	if (argument instanceof vscode.Uri) return { uri: argument.toString() };
	const target = Target.safeParse(argument);
	if (target.success) return target.data;
	const current = currentFile();
	if (current) return { uri: current.toString() };
	return { uri: vscode.Uri.file((await pick(await jsonlChoices(), "Review samples")).path).toString() };
}

/** Brings panels back after a reload of the window. */
export function restoreReviews(app: App): vscode.Disposable {
	return vscode.window.registerWebviewPanelSerializer(viewType, {
		async deserializeWebviewPanel(panel, state) {
			const kept = z.object({ remembered: z.object({ uri: z.string() }) }).safeParse(state);
			if (!kept.success) return panel.dispose();
			const { uri } = kept.data.remembered;
			open.set(uri, new ReviewPanelHost(app, panel, { uri }));
		},
	});
}

/** The file of the review panel in front; undefined where another tab is. */
export function reviewedFile(): vscode.Uri | undefined {
	const active = [...open.values()].find(({ isActive }) => isActive);
	return active && vscode.Uri.parse(active.uri);
}

function titleOf(uri: string): string {
	return `Review: ${vscode.Uri.parse(uri).path.split("/").at(-1) ?? ""}`;
}

class ReviewPanelHost {
	readonly uri: string;
	readonly #app: App;
	readonly #panel: vscode.WebviewPanel;
	/** Where to go once the page is there. */
	#target: Target;
	#isReady = false;

	constructor(app: App, panel: vscode.WebviewPanel, target: Target) {
		this.uri = target.uri;
		this.#app = app;
		this.#panel = panel;
		this.#target = target;
		const media = vscode.Uri.joinPath(app.context.extensionUri, "dist");
		panel.iconPath = vscode.Uri.joinPath(app.context.extensionUri, "media/icon.png");
		panel.webview.options = { enableScripts: true, localResourceRoots: [media], enableCommandUris: false };
		const text = holdText(vscode.Uri.parse(this.uri));
		const listening = vscode.Disposable.from(
			text,
			panel.webview.onDidReceiveMessage((message) =>
				reporting(app.log, panel.title, async () => {
					await text.isOpen;
					await this.#receive(message);
				}),
			),
			app.engine.on(reviewChanged, ({ uri }) => {
				if (uri === this.uri) this.#tell({ type: "changed" });
			}),
		);
		panel.onDidDispose(() => {
			listening.dispose();
			open.delete(this.uri);
			void app.engine.request(reviewRequests.close, { uri: this.uri });
		});
		panel.webview.html = panelHtml(panel.webview, media, { panel: "review" });
	}

	get isActive(): boolean {
		return this.#panel.active;
	}

	show(target: Target): void {
		this.#target = target;
		this.#panel.reveal();
		if (this.#isReady) this.#open();
	}

	#tell(message: ReviewTell): void {
		void this.#panel.webview.postMessage(message);
	}

	#open(): void {
		const { uri, line = null, filter = null } = this.#target;
		this.#tell({ type: "open", uri, line, filter });
		// A page that comes back after it was hidden knows where it was.
		this.#target = { uri };
	}

	async #receive(message: unknown): Promise<void> {
		const asked = ReviewAsk.safeParse(message);
		if (!asked.success) return this.#app.log.warn(`${this.#panel.title}: the panel asked for something unknown.`);
		try {
			await this.#answer(asked.data);
		} catch (cause) {
			this.#app.log.warn(`${this.#panel.title}: ${String(cause)}`);
			this.#tell({ type: "failed", message: cause instanceof Error ? cause.message : String(cause) });
		}
	}

	async #answer(asked: ReviewAsk): Promise<void> {
		const { uri } = this;
		const { engine } = this.#app;
		switch (asked.type) {
			case "ready":
				this.#isReady = true;
				return this.#open();
			case "overview": {
				const { list, filter, line, withMetrics } = asked;
				const overview = await engine.request(reviewRequests.overview, { uri, filter, line, withMetrics });
				return this.#tell({ type: "overview", list, overview });
			}
			case "rows": {
				const { list, filter, from, count } = asked;
				const rows = await engine.request(reviewRequests.rows, { uri, filter, from, count });
				return this.#tell({ type: "rows", list, ...rows });
			}
			case "sample":
				return this.#tell({
					type: "sample",
					sample: await engine.request(reviewRequests.sample, { uri, line: asked.line }),
				});
			case "next": {
				const { filter, line, wanted } = asked;
				const place = await engine.request(reviewRequests.next, { uri, filter, line, wanted });
				return this.#tell({ type: "moved", place, wanted });
			}
			case "decide": {
				const { key, decision } = asked;
				const { isDecided } = await engine.request(reviewRequests.decide, { uri, key, decision });
				return this.#tell({ type: "decided", key, isDecided });
			}
			case "rate": {
				const { key, rating } = asked;
				return this.#tell({ type: "rated", key, ...(await engine.request(reviewRequests.rate, { uri, key, rating })) });
			}
			case "undo":
				return this.#tell({ type: "undone", place: await engine.request(reviewRequests.undo, { uri }) });
			case "seen":
				await engine.request(reviewRequests.seen, { uri, key: asked.key });
				return;
			case "edit": {
				const { line, key, changes } = asked;
				const { isApplied } = await engine.request(reviewRequests.edit, { uri, line, key, changes });
				return this.#tell({ type: "edited", line, isApplied });
			}
			case "dropRejected":
				return this.#tell({ type: "dropped", ...(await engine.request(reviewRequests.dropRejected, { uri })) });
			case "reveal":
				return reveal(vscode.Uri.parse(uri), asked.line);
			case "explain":
				return explain(this.#app, asked.code);
		}
	}
}

/** Where the text is open already, else beside the panel. A packed file has no text to show. */
async function reveal(uri: vscode.Uri, line: number): Promise<void> {
	if (!isPlainSamples(uri)) throw new Error("A packed file can't be opened as text.");
	const group = vscode.window.tabGroups.all.find(({ tabs }) =>
		tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString()),
	);
	await vscode.commands.executeCommand("vscode.open", uri, {
		viewColumn: group?.viewColumn ?? vscode.ViewColumn.Beside,
		selection: new vscode.Range(line, 0, line, 0),
	});
}

async function explain(app: App, code: string): Promise<void> {
	if (!/^[a-z-]{1,40}$/.test(code)) return;
	const page = vscode.Uri.joinPath(app.context.extensionUri, "media/checks", `${code}.md`);
	await vscode.commands.executeCommand("markdown.showPreviewToSide", page);
}
