/** *Connect Trainer…*, *Train Student…*, *Evaluate Student…*, *Cancel Run*. */
import * as vscode from "vscode";
import { requests } from "../server/core/engine-api.ts";
import { findLanguage, languages } from "../server/core/languages.ts";
import type { App } from "./app.ts";
import { chooseRun } from "./choose-run.ts";
import { openRun } from "./panels.ts";
import { editProject, projectTrainer } from "./project-edit.ts";
import { storeSecret } from "./secrets.ts";
import { ask, jsonlChoices, pick, requireTrust, workspaceFolder } from "./workspace.ts";

export async function connectTrainer(app: App): Promise<void> {
	const folder = workspaceFolder();
	requireTrust();
	const known = await projectTrainer(folder);
	const url = await ask({
		title: "Connect trainer (1/2): address",
		value: known ?? "ws://127.0.0.1:8917/v1/rpc",
		prompt: "On a shared machine, tunnel to it first: ssh -L 8917:127.0.0.1:8917 HOST",
		validateInput: (text) =>
			/^wss?:\/\/[^\s?#@]+$/u.test(text) ? undefined : "A ws:// (this machine only) or wss:// address.",
	});
	const token = await ask({
		title: "Connect trainer (2/2): token",
		password: true,
		prompt: "From `polyglot-trainer token add NAME`; kept in the editor's secret storage.",
	});
	await editProject(folder, ["trainer", "url"], url);
	await storeSecret(
		app.context.secrets,
		{ kind: "trainer", name: "trainer", origin: new URL(url).origin },
		token.trim(),
	);
	const { name, bases } = await app.engine.request(requests.connectTrainer, {});
	void vscode.window.showInformationMessage(`Connected to ${name}, which trains ${bases.join(", ")}.`);
	app.runs.refresh();
}

export async function trainStudent(app: App): Promise<void> {
	workspaceFolder();
	requireTrust();
	const { bases, isPractice } = await app.engine.request(requests.connectTrainer, {});
	const dataset = await pick(await jsonlChoices(), "Train student (1/4): dataset");
	const base = await pick(
		bases.map((label) => ({
			label,
			description: isPractice ? "practice: a byte n-gram model, not a language model" : "",
		})),
		"Train student (2/4): base model",
	);
	const guess = await describeDataset(dataset.path);
	const language = await pick(
		languages
			.map(({ code, name }) => ({ label: name, description: code, code }))
			.sort((a, b) => Number(b.code === guess.language) - Number(a.code === guess.language)),
		"Train student (3/4): language of the dataset",
	);
	const teacher = await ask({ title: "Train student (4/4): teacher the score is filed under", value: guess.teacher });
	const title = `${findLanguage(language.code)?.name ?? language.code}, ${teacher}`;
	const { runId } = await app.engine.request(requests.trainStudent, {
		dataset: dataset.path,
		base: base.label,
		title,
		teacher,
		language: language.code,
	});
	app.runs.refresh();
	await openRun(app, { runId });
}

export async function evaluateStudent(app: App, argument: unknown): Promise<void> {
	requireTrust();
	const run = await chooseRun(
		app,
		argument,
		"Evaluate student",
		({ kind, state }) => kind === "train" && state === "succeeded",
	);
	const { runId } = await app.engine.request(requests.evaluateStudent, { runId: run });
	app.runs.refresh();
	await openRun(app, { runId });
}

export async function cancelRun(app: App, argument: unknown): Promise<void> {
	const run = await chooseRun(app, argument, "Cancel run", ({ isFinal }) => !isFinal);
	await app.engine.request(requests.cancelRun, { runId: run });
	app.runs.refresh();
}

/** Language and teacher of the first row, as a suggestion. */
async function describeDataset(path: string): Promise<{ language?: string; teacher: string }> {
	const document = await vscode.workspace.openTextDocument(path);
	try {
		const row: unknown = JSON.parse(document.lineAt(0).text);
		const field = (name: string) =>
			typeof row === "object" && row !== null ? String((row as Record<string, unknown>)[name] ?? "") : "";
		return { language: field("language"), teacher: field("model") };
	} catch {
		return { teacher: "" };
	}
}
