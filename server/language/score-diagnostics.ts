/** Score files in the editor: each row that does not add up, with its arithmetic. */
import { type Diagnostic, DiagnosticSeverity, type Range } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { auditText, looksLikeScoreRow } from "../core/score/audit/audit.ts";
import type { Finding } from "../core/score/audit/finding.ts";
import { range } from "./ranges.ts";

/** Told by its first line with text: a score file is not a file of samples. */
export function isScoreText(text: string): boolean {
	const first = /\S[^\n]*/u.exec(text)?.[0] ?? "";
	return looksLikeScoreRow(first);
}

/** Rows shown beside one finding at most. */
const mostRelated = 5;

export function scoreDiagnostics(document: TextDocument, maximum: number): Diagnostic[] {
	return auditText(document.getText())
		.slice(0, maximum)
		.map((finding) => toDiagnostic(finding, document));
}

function toDiagnostic(finding: Finding, document: TextDocument): Diagnostic {
	const related = finding.related.slice(0, mostRelated).map((line) => ({
		location: { uri: document.uri, range: rangeOf(line - 1, finding.field, document) },
		message: "Part of the same comparison.",
	}));
	return {
		range: rangeOf(finding.line - 1, finding.field, document),
		severity: finding.severity === "warning" ? DiagnosticSeverity.Warning : DiagnosticSeverity.Information,
		source: "Polyglot Lens",
		code: finding.code,
		message: finding.message,
		...(related.length > 0 ? { relatedInformation: related } : {}),
	};
}

/** The column's name and value where the row has it, else the whole row. */
function rangeOf(line: number, field: string | null, document: TextDocument): Range {
	const text = document.getText(range(line, 0, Number.MAX_SAFE_INTEGER)).replace(/[\r\n]+$/u, "");
	const start = field === null ? -1 : text.indexOf(`"${field}"`);
	if (start === -1) return range(line, 0, text.length);
	const end = text.slice(start).search(/[,}]/u);
	return range(line, start, end === -1 ? text.length : start + end);
}
