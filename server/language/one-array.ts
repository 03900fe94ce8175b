/** A text that is one JSON array instead of lines: said once, at its start, with a quick fix that makes lines of it. */
import { type CodeAction, CodeActionKind, type Diagnostic, DiagnosticSeverity } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { arrayElements } from "../core/sample/array-splitter.ts";
import { range } from "./ranges.ts";

/** Blank lines looked over at the start. */
const linesLooked = 20;
/** A longer first line is not parsed to find out; `polyglot convert` takes such files. */
const mostParsed = 1_000_000;

/** By the first line with text: one that only an array over several lines can begin with, or a whole array alone. */
export function isArrayText(document: TextDocument): boolean {
	for (let line = 0; line < Math.min(linesLooked, document.lineCount); line += 1) {
		const text = document.getText(range(line, 0, mostParsed)).trim();
		if (text === "") continue;
		if (!text.startsWith("[") || !endsInBracket(document)) return false;
		if (/[[{,]$/.test(text) && !isJson(text)) return true;
		return line >= document.lineCount - 2 && isJson(text);
	}
	return false;
}

function endsInBracket(document: TextDocument): boolean {
	for (let line = document.lineCount - 1; line >= Math.max(0, document.lineCount - linesLooked); line -= 1) {
		const { end } = document.getLineRange(line);
		const text = document.getText(range(line, Math.max(0, end.character - 100), end.character)).trim();
		if (text !== "") return text.endsWith("]");
	}
	return false;
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

export function arrayDiagnostic(document: TextDocument): Diagnostic {
	return {
		range: range(0, 0, Math.max(1, document.getText(range(0, 0, 80)).length)),
		severity: DiagnosticSeverity.Error,
		source: "Polyglot Lens",
		code: "not-json",
		message: "The file is one JSON array; samples stand on a line each (JSON Lines). A quick fix makes lines of it.",
	};
}

/** None where the array is broken: then its place is for a person to find. */
export function arrayActions(document: TextDocument, diagnostics: readonly Diagnostic[]): CodeAction[] {
	const elements = arrayElements(document.getText());
	if (!elements) return [];
	const newText = elements.map((element) => `${element}\n`).join("");
	const whole = range(0, 0, 0);
	const edit = { range: { start: whole.start, end: { line: document.lineCount, character: 0 } }, newText };
	return [
		{
			title: "Put each element of the array on a line of its own",
			kind: CodeActionKind.QuickFix,
			diagnostics: diagnostics.filter(({ code }) => code === "not-json"),
			isPreferred: true,
			edit: { changes: { [document.uri]: [edit] } },
		},
	];
}
