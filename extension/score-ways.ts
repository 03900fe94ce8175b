/** Where a click in the score panel leads: samples, measurement, score row, and generating what advice plans. */
import * as vscode from "vscode";
import { requests } from "../server/core/engine-api.ts";
import type { ScorePanelRequest } from "../server/core/score/panel-message.ts";
import type { App } from "./app.ts";
import { workspaceFolder } from "./workspace.ts";

/** The file with the content a student was trained on, wherever it lies now. */
export async function openSamples(app: App, sha256: string): Promise<void> {
	const { path } = await app.engine.request(requests.findDataset, { sha256 });
	if (path === null) {
		void vscode.window.showWarningMessage(
			`No file of this workspace has the content this student was trained on (sha256 ${sha256.slice(0, 12)}…). It was changed or removed since.`,
		);
		return;
	}
	await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(vscode.Uri.file(path)));
}

export async function openScoreRow(runId: string | undefined): Promise<void> {
	await openRow("scores.jsonl", (row) => runId !== undefined && row.run_id === runId);
}

export async function openMeasurement(teacher: string, language: string): Promise<void> {
	await openRow("intrinsic.jsonl", (row) => row.teacher_model === teacher && row.target_lang === language);
}

/** Opens a file of `.polyglot/` at the last row that fits: the newest counts. */
async function openRow(name: string, fits: (row: Readonly<Record<string, unknown>>) => boolean): Promise<void> {
	const uri = vscode.Uri.joinPath(workspaceFolder(), ".polyglot", name);
	const document = await vscode.workspace.openTextDocument(uri);
	const line = document
		.getText()
		.split("\n")
		.findLastIndex((text) => fits(parsed(text)));
	const editor = await vscode.window.showTextDocument(document);
	if (line === -1) return;
	editor.selection = new vscode.Selection(line, 0, line, 0);
	editor.revealRange(document.lineAt(line).range, vscode.TextEditorRevealType.InCenter);
}

function parsed(text: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? { ...value } : {};
	} catch {
		return {};
	}
}

export async function freezePopulation(app: App): Promise<void> {
	const { name, n } = await app.engine.request(requests.freezePopulation, {});
	void vscode.window.showInformationMessage(
		`z is measured against “${name}” (${n} rows) from now on; it is kept in .polyglot/z-population.json.`,
	);
}

type Plan = Extract<ScorePanelRequest, { type: "generatePlan" }>;

/** *Generate Samples…* filled in; teachers of the plan that `polyglot.json` lacks are named. */
export async function generatePlan(app: App, { teachers, language, strategies, count }: Plan): Promise<void> {
	const known = await app.engine.request(requests.teachers, {});
	const found = teachers.map((wanted) => known.find(({ name, model }) => [name, model].some(isTheSame(wanted))));
	const missing = teachers.filter((_, index) => !found[index]);
	await vscode.commands.executeCommand("polyglot.generate", {
		...(missing.length < teachers.length ? { teachers: found.flatMap((one) => (one ? [one.name] : [])) } : {}),
		languages: [language],
		strategies,
		each: count,
	});
	if (missing.length === 0) return;
	const next = await vscode.window.showWarningMessage(
		`polyglot.json has no teacher for ${missing.join(", ")}, which the plan names. Add one that serves it.`,
		"Add Teacher…",
	);
	if (next !== undefined) await vscode.commands.executeCommand("polyglot.addTeacher");
}

/** `google/gemma-3-27b-it` and `gemma-3-27b-it` are one model. */
const isTheSame = (wanted: string) => (name: string) => plain(name) === plain(wanted);
const plain = (name: string) => name.slice(name.lastIndexOf("/") + 1).toLowerCase();
