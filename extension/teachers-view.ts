/** The Teachers view: who may be asked for samples, and which language models of the editor could be made teachers. */
import * as vscode from "vscode";
import { notifications, requests, type TeacherSummary } from "../server/core/engine-api.ts";
import type { Engine } from "./engine.ts";
import { nameOf } from "./language-model.ts";

/** A row of the view. */
type Entry =
	| { readonly kind: "teacher"; readonly teacher: TeacherSummary }
	| { readonly kind: "models"; readonly count: number }
	| { readonly kind: "model"; readonly model: vscode.LanguageModelChat };

export class TeachersView implements vscode.TreeDataProvider<Entry>, vscode.Disposable {
	readonly #engine: Engine;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #disposables: vscode.Disposable;
	readonly onDidChangeTreeData = this.#changed.event;

	constructor(engine: Engine) {
		this.#engine = engine;
		const refresh = () => this.refresh();
		this.#disposables = vscode.Disposable.from(
			// Not when the file changes, but when the engine has read it: before, its answer would be the old one.
			engine.on(notifications.teachersChanged, refresh),
			vscode.lm.onDidChangeChatModels(refresh),
			vscode.window.registerTreeDataProvider("polyglot.teachers", this),
			this.#changed,
		);
	}

	refresh(): void {
		this.#changed.fire();
	}

	async getChildren(parent?: Entry): Promise<Entry[]> {
		if (parent?.kind === "models")
			return (await this.#engine.models.available()).map((model) => ({ kind: "model", model }));
		if (parent) return [];
		const teachers = await this.#engine.request(requests.teachers, {});
		const models = await this.#engine.models.available();
		return [
			...teachers.map((teacher): Entry => ({ kind: "teacher", teacher })),
			{ kind: "models", count: models.length },
		];
	}

	getTreeItem(entry: Entry): vscode.TreeItem {
		if (entry.kind === "teacher") return teacherRow(entry.teacher);
		return entry.kind === "models" ? modelsRow(entry.count) : modelRow(entry.model);
	}

	dispose(): void {
		this.#disposables.dispose();
	}
}

/** The teacher a command of the view's menu is about. */
export function teacherOfEntry(entry: unknown): unknown {
	return typeof entry === "object" && entry !== null && "teacher" in entry ? entry.teacher : entry;
}

function teacherRow({ name, model, origin, isPractice }: TeacherSummary): vscode.TreeItem {
	const isEditor = origin === "vscode" || origin.startsWith("vscode:");
	const row = new vscode.TreeItem(name);
	row.id = `teacher/${name}`;
	row.description = isPractice ? "practice: canned text" : isEditor ? `${model}, a model of the editor` : origin;
	row.tooltip = isPractice
		? `${name}: canned text on this machine, not a language model`
		: isEditor
			? `${model}: asked through the editor, with your consent; no address, no key`
			: `${model} at ${origin}`;
	row.iconPath = new vscode.ThemeIcon(isPractice ? "beaker" : isEditor ? "hubot" : "mortar-board");
	row.contextValue = isPractice ? "practiceTeacher" : isEditor ? "editorTeacher" : "teacher";
	return row;
}

function modelsRow(count: number): vscode.TreeItem {
	const row = new vscode.TreeItem(
		"Language models of the editor",
		count === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed,
	);
	row.id = "models";
	row.description = count === 0 ? "none" : String(count);
	row.tooltip =
		count === 0
			? "This editor has no language models to lend. They come with an extension such as GitHub Copilot Chat, once you are signed in."
			: "Models that extensions lend to others. Any of them can be a teacher, with your consent.";
	row.iconPath = new vscode.ThemeIcon("hubot");
	return row;
}

function modelRow(model: vscode.LanguageModelChat): vscode.TreeItem {
	const row = new vscode.TreeItem(model.name);
	row.id = `model/${nameOf(model)}`;
	row.description = nameOf(model);
	row.tooltip = `${nameOf(model)}, family ${model.family}, up to ${model.maxInputTokens.toLocaleString("en")} tokens. Press to make it a teacher.`;
	row.iconPath = new vscode.ThemeIcon("add");
	row.command = {
		command: "polyglot.addTeacher",
		title: "Add Teacher…",
		arguments: [{ vendor: model.vendor, family: model.family, id: model.id }],
	};
	return row;
}
