/** Checks any score file, ours, the authors' or a colleague's, row by row. */
import * as z from "zod/mini";
import { ScoreRow } from "../rows.ts";
import { coverageDiffers } from "./coverage.ts";
import type { AuditCheck, AuditedRow, Finding } from "./finding.ts";
import { offTheLine, referenceBelow } from "./gap-line.ts";
import { equalResults, partsAddUp, repeatedRows, resultInRange, stderrScale } from "./row-checks.ts";
import { statedParts } from "./stated-parts.ts";

const checks: readonly AuditCheck[] = [
	partsAddUp,
	statedParts,
	offTheLine,
	referenceBelow,
	coverageDiffers,
	equalResults,
	stderrScale,
	resultInRange,
	repeatedRows,
];

/** Findings in order of their line. */
export function audit(rows: readonly AuditedRow[]): Finding[] {
	return checks.flatMap((check) => check(rows)).sort((a, b) => a.line - b.line);
}

/** Audits a file's text; a line that is no score row is a finding too. Never throws. */
export function auditText(text: string): Finding[] {
	const rows: AuditedRow[] = [];
	const findings: Finding[] = [];
	for (const [index, source] of text
		.replace(/^\uFEFF/u, "")
		.split("\n")
		.entries()) {
		if (source.trim() === "") continue;
		const parsed = parse(source);
		if (typeof parsed === "string") findings.push(broken(index + 1, parsed));
		else rows.push({ line: index + 1, row: parsed });
	}
	return [...findings, ...audit(rows)].sort((a, b) => a.line - b.line);
}

/** Is this a line of a score file? Said without parsing a whole file of samples. */
export function looksLikeScoreRow(line: string): boolean {
	return /"target_lang"\s*:/u.test(line) && /"(?:pg_score|pgr|z_score)"\s*:/u.test(line);
}

function parse(source: string): ScoreRow | string {
	try {
		const parsed = z.safeParse(ScoreRow, JSON.parse(source));
		if (parsed.success) return parsed.data;
		const issue = parsed.error.issues[0];
		return `not-a-score-row ${issue ? `\`${issue.path.join(".")}\`: ${issue.message}` : "not an object"}`;
	} catch (cause) {
		return `not-json ${cause instanceof Error ? cause.message : String(cause)}`;
	}
}

function broken(line: number, fault: string): Finding {
	const [code, ...words] = fault.split(" ");
	const message = words.join(" ").replaceAll(/\s+/gu, " ");
	const isJson = code === "not-a-score-row";
	return {
		code: isJson ? "not-a-score-row" : "not-json",
		severity: "warning",
		message,
		line,
		related: [],
		field: null,
	};
}
