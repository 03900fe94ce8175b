/** What can be done about a weak sample: drop it, or switch a check off for its language. Edits are minimal. */
import { applyEdits, type Edit, modify } from "jsonc-parser";
import {
	type CodeAction,
	CodeActionKind,
	type Diagnostic,
	type Range,
	type TextEdit,
	type WorkspaceEdit,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { CheckCode } from "../core/checks/codes.ts";
import { readLanguage } from "../core/languages.ts";
import type { AnnotatedFile } from "./annotated-file.ts";

/** `polyglot.json` as the editor or the disk has it; undefined without a workspace folder. */
export interface ProjectText {
	readonly uri: string;
	/** Null where the file does not exist yet. */
	readonly text: string | null;
}

export function actionsFor(
	file: AnnotatedFile,
	{ start, end }: Range,
	diagnostics: readonly Diagnostic[],
	project: ProjectText | undefined,
): CodeAction[] {
	const actions: CodeAction[] = [];
	const last = Math.min(end.line, file.lineCount - 1, start.line + mostLines - 1);
	for (let line = start.line; line <= last; line += 1) {
		const findings = file.findings(line);
		if (findings.length === 0) continue;
		const own = diagnostics.filter((diagnostic) => diagnostic.range.start.line === line);
		actions.push({
			title: `Drop the sample in line ${line + 1}`,
			kind: CodeActionKind.QuickFix,
			diagnostics: own,
			edit: { changes: { [file.document.uri]: [{ range: lineRange(file, line), newText: "" }] } },
		});
		const language = readLanguage(file.line(line).language);
		for (const code of new Set(findings.map((finding) => finding.code))) {
			if (project)
				actions.push(switchOff(code, language?.code ?? "*", language?.name ?? "every language", project, own));
		}
	}
	return actions;
}

/** A selection over a whole file would give a list nobody reads. */
const mostLines = 20;

/** The line with its break; the last line with the break before it. */
function lineRange(file: AnnotatedFile, line: number): Range {
	if (line + 1 < file.lineCount) return { start: { line, character: 0 }, end: { line: line + 1, character: 0 } };
	const end = { line, character: file.text(line).length };
	if (line === 0) return { start: { line, character: 0 }, end };
	return { start: { line: line - 1, character: file.text(line - 1).length }, end };
}

function switchOff(
	code: CheckCode,
	language: string,
	name: string,
	project: ProjectText,
	diagnostics: Diagnostic[],
): CodeAction {
	return {
		title: `Switch off ${code} for ${name}`,
		kind: CodeActionKind.QuickFix,
		diagnostics,
		edit: projectEdit(project, ["checks", language, code, "enabled"], false),
	};
}

function projectEdit({ uri, text }: ProjectText, path: string[], value: unknown): WorkspaceEdit {
	const formattingOptions = { insertSpaces: false, tabSize: 4 };
	const edits = modify(text ?? "{}", path, value, { formattingOptions });
	if (text !== null)
		return { documentChanges: [{ textDocument: { uri, version: null }, edits: textEdits(uri, text, edits) }] };
	const whole: TextEdit = {
		range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
		newText: `${applyEdits("{}", edits)}\n`,
	};
	return {
		documentChanges: [
			{ kind: "create", uri, options: { ignoreIfExists: true } },
			{ textDocument: { uri, version: null }, edits: [whole] },
		],
	};
}

function textEdits(uri: string, text: string, edits: readonly Edit[]): TextEdit[] {
	const document = TextDocument.create(uri, "json", 0, text);
	return edits.map(({ offset, length, content }) => ({
		range: { start: document.positionAt(offset), end: document.positionAt(offset + length) },
		newText: content,
	}));
}
