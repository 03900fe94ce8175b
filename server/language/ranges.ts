/** From findings to ranges of the editor. */
import type { Range } from "vscode-languageserver/node";
import type { Finding } from "../core/checks/finding.ts";
import { fieldRanges, rawRange } from "../core/sample/locate.ts";

/** VS Code draws nothing beyond this column; a mark there would be invisible. */
const lastDrawnColumn = 10_000;
/** A squiggle under a whole answer is noise; its beginning says enough. */
const longestMark = 80;

/** Where a finding is underlined in its line. */
export function findingRange(finding: Finding, line: number, text: string): Range {
	const found = columns(finding, text);
	if (!found || found.start >= lastDrawnColumn) return range(line, 0, Math.min(1, text.length));
	const isWhole = finding.start === 0 || finding.field === null;
	const end = isWhole ? Math.min(found.end, found.start + longestMark) : found.end;
	// An editor shows nothing for an empty range.
	return end > found.start ? range(line, found.start, end) : range(line, Math.max(0, found.start - 1), found.start);
}

function columns(finding: Finding, text: string): { start: number; end: number } | undefined {
	if (finding.field === null) return { start: finding.start ?? 0, end: finding.end ?? text.length };
	const field = fieldRanges(text).get(finding.field);
	if (!field) return undefined;
	if (finding.start === null || finding.end === null || finding.end <= finding.start) return field;
	return rawRange(text, field, finding.start, finding.end);
}

export function range(line: number, start: number, end: number): Range {
	return { start: { line, character: start }, end: { line, character: end } };
}
