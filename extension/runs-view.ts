/** The Runs view: students in training and their evaluations, those of a sweep together. */
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

interface Sweep {
	readonly group: string;
	readonly title: string;
	readonly runs: readonly RunSummary[];
}

type Node = RunSummary | Sweep;

const isSweep = (node: Node): node is Sweep => "runs" in node;

export class RunsView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
	readonly #engine: Engine;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #view: vscode.TreeView<Node>;
	readonly #disposables: vscode.Disposable;
	readonly onDidChangeTreeData = this.#changed.event;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#view = vscode.window.createTreeView("polyglot.runs", { treeDataProvider: this });
		this.#disposables = vscode.Disposable.from(
			this.#view,
			engine.on(notifications.runsChanged, () => this.refresh()),
			engine.on(notifications.runEnded, announceEnd),
			engine.on(notifications.sweepEnded, announceSweep),
			this.#changed,
		);
	}

	refresh(): void {
		this.#changed.fire();
	}

	async getChildren(parent?: Node): Promise<Node[]> {
		if (parent) return isSweep(parent) ? [...parent.runs] : [];
		const { link, runs, sweeps } = await this.#engine.request(requests.runs, {});
		this.#view.message = link === "" ? undefined : link;
		return grouped(runs, new Map(sweeps.map(({ group, title }) => [group, title])));
	}

	getTreeItem(node: Node): vscode.TreeItem {
		return isSweep(node) ? sweepItem(node) : runItem(node);
	}

	dispose(): void {
		this.#disposables.dispose();
	}
}

/** Runs of one sweep stand together, where its newest run would. A group without a plan here is another client's. */
function grouped(runs: readonly RunSummary[], titles: ReadonlyMap<string, string>): Node[] {
	const nodes = new Map<string, Node>();
	for (const run of runs) {
		const { group } = run;
		if (group === null) nodes.set(run.runId, run);
		else if (!nodes.has(group)) {
			const own = runs.filter((one) => one.group === group);
			nodes.set(group, { group, title: titles.get(group) ?? group, runs: own });
		}
	}
	return [...nodes.values()];
}

function runItem(run: RunSummary): vscode.TreeItem {
	const item = new vscode.TreeItem(run.title);
	item.id = run.runId;
	item.description = [run.isPractice ? "practice" : "", stateText(run)].filter(Boolean).join(" · ");
	item.iconPath = new vscode.ThemeIcon(icons[run.state] ?? "sync~spin");
	item.contextValue = contextOf(run);
	item.command = { command: "polyglot.openRun", title: "Open Run", arguments: [run] };
	return item;
}

/** `stopped`: may go on as it is; `broken`: ended, and a new run may go on from its checkpoints. */
function contextOf({ isFinal, state, kind }: RunSummary): string {
	if (state === "interrupted" || state === "lost") return `stopped.${kind}`;
	if (!isFinal) return `active.${kind}`;
	return state === "succeeded" ? `ended.${kind}` : `broken.${kind}`;
}

function sweepItem({ group, title, runs }: Sweep): vscode.TreeItem {
	const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Collapsed);
	item.id = group;
	const counts = new Map<string, number>();
	const students = runs.filter(({ kind }) => kind === "train");
	for (const { state } of students) counts.set(state, (counts.get(state) ?? 0) + 1);
	item.description = [...counts].map(([state, count]) => `${count} ${state}`).join(" · ");
	item.iconPath = new vscode.ThemeIcon("table");
	item.contextValue = "sweep";
	item.command = { command: "polyglot.openSweep", title: "Open Sweep", arguments: [{ group }] };
	return item;
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

function announceSweep({ group, title, counts }: { group: string; title: string; counts: string }): void {
	const shown = vscode.window.showInformationMessage(`${title}: ${counts}.`, "Open Sweep");
	void shown.then((chosen) => chosen && vscode.commands.executeCommand("polyglot.openSweep", { group }));
}
