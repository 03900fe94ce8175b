/** Minimal edits of `polyglot.json`: comments, order and unknown fields stay as they are. */
import * as jsonc from "jsonc-parser";
import * as vscode from "vscode";

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

export async function projectTrainer(folder: vscode.Uri): Promise<string | undefined> {
	const url: unknown = jsonc.parse(await readProjectText(folder))?.trainer?.url;
	return typeof url === "string" ? url : undefined;
}

async function readProjectText(folder: vscode.Uri): Promise<string> {
	const uri = vscode.Uri.joinPath(folder, "polyglot.json");
	return vscode.workspace.fs.readFile(uri).then(
		(bytes) => new TextDecoder().decode(bytes),
		() => "{}\n",
	);
}
