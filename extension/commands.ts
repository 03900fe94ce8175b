/** The command table: every command of the palette, its title for messages, and what it runs. */
import * as vscode from "vscode";
import type { App } from "./app.ts";
import { compareTeachers, openComparison } from "./compare.ts";
import { generateSamples, resumeGeneration } from "./generate.ts";
import { checkFile } from "./large-files.ts";
import { measureDataset } from "./measure.ts";
import { openMonitor, openRun, showScore } from "./panels.ts";
import { openPracticeWorkspace } from "./practice.ts";
import { recommendTeacher } from "./recommend.ts";
import { reporting } from "./report.ts";
import { reviewSamples } from "./review-panel.ts";
import { openSweep } from "./sweep-panel.ts";
import { addTeacher, removeTeacher, setTeacherKey, testTeacher } from "./teachers.ts";
import { cancelRun, connectTrainer, evaluateStudent, resumeRun } from "./train.ts";
import { trainStudent, trainSweep } from "./train-form.ts";

type Run = (app: App, argument: unknown) => Promise<unknown>;

const commands: Readonly<Record<string, { readonly title: string; readonly run: Run }>> = {
	"polyglot.generate": { title: "Generate samples", run: generateSamples },
	"polyglot.resumeGeneration": { title: "Resume generation", run: resumeGeneration },
	"polyglot.compare": { title: "Compare teachers", run: compareTeachers },
	"polyglot.openComparison": { title: "Open comparison", run: openComparison },
	"polyglot.openMonitor": { title: "Open generation monitor", run: openMonitor },
	"polyglot.measure": { title: "Measure dataset", run: measureDataset },
	"polyglot.reviewSamples": { title: "Review samples", run: reviewSamples },
	"polyglot.checkFile": { title: "Check file", run: checkFile },
	"polyglot.addTeacher": { title: "Add teacher", run: addTeacher },
	"polyglot.testTeacher": { title: "Test teacher", run: testTeacher },
	"polyglot.setTeacherKey": { title: "Set teacher key", run: setTeacherKey },
	"polyglot.removeTeacher": { title: "Remove teacher", run: removeTeacher },
	"polyglot.connectTrainer": { title: "Connect trainer", run: connectTrainer },
	"polyglot.train": { title: "Train student", run: trainStudent },
	"polyglot.sweep": { title: "Sweep", run: trainSweep },
	"polyglot.openSweep": { title: "Open sweep", run: openSweep },
	"polyglot.resumeRun": { title: "Resume run", run: resumeRun },
	"polyglot.evaluate": { title: "Evaluate student", run: evaluateStudent },
	"polyglot.openRun": { title: "Open run", run: openRun },
	"polyglot.cancelRun": { title: "Cancel run", run: cancelRun },
	"polyglot.score": { title: "Show Polyglot Score", run: showScore },
	"polyglot.recommend": { title: "Recommend a teacher", run: recommendTeacher },
	"polyglot.openPracticeWorkspace": { title: "Open practice workspace", run: openPracticeWorkspace },
	"polyglot.showLog": { title: "Show log", run: async ({ log }) => log.show() },
	"polyglot.refresh": {
		title: "Refresh views",
		run: async ({ teachers, runs }) => [teachers.refresh(), runs.refresh()],
	},
};

export function registerCommands(app: App): vscode.Disposable {
	const registered = Object.entries(commands).map(([id, { title, run }]) =>
		vscode.commands.registerCommand(id, (argument: unknown) => reporting(app.log, title, () => run(app, argument))),
	);
	return vscode.Disposable.from(...registered);
}
