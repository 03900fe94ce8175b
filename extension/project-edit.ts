/** Minimal edits of `polyglot.json`: comments, order and unknown fields stay as they are. */
import * as jsonc from "jsonc-parser";
import * as vscode from "vscode";
import type { Project } from "../server/core/project.ts";
import { readProject } from "../server/core/project-text.ts";

const formatting = { formattingOptions: { insertSpaces: false, tabSize: 1, eol: "\n" } };

/** Sets one value, or removes it when undefined; `insert` adds to a list. Makes the file if there is none. */
export async function editProject(
	folder: vscode.Uri,
	path: jsonc.JSONPath,
	value: unknown,
	insert = false,
): Promise<void> {
	const text = await readProjectText(folder);
	const edits = jsonc.modify(text, path, value, { ...formatting, isArrayInsertion: insert });
	const uri = vscode.Uri.joinPath(folder, "polyglot.json");
	await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(jsonc.applyEdits(text, edits)));
}

/** Names in `teachers`, in file order. Throws when the list is no list. */
export async function projectTeachers(folder: vscode.Uri): Promise<string[]> {
	const teachers: unknown = jsonc.parse(await readProjectText(folder))?.teachers ?? [];
	if (!Array.isArray(teachers)) throw new Error("`teachers` in polyglot.json is not a list; mend the file first.");
	return teachers.map((teacher) => String(teacher?.name));
}

/** What the file says of the trainer; empty where there is none. */
export async function projectTrainer(folder: vscode.Uri): Promise<{ url?: string; pin?: string; caFile?: string }> {
	const trainer: unknown = jsonc.parse(await readProjectText(folder))?.trainer;
	const field = (name: string) => {
		const value =
			typeof trainer === "object" && trainer !== null ? (trainer as Record<string, unknown>)[name] : undefined;
		return typeof value === "string" ? { [name]: value } : {};
	};
	return { ...field("url"), ...field("pin"), ...field("caFile") };
}

/** The project as far as it can be read; what is wrong with it the editor marks in the file. */
export async function readProjectFile(folder: vscode.Uri): Promise<Project> {
	return readProject(await readProjectText(folder)).project;
}

async function readProjectText(folder: vscode.Uri): Promise<string> {
	const uri = vscode.Uri.joinPath(folder, "polyglot.json");
	return vscode.workspace.fs.readFile(uri).then(
		(bytes) => new TextDecoder().decode(bytes),
		() => "{}\n",
	);
}
