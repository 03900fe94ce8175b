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
import { type Choice, decideCommand } from "./decide.ts";
import { arrayActions, isArrayText } from "./one-array.ts";

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
	if (isArrayText(file.document)) return arrayActions(file.document, diagnostics);
	const actions: CodeAction[] = [];
	const last = Math.min(end.line, file.lineCount - 1, start.line + mostLines - 1);
	for (let line = start.line; line <= last; line += 1) {
		const findings = file.findings(line);
		if (file.isDecided(line))
			actions.push(decideAction("Show all findings of this sample again", file, line, "cleared"));
		if (findings.length === 0) continue;
		const own = diagnostics.filter((diagnostic) => diagnostic.range.start.line === line);
		actions.push({
			title: `Drop the sample in line ${line + 1}`,
			kind: CodeActionKind.QuickFix,
			diagnostics: own,
			edit: { changes: { [file.document.uri]: [{ range: lineRange(file, line), newText: "" }] } },
		});
		actions.push(decideAction("Mark this sample accepted", file, line, "accepted", own));
		const language = readLanguage(file.line(line).language);
		for (const code of new Set(findings.map((finding) => finding.code))) {
			actions.push(decideAction(`Hide ${code} for this sample`, file, line, "hidden", own, code));
			if (project)
				actions.push(switchOff(code, language?.code ?? "*", language?.name ?? "every language", project, own));
		}
	}
	actions.push(...wholeFileActions(file, start.line));
	return actions.filter(({ command }) => command?.arguments?.[0]?.key !== null);
}

function decideAction(
	title: string,
	file: AnnotatedFile,
	line: number,
	decision: Choice["decision"],
	diagnostics: Diagnostic[] = [],
	code?: CheckCode,
): CodeAction {
	// A line that holds no sample has no content to remember it by; its action is left out.
	const choice = { key: file.line(line).share?.key ?? null, decision, ...(code ? { code } : {}) };
	return {
		title,
		kind: CodeActionKind.QuickFix,
		diagnostics,
		command: { title, command: decideCommand, arguments: [choice] },
	};
}

/** Kinds of findings of one line whose other samples are offered. */
const mostKinds = 3;

/** For the worst findings of a line: drop every sample of the file that has one, or move them to a file beside. */
function wholeFileActions(file: AnnotatedFile, line: number): CodeAction[] {
	if (line >= file.lineCount || !file.isComplete) return [];
	const codes = [...new Set(file.findings(line).map(({ code }) => code))].slice(0, mostKinds);
	return codes.flatMap((code) => kindActions(file, code));
}

function kindActions(file: AnnotatedFile, code: CheckCode): CodeAction[] {
	const lines = Array.from({ length: file.lineCount }, (_, index) => index).filter((index) =>
		file.findings(index).some((finding) => finding.code === code),
	);
	if (lines.length < 2) return [];
	const { uri, version } = file.document;
	const rejects = uri.replace(/(\.[^./]*)?$/, `.rejects$1`);
	const moved = lines.map((index) => `${file.text(index)}\n`).join("");
	return [
		{
			title: `Drop all ${lines.length} samples with ${code}`,
			kind: CodeActionKind.QuickFix,
			edit: { documentChanges: [{ textDocument: { uri, version }, edits: deletionsOf(file, lines) }] },
		},
		{
			title: `Move all ${lines.length} samples with ${code} to a rejects file`,
			kind: CodeActionKind.QuickFix,
			edit: {
				documentChanges: [
					{ kind: "create", uri: rejects, options: { ignoreIfExists: true } },
					{ textDocument: { uri: rejects, version: null }, edits: [{ range: origin, newText: moved }] },
					{ textDocument: { uri, version }, edits: deletionsOf(file, lines) },
				],
			},
		},
	];
}

/** Edits that delete these lines, given in their order. */
export function deletionsOf(file: AnnotatedFile, lines: readonly number[]): TextEdit[] {
	return mergeTail(
		lines.map((index): TextEdit => ({ range: lineRange(file, index), newText: "" })),
		file,
	);
}

const origin: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** The last line is dropped with the break before it; where the line before goes as well, that break went already. */
function mergeTail(edits: TextEdit[], file: AnnotatedFile): TextEdit[] {
	const [before, last] = edits.slice(-2);
	if (!before || !last || before.range.end.line !== file.lineCount - 1 || before.range.end.character !== 0)
		return edits;
	return [...edits.slice(0, -2), { range: { start: before.range.start, end: last.range.end }, newText: "" }];
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
	const edits = projectEdits(text ?? "{}", path, value);
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

/** Sets one value; what stands in the file already stays byte for byte, indented or not. */
function projectEdits(text: string, path: readonly string[], value: unknown): Edit[] {
	const indentation = /^\{\s*\n([ \t]+)"/.exec(text.slice(0, 10_000))?.[1] ?? "\t";
	const eol = text.includes("\r\n") ? "\r\n" : "\n";
	return modify(text, [...path], value, {}).map((edit): Edit => {
		const added = /^(,?)"((?:[^"\\]|\\.)*)":(.*)$/su.exec(edit.content);
		const [, comma = "", key = "", json = ""] = added ?? [];
		const depth = path.indexOf(key) + 1;
		if (!added || depth === 0) return edit;
		const indent = (by: number) => eol + indentation.repeat(by);
		const pretty = JSON.stringify(JSON.parse(json), null, indentation).replaceAll("\n", indent(depth));
		return { ...edit, content: `${comma}${indent(depth)}"${key}": ${pretty}${comma === "" ? indent(depth - 1) : ""}` };
	});
}
