/** Entry of the extension: starts the engine, and shows what it knows. */
import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { restoreComparisons } from "./compare.ts";
import { startEngine } from "./engine.ts";
import { restoreGenerateForm } from "./generate-form.ts";
import { showGenerationStatus } from "./generation-status.ts";
import { restorePanels } from "./panels.ts";
import { showReview } from "./review.ts";
import { RunsView } from "./runs-view.ts";
import { restoreSweeps } from "./sweep-panel.ts";
import { TeachersView } from "./teachers-view.ts";
import { restoreTrainForm } from "./train-form.ts";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
	const log = vscode.window.createOutputChannel("Polyglot Lens", { log: true });
	context.subscriptions.push(log);
	const engine = await startEngine(context, log);
	const app = { context, log, engine, teachers: new TeachersView(engine), runs: new RunsView(engine) };
	context.subscriptions.push(
		engine,
		app.teachers,
		app.runs,
		registerCommands(app),
		restorePanels(app),
		restoreTrainForm(app),
		restoreSweeps(app),
		restoreGenerateForm(app),
		restoreComparisons(app),
		showGenerationStatus(engine),
		showReview(app),
	);
}
