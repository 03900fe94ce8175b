/** *Recommend a Teacher…*: which teachers to try for a language, on what evidence, as a page that leads to generating. */
import * as vscode from "vscode";
import { requests } from "../server/core/engine-api.ts";
import { languages } from "../server/core/languages.ts";
import { ScorePanelMessage } from "../server/core/score/panel-message.ts";
import { recommend } from "../server/core/score/recommend.ts";
import { recommendationText } from "../server/core/score/recommend-text.ts";
import type { App } from "./app.ts";
import { pick } from "./workspace.ts";

const budgets = [1000, 3000, 10_000, 30_000];

export async function recommendTeacher(app: App): Promise<void> {
	const message = ScorePanelMessage.parse(await app.engine.request(requests.scores, {}));
	const language = await pick(
		languages.map(({ code, name }) => ({ label: name, description: code, code })),
		"Recommend a teacher (1/3): language of the samples",
	);
	const base = await pick(
		message.studentBases.map(({ name, label }) => ({ label, description: name, name })),
		"Recommend a teacher (2/3): student base",
	);
	const budget = await pick(
		budgets.map((samples) => ({ label: `${samples.toLocaleString("en")} samples`, samples })),
		"Recommend a teacher (3/3): samples to spend over all teachers",
	);
	const wish = { language: language.code, studentBase: base.name, samples: budget.samples };
	const content = recommendationText(recommend(message, wish));
	const document = await vscode.workspace.openTextDocument({ content, language: "plaintext" });
	await vscode.window.showTextDocument(document, { preview: false });
	const next = await vscode.window.showInformationMessage(
		"The plan names the teachers to try and the measurement that would settle it.",
		"Generate Samples…",
		"Show Polyglot Score",
	);
	if (next === "Generate Samples…") await vscode.commands.executeCommand("polyglot.generate");
	if (next === "Show Polyglot Score") await vscode.commands.executeCommand("polyglot.score");
}
