/** Entry of the extension: starts the engine, and shows what it knows. */
import * as vscode from "vscode";
import { registerCommands } from "./commands.ts";
import { restoreComparisons } from "./compare.ts";
import { startEngine } from "./engine.ts";
import { restoreGenerateForm } from "./generate-form.ts";
import { showGenerationStatus } from "./generation-status.ts";
import { restoreMeasure } from "./measure.ts";
import { restorePanels } from "./panels.ts";
import { showReview } from "./review.ts";
import { RunsView } from "./runs-view.ts";
import { restoreSweeps } from "./sweep-panel.ts";
import { TeachersView } from "./teachers-view.ts";
import { restoreTrainForm } from "./train-form.ts";

/** Each brings its panels back after a reload of the window. */
const restorers = [
	restorePanels,
	restoreTrainForm,
	restoreSweeps,
	restoreGenerateForm,
	restoreComparisons,
	restoreMeasure,
];

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
		...restorers.map((restore) => restore(app)),
		showGenerationStatus(engine),
		showReview(app),
	);
}
