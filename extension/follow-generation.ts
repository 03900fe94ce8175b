/** What happens beside the monitor while a run goes on: its samples open at the first one, and its end is told. */
import * as vscode from "vscode";
import { type GenerationProgress, notifications } from "../server/core/engine-api.ts";
import type { App } from "./app.ts";

/** Follows until the run ends. `output` is opened beside, without taking the focus, when the first sample is there. */
export function followGeneration(app: App, runId: string, output: vscode.Uri): void {
	let isOpened = false;
	const listening = app.engine.on(notifications.generationProgress, (now) => {
		if (now.runId !== runId) return;
		if (!isOpened && now.accepted > 0) {
			isOpened = true;
			void openBeside(output);
		}
		if (now.state === "running") return;
		listening.dispose();
		void tellEnd(now);
	});
}

async function tellEnd({ runId, state, accepted, target, rejected, message }: GenerationProgress): Promise<void> {
	const summary = `${accepted} of ${target} samples accepted, ${rejected} rejected.`;
	const stopped = `${message ?? "The run stopped."} ${summary} It can be resumed.`;
	const monitor = "Open Monitor";
	const chosen = await (state === "done"
		? vscode.window.showInformationMessage(
				`Generation done. ${summary}${message === null ? "" : ` ${message}`}`,
				monitor,
			)
		: state === "cancelled"
			? vscode.window.showInformationMessage(`Generation cancelled. ${summary} It can be resumed.`, monitor)
			: vscode.window.showWarningMessage(`Generation ${state}. ${stopped}`, monitor));
	if (chosen === monitor) await vscode.commands.executeCommand("polyglot.openMonitor", { runId });
}

async function openBeside(output: vscode.Uri): Promise<void> {
	const document = await vscode.workspace.openTextDocument(output);
	await vscode.window.showTextDocument(document, {
		viewColumn: vscode.ViewColumn.Beside,
		preserveFocus: true,
		preview: false,
	});
}
