/** The generation line in the editor's status bar; there only while a run goes on or wants somebody. */
import * as vscode from "vscode";
import { type GenerationProgress, notifications } from "../server/core/engine-api.ts";
import { generationStatus } from "../server/core/generate/status-text.ts";
import type { Engine } from "./engine.ts";

export function showGenerationStatus(engine: Engine): vscode.Disposable {
	const line = vscode.window.createStatusBarItem("polyglot.generation", vscode.StatusBarAlignment.Left, 10);
	line.name = "Polyglot Generation";
	const runs = new Map<string, GenerationProgress>();
	const listening = engine.on(notifications.generationProgress, (progress) => {
		// A run that goes on again is news; the newest stands last.
		runs.delete(progress.runId);
		if (progress.state !== "done" && progress.state !== "cancelled") runs.set(progress.runId, progress);
		draw(line, [...runs.values()]);
	});
	return vscode.Disposable.from(line, listening);
}

function draw(line: vscode.StatusBarItem, runs: readonly GenerationProgress[]): void {
	const status = generationStatus(runs);
	if (!status) {
		line.hide();
		return;
	}
	line.text = status.text;
	line.tooltip = status.tooltip;
	line.backgroundColor = status.isStopped ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
	const newest = runs.at(-1);
	line.command = {
		command: "polyglot.openMonitor",
		title: "Open Generation Monitor",
		arguments: [newest ? { runId: newest.runId } : undefined],
	};
	line.accessibilityInformation = { label: `Generation: ${status.text.replace(/^\$\([^)]*\) /, "")}` };
	line.show();
}
