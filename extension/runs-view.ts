/** The Runs view: students in training and their evaluations. */
import * as vscode from "vscode";
import { notifications, type RunSummary, requests } from "../server/core/engine-api.ts";
import type { Engine } from "./engine.ts";

const icons: Readonly<Record<string, string>> = {
	succeeded: "pass",
	failed: "error",
	cancelled: "circle-slash",
	queued: "clock",
	interrupted: "debug-pause",
	lost: "question",
};

export class RunsView implements vscode.TreeDataProvider<RunSummary>, vscode.Disposable {
	readonly #engine: Engine;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #view: vscode.TreeView<RunSummary>;
	readonly #disposables: vscode.Disposable;
	readonly onDidChangeTreeData = this.#changed.event;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#view = vscode.window.createTreeView("polyglot.runs", { treeDataProvider: this });
		this.#disposables = vscode.Disposable.from(
			this.#view,
			engine.on(notifications.runsChanged, () => this.refresh()),
			engine.on(notifications.runEnded, announceEnd),
			this.#changed,
		);
	}

	refresh(): void {
		this.#changed.fire();
	}

	async getChildren(parent?: RunSummary): Promise<RunSummary[]> {
		if (parent) return [];
		const { link, runs } = await this.#engine.request(requests.runs, {});
		this.#view.message = link === "" ? undefined : link;
		return runs;
	}

	getTreeItem(run: RunSummary): vscode.TreeItem {
		const item = new vscode.TreeItem(run.title);
		item.id = run.runId;
		item.description = [run.isPractice ? "practice" : "", stateText(run)].filter(Boolean).join(" · ");
		item.iconPath = new vscode.ThemeIcon(icons[run.state] ?? "sync~spin");
		item.contextValue = run.isFinal ? `ended.${run.kind}` : `active.${run.kind}`;
		item.command = { command: "polyglot.openRun", title: "Open Run", arguments: [run] };
		return item;
	}

	dispose(): void {
		this.#disposables.dispose();
	}
}

function stateText({ state, step, totalSteps }: RunSummary): string {
	return state === "running" && totalSteps !== null ? `step ${step} of ${totalSteps}` : state;
}

function announceEnd({
	runId,
	title,
	state,
	reason,
}: {
	runId: string;
	title: string;
	state: string;
	reason: string | null;
}): void {
	const text = `${title}: ${state}${reason === null ? "" : ` (${reason})`}.`;
	const shown =
		state === "failed"
			? vscode.window.showWarningMessage(text, "Open Run")
			: vscode.window.showInformationMessage(text, "Open Run");
	void shown.then((chosen) => chosen && vscode.commands.executeCommand("polyglot.openRun", { runId }));
}
