/** *Train Student…*: one form for a run or a sweep, counted by the trainer before anything is launched. */
import * as vscode from "vscode";
import { notifications, requests } from "../server/core/engine-api.ts";
import { languages } from "../server/core/languages.ts";
import { TrainDraft } from "../server/core/trainer/train-draft.ts";
import {
	type TrainCheck,
	type TrainFormMessage,
	TrainFormRequest,
	type TrainlessMessage,
	type TrainOffer,
} from "../server/core/trainer/train-form-message.ts";
import type { App } from "./app.ts";
import { panelHtml } from "./panel-html.ts";
import { openRun } from "./panels.ts";
import { reporting } from "./report.ts";
import { openSweep } from "./sweep-panel.ts";
import { jsonlChoices, requireTrust, workspaceFolder } from "./workspace.ts";

const viewType = "polyglot.train";
/** Where an unfinished draft is kept, so that a closed form can be opened again as it was. */
const draftSlot = "polyglot.trainDraft";

let current: TrainForm | undefined;

export async function trainStudent(app: App): Promise<void> {
	await openForm(app, { isSweep: false });
}

export async function trainSweep(app: App): Promise<void> {
	await openForm(app, { isSweep: true });
}

/** Brings the form back after a reload of the window. */
export function restoreTrainForm(app: App): vscode.Disposable {
	return vscode.window.registerWebviewPanelSerializer(viewType, {
		async deserializeWebviewPanel(panel) {
			current = new TrainForm(app, panel);
		},
	});
}

async function openForm(app: App, { isSweep }: { readonly isSweep: boolean }): Promise<void> {
	workspaceFolder();
	requireTrust();
	const active = vscode.window.activeTextEditor?.document;
	const dataset = active?.languageId === "jsonl" && active.uri.scheme === "file" ? [active.uri.fsPath] : [];
	const kept = keptDraft(app);
	if (kept) {
		const datasets = kept.datasets.length > 0 ? kept.datasets : dataset;
		await app.context.workspaceState.update(draftSlot, { ...kept, isSweep, datasets });
	}
	const first = { isSweep, datasets: dataset };
	if (current) {
		current.reveal();
		return current.show(first);
	}
	const panel = vscode.window.createWebviewPanel(viewType, "Train", vscode.ViewColumn.Active);
	current = new TrainForm(app, panel, first);
}

function keptDraft(app: App): TrainDraft | null {
	const read = TrainDraft.safeParse(app.context.workspaceState.get(draftSlot));
	return read.success ? read.data : null;
}

class TrainForm {
	readonly #app: App;
	readonly #panel: vscode.WebviewPanel;
	readonly #first: Partial<TrainDraft>;
	#looked: TrainOffer | undefined;
	#check: TrainCheck | null = null;
	#edit = 0;
	#isClosed = false;
	#busy: string | null = null;
	#failure: string | null = null;

	constructor(app: App, panel: vscode.WebviewPanel, first: Partial<TrainDraft> = {}) {
		this.#app = app;
		this.#panel = panel;
		this.#first = first;
		const media = vscode.Uri.joinPath(app.context.extensionUri, "dist");
		panel.iconPath = vscode.Uri.joinPath(app.context.extensionUri, "media/icon.png");
		panel.webview.options = { enableScripts: true, localResourceRoots: [media], enableCommandUris: false };
		const listening = vscode.Disposable.from(
			panel.webview.onDidReceiveMessage((message) => reporting(app.log, "Train", () => this.#answer(message))),
			app.engine.on(notifications.trainBusy, ({ text }) => void this.#whileBusy(text)),
		);
		panel.onDidDispose(() => {
			listening.dispose();
			this.#isClosed = true;
			if (current === this) current = undefined;
		});
		panel.webview.html = panelHtml(panel.webview, media, { panel: "train" });
	}

	reveal(): void {
		this.#panel.reveal();
	}

	/** Draws the draft that was kept, with what the command that opened the form says. */
	async show(first: Partial<TrainDraft>): Promise<void> {
		const kept = keptDraft(this.#app);
		await this.#step(kept ? "Looking at the datasets …" : "Asking the trainer what it offers …", async () => {
			const look = (draft: TrainDraft | null) => this.#app.engine.request(requests.lookAtTraining, { draft });
			if (kept) {
				// Its files may be gone since; then the rest of the draft still holds.
				this.#looked = await look(kept).catch(() => look({ ...kept, datasets: [], evalDataset: "", skipped: [] }));
			} else {
				const { draft } = await look(null);
				this.#looked = await look({ ...draft, ...first });
			}
		});
	}

	async #answer(message: unknown): Promise<void> {
		if (typeof message === "object" && message !== null && "type" in message && message.type === "ready") {
			return this.show(this.#first);
		}
		const parsed = TrainFormRequest.safeParse(message);
		if (!parsed.success) return this.#app.log.warn("The training form asked for something unknown.");
		const asked = parsed.data;
		switch (asked.type) {
			case "connectTrainer":
				await vscode.commands.executeCommand("polyglot.connectTrainer");
				return this.show(this.#first);
			case "draft":
				return this.#look(asked.draft, asked.edit);
			case "check":
				return this.#step("Checking …", async () => {
					this.#check = await this.#app.engine.request(requests.checkTraining, { draft: asked.draft });
				});
			case "launch":
				return this.#launch(asked.draft);
		}
	}

	/** Without a word of being busy: a button that went off under the pointer would swallow the click. */
	async #look(draft: TrainDraft, edit: number): Promise<void> {
		await this.#app.context.workspaceState.update(draftSlot, draft);
		try {
			const looked = await this.#app.engine.request(requests.lookAtTraining, { draft });
			if (edit < this.#edit) return;
			[this.#looked, this.#edit] = [looked, edit];
		} catch (cause) {
			this.#failure = cause instanceof Error ? cause.message : String(cause);
		}
		await this.#send();
	}

	async #launch(draft: TrainDraft): Promise<void> {
		await this.#step("Launching …", async () => {
			const { runId, group } = await this.#app.engine.request(requests.launchTraining, { draft });
			// The recipe is kept for the next one; the dataset is not.
			const next = { ...draft, datasets: [], teacher: "", language: "", title: "", skipped: [] };
			await this.#app.context.workspaceState.update(draftSlot, next);
			this.#app.runs.refresh();
			if (runId !== null) await openRun(this.#app, { runId });
			if (group !== null) await openSweep(this.#app, { group });
			this.#panel.dispose();
		});
	}

	/** One thing at a time; what failed is said in the form, beside what led to it. */
	async #step(busy: string, work: () => Promise<void>): Promise<void> {
		this.#failure = null;
		await this.#whileBusy(busy);
		try {
			await work();
		} catch (cause) {
			this.#failure = cause instanceof Error ? cause.message : String(cause);
		}
		this.#busy = null;
		await this.#send();
	}

	async #whileBusy(text: string): Promise<void> {
		this.#busy = text;
		await this.#send();
	}

	async #send(): Promise<void> {
		if (this.#isClosed) return;
		const message: TrainFormMessage | TrainlessMessage = this.#looked
			? {
					type: "train",
					looked: this.#looked,
					files: (await jsonlChoices()).map(({ path, label }) => ({ path, label })),
					languages: languages.map(({ code, name }) => ({ code, name })),
					check: this.#check,
					edit: this.#edit,
					busy: this.#busy,
					failure: this.#failure,
				}
			: { type: "trainless", failure: this.#failure, busy: this.#busy };
		await this.#panel.webview.postMessage(message);
	}
}
