/** *Measure Dataset…*: a panel that asks what to measure, says what it takes, and shows what came out. */
import * as vscode from "vscode";
import {
	emptyMeasureDraft,
	MeasureDraft,
	measureDraftProblems,
	wishOfDraft,
} from "../server/core/measure/measure-draft.ts";
import { type MeasurePanelMessage, MeasurePanelRequest } from "../server/core/measure/measure-panel-message.ts";
import type { MeasurePicture } from "../server/core/measure/measure-picture.ts";
import { measureNotifications, measureRequests } from "../server/core/measure/measure-requests.ts";
import type { App } from "./app.ts";
import { hostPanel, type PanelHost } from "./panel-host.ts";
import { readProjectFile } from "./project-edit.ts";
import { requireTrust, workspaceFolder } from "./workspace.ts";

const viewType = "polyglot.measure";
const slot = "measureDraft";

/** One panel a window: one measurement runs at a time. */
let open: MeasurePanel | undefined;

/** `argument` may be the file to measure, as menus hand it over. */
export async function measureDataset(app: App, argument: unknown): Promise<void> {
	workspaceFolder();
	const file = fileOf(argument);
	if (open) return open.reveal(file);
	const panel = vscode.window.createWebviewPanel(viewType, "Measure Dataset", vscode.ViewColumn.Active);
	open = new MeasurePanel(app, panel, file);
}

export function restoreMeasure(app: App): vscode.Disposable {
	return vscode.window.registerWebviewPanelSerializer(viewType, {
		async deserializeWebviewPanel(panel) {
			open = new MeasurePanel(app, panel, undefined);
		},
	});
}

function fileOf(argument: unknown): string | undefined {
	const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
	const isOne = uri?.scheme === "file" && uri.path.endsWith(".jsonl") && vscode.workspace.getWorkspaceFolder(uri);
	return isOne && uri ? vscode.workspace.asRelativePath(uri, false) : undefined;
}

class MeasurePanel {
	readonly #app: App;
	readonly #host: PanelHost;
	#file: string | undefined;
	/** Only the newest estimate is shown. */
	#asked = 0;
	#picture: MeasurePicture | null = null;

	constructor(app: App, panel: vscode.WebviewPanel, file: string | undefined) {
		this.#app = app;
		this.#file = file;
		this.#host = hostPanel(app, panel, { panel: "measure" }, (message) => this.#answer(message));
		const listening = vscode.Disposable.from(
			app.engine.on(measureNotifications.progress, (progress) => this.#post({ type: "progress", progress })),
			app.engine.on(measureNotifications.ended, (ended) => {
				this.#picture = ended.picture ?? this.#picture;
				this.#post({ type: "ended", ...ended });
			}),
		);
		panel.onDidDispose(() => {
			listening.dispose();
			open = undefined;
		});
	}

	async reveal(file: string | undefined): Promise<void> {
		this.#file = file;
		this.#host.panel.reveal();
		if (file !== undefined) await this.#fill();
	}

	#post(message: MeasurePanelMessage): void {
		this.#host.post(message);
	}

	async #answer(message: unknown): Promise<unknown> {
		// The page is ready to be filled.
		if (typeof message === "object" && message !== null && "type" in message && message.type === "ready")
			return this.#fill();
		const asked = MeasurePanelRequest.parse(message);
		switch (asked.type) {
			case "draft":
				await this.#app.context.workspaceState.update(slot, asked.draft);
				return this.#estimate(asked.draft);
			case "measure":
				return this.#measure(asked.draft);
			case "stop":
				return this.#app.engine.request(measureRequests.stop, {});
			case "openLine":
				return openLine(this.#picture?.paths[asked.file], asked.line);
			case "openScore":
				return vscode.commands.executeCommand("polyglot.score");
			case "addTeacher":
				return vscode.commands.executeCommand("polyglot.addTeacher");
		}
	}

	async #fill(): Promise<void> {
		const { offer, progress, picture } = await this.#app.engine.request(measureRequests.view, {});
		this.#picture = picture;
		const found = await vscode.workspace.findFiles(
			"**/*.{jsonl,jsonl.gz,jsonl.zst,parquet}",
			"**/{node_modules,.polyglot}/**",
			500,
		);
		const files = found.map((uri) => vscode.workspace.asRelativePath(uri, false)).sort();
		const draft = await this.#draft(files);
		this.#post({ type: "measure", offer: { ...offer, files }, draft, progress, picture });
		if (progress === null) await this.#estimate(draft);
	}

	/** What was typed last, else the project's usual backends; the file at hand is chosen. */
	async #draft(files: readonly string[]): Promise<MeasureDraft> {
		const left = MeasureDraft.safeParse(this.#app.context.workspaceState.get<unknown>(slot));
		const { measure } = await readProjectFile(workspaceFolder());
		const usual = {
			...emptyMeasureDraft,
			...(measure?.embeddings === undefined ? {} : { embeddings: measure.embeddings }),
			...(measure?.judges === undefined ? {} : { judges: [...measure.judges] }),
			...(measure?.scorer === undefined ? {} : { scorer: measure.scorer }),
			...(measure?.tokenizer === undefined ? {} : { tokenizer: measure.tokenizer }),
		};
		const draft = left.success ? left.data : usual;
		const kept = draft.files.filter((file) => files.includes(file));
		const chosen = this.#file === undefined ? kept : [this.#file];
		return { ...draft, files: chosen.length > 0 || files.length !== 1 ? chosen : [...files] };
	}

	async #estimate(draft: MeasureDraft): Promise<void> {
		const question = ++this.#asked;
		if (measureDraftProblems(draft).length > 0) return this.#post({ type: "estimate", estimate: null, problem: null });
		const answer = await this.#app.engine.request(measureRequests.estimate, { wish: wishOfDraft(draft) }).then(
			(estimate) => ({ estimate, problem: null }),
			(cause: unknown) => ({ estimate: null, problem: messageOf(cause) }),
		);
		if (question === this.#asked) this.#post({ type: "estimate", ...answer });
	}

	async #measure(draft: MeasureDraft): Promise<void> {
		const [problem] = measureDraftProblems(draft);
		if (problem) return this.#post({ type: "ended", picture: null, problem: problem.message });
		requireTrust();
		this.#asked += 1;
		await this.#app.context.workspaceState.update(slot, draft);
		await this.#app.engine
			.request(measureRequests.start, { wish: wishOfDraft(draft) })
			.catch((cause: unknown) => this.#post({ type: "ended", picture: null, problem: messageOf(cause) }));
	}
}

async function openLine(path: string | undefined, line: number): Promise<void> {
	if (path === undefined) return;
	const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
	const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
	const at = Math.max(0, Math.min(document.lineCount, line) - 1);
	editor.selection = new vscode.Selection(at, 0, at, 0);
	editor.revealRange(document.lineAt(at).range, vscode.TextEditorRevealType.InCenter);
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
