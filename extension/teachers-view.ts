/** The Teachers view: who may be asked for samples. */
import * as vscode from "vscode";
import { requests, type TeacherSummary } from "../server/core/engine-api.ts";
import type { Engine } from "./engine.ts";

export class TeachersView implements vscode.TreeDataProvider<TeacherSummary>, vscode.Disposable {
	readonly #engine: Engine;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #disposables: vscode.Disposable;
	readonly onDidChangeTreeData = this.#changed.event;

	constructor(engine: Engine) {
		this.#engine = engine;
		const watcher = vscode.workspace.createFileSystemWatcher("**/polyglot.json");
		const refresh = () => this.refresh();
		this.#disposables = vscode.Disposable.from(
			watcher,
			watcher.onDidChange(refresh),
			watcher.onDidCreate(refresh),
			watcher.onDidDelete(refresh),
			vscode.window.registerTreeDataProvider("polyglot.teachers", this),
			this.#changed,
		);
	}

	refresh(): void {
		this.#changed.fire();
	}

	getChildren(parent?: TeacherSummary): Promise<TeacherSummary[]> | TeacherSummary[] {
		return parent ? [] : this.#engine.request(requests.teachers, {});
	}

	getTreeItem(teacher: TeacherSummary): vscode.TreeItem {
		const item = new vscode.TreeItem(teacher.name);
		item.id = teacher.name;
		item.description = teacher.isPractice ? "practice: canned text" : teacher.origin;
		item.tooltip = teacher.isPractice
			? `${teacher.name}: canned text on this machine, not a language model`
			: `${teacher.model} at ${teacher.origin}`;
		item.iconPath = new vscode.ThemeIcon(teacher.isPractice ? "beaker" : "mortar-board");
		item.contextValue = teacher.isPractice ? "practiceTeacher" : "teacher";
		return item;
	}

	dispose(): void {
		this.#disposables.dispose();
	}
}
