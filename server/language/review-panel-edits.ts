/** The panel's changes to an open document: through the editor, so that its undo takes them back. */
import type { TextDocumentEdit, TextEdit } from "vscode-languageserver/node";
import { contentKey } from "../core/checks/exact-duplicate.ts";
import type { Decisions } from "../core/decisions.ts";
import { UserError } from "../core/problem.ts";
import type { TextChange } from "../core/review/messages.ts";
import { editsOf } from "../core/review/minimal-edit.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import { deletionsOf } from "./code-actions.ts";
import type { ServerContext } from "./feature.ts";
import { range } from "./ranges.ts";

export interface SampleChange {
	readonly line: number;
	/** The sample's content key when its text was read. */
	readonly key: number;
	readonly changes: readonly TextChange[];
}

/** True where the editor took it. Throws a UserError where the sample is another one meanwhile. */
export async function applyChange(server: ServerContext, file: AnnotatedFile, change: SampleChange): Promise<boolean> {
	const { sample } = change.line < file.lineCount ? file.line(change.line) : { sample: null };
	if (!sample || contentKey(sample) !== change.key)
		throw new UserError(
			"sample-changed",
			`The sample in line ${change.line + 1} changed meanwhile, so your text was not written over it. Copy it, and edit again.`,
		);
	const edits = change.changes
		.flatMap(({ field, text }) => editsOf(file.text(change.line), sample, field, text))
		.map(({ start, end, newText }) => ({ range: range(change.line, start, end), newText }));
	return edits.length === 0 || apply(server, file, edits, "Edit sample");
}

/** Deletes every line whose sample was rejected; how many. */
export async function dropRejected(
	server: ServerContext,
	file: AnnotatedFile,
	decisions: Decisions | undefined,
): Promise<number> {
	const lines: number[] = [];
	for (let line = 0; line < file.lineCount; line += 1) {
		const key = file.line(line).share?.key;
		if (key !== undefined && decisions?.verdict(key) === "rejected") lines.push(line);
	}
	if (lines.length === 0) return 0;
	const isApplied = await apply(server, file, deletionsOf(file, lines), "Drop rejected samples");
	return isApplied ? lines.length : 0;
}

async function apply(server: ServerContext, file: AnnotatedFile, edits: TextEdit[], label: string): Promise<boolean> {
	const { uri, version } = file.document;
	const change: TextDocumentEdit = { textDocument: { uri, version }, edits };
	const { applied } = await server.connection.workspace.applyEdit({ label, edit: { documentChanges: [change] } });
	return applied;
}
