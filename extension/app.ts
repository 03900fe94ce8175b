/** What a command may reach. Values only; behaviour lives in the files of the commands. */
import type * as vscode from "vscode";
import type { Engine } from "./engine.ts";
import type { RunsView } from "./runs-view.ts";
import type { TeachersView } from "./teachers-view.ts";

export interface App {
	readonly context: vscode.ExtensionContext;
	readonly log: vscode.LogOutputChannel;
	readonly engine: Engine;
	readonly teachers: TeachersView;
	readonly runs: RunsView;
}
