/** One diagnostic a weak sample, the worst samples first, capped. Pulled where the editor can, pushed where not. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Diagnostic, DiagnosticSeverity, DocumentDiagnosticReportKind } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { rank } from "../core/checks/codes.ts";
import type { Finding } from "../core/checks/finding.ts";
import type { AnnotatedFile } from "./annotated-file.ts";
import type { ServerContext } from "./feature.ts";
import { arrayDiagnostic, isArrayText } from "./one-array.ts";
import { findingRange } from "./ranges.ts";
import type { Review } from "./review.ts";
import type { RunSafe } from "./run-safe.ts";
import { isScoreText, scoreDiagnostics } from "./score-diagnostics.ts";

/** How long an answer to a pull waits for a file that is not read yet. */
const pullBudgetMs = 250;

const severities = {
	error: DiagnosticSeverity.Error,
	information: DiagnosticSeverity.Information,
	hint: DiagnosticSeverity.Hint,
} as const;

export interface DiagnosticsFeed {
	/** Called after a file was opened or changed, or the settings were. */
	update(uri: string): void;
	clear(uri: string): void;
}

export function serveDiagnostics(
	server: ServerContext,
	review: Review,
	safely: RunSafe,
	client: { readonly canPull: boolean; readonly canRefresh: boolean },
): DiagnosticsFeed {
	const { connection } = server;
	const of = (uri: string) =>
		scoreDiagnosticsOf(review.document(uri), review) ??
		diagnosticsOf(review.file(uri), review, server.runtime.mediaFolder);
	const push = (uri: string) => void connection.sendDiagnostics({ uri, diagnostics: of(uri) });
	const readOn = (uri: string, tell: () => void) => void safely("annotate", undefined, () => review.readAll(uri, tell));
	if (!client.canPull) {
		return {
			update: (uri) => {
				readOn(uri, () => push(uri));
				review.whenSettled(uri, () => push(uri));
			},
			clear: (uri) => void connection.sendDiagnostics({ uri, diagnostics: [] }),
		};
	}
	connection.languages.diagnostics.on(({ textDocument: { uri } }) =>
		safely("diagnostics", { kind: DocumentDiagnosticReportKind.Full, items: [] }, async () => {
			if (!(await review.readFor(uri, pullBudgetMs)) && client.canRefresh)
				readOn(uri, () => connection.languages.diagnostics.refresh());
			return { kind: DocumentDiagnosticReportKind.Full, items: of(uri) };
		}),
	);
	// The editor pulls by itself when a document changes; what is found later needs a word.
	const refresh = () => void (client.canRefresh && connection.languages.diagnostics.refresh());
	return { update: (uri) => review.whenSettled(uri, refresh), clear() {} };
}

/** Null where the document is no score file. */
function scoreDiagnosticsOf(document: TextDocument | undefined, { settings }: Review): Diagnostic[] | null {
	if (!document || !/\.(?:jsonl|ndjson)$/i.test(document.uri) || !isScoreText(beginningOf(document))) return null;
	return settings.diagnostics.enabled ? scoreDiagnostics(document, settings.diagnostics.maximum) : [];
}

/** Lines in which a score file shows itself; the whole text of a large file is not put together for it. */
function beginningOf(document: TextDocument): string {
	return document.getText({ start: { line: 0, character: 0 }, end: { line: 20, character: 0 } });
}

interface Weak {
	readonly line: number;
	readonly findings: readonly Finding[];
}

/** The file's diagnostics in the order of badness, no more than the settings allow. */
export function diagnosticsOf(file: AnnotatedFile | undefined, review: Review, mediaFolder: string): Diagnostic[] {
	const { enabled, maximum } = review.settings.diagnostics;
	if (!file || !enabled) return [];
	// A mark on each of its lines would say the same thousands of times.
	if (isArrayText(file.document)) return [arrayDiagnostic(file.document)];
	return weakSamples(file)
		.slice(0, maximum)
		.map(({ line, findings }) => diagnosticAt(line, findings, file, mediaFolder));
}

/** The lines read so far that have findings, worst first. */
export function weakSamples(file: AnnotatedFile): Weak[] {
	const weak: Weak[] = [];
	for (const line of file.readLines()) {
		const findings = file.findings(line);
		if (findings.length > 0) weak.push({ line, findings });
	}
	return weak.sort(
		(a, b) => badness(a.findings) - badness(b.findings) || b.findings.length - a.findings.length || a.line - b.line,
	);
}

function badness(findings: readonly Finding[]): number {
	const [worst] = findings;
	return worst ? severities[worst.severity] * 100 + (rank.get(worst.code) ?? 0) : Number.POSITIVE_INFINITY;
}

/** By the findings, which stay the same as long as nothing they depend on changes. */
const made = new WeakMap<readonly Finding[], { readonly line: number; readonly diagnostic: Diagnostic }>();

function diagnosticAt(
	line: number,
	findings: readonly Finding[],
	file: AnnotatedFile,
	mediaFolder: string,
): Diagnostic {
	const known = made.get(findings);
	if (known?.line === line) return known.diagnostic;
	const diagnostic = toDiagnostic(line, findings, file, mediaFolder);
	made.set(findings, { line, diagnostic });
	return diagnostic;
}

function toDiagnostic(
	line: number,
	findings: readonly Finding[],
	file: AnnotatedFile,
	mediaFolder: string,
): Diagnostic {
	const [worst] = findings;
	if (!worst) throw new Error("A diagnostic needs a finding.");
	const left = findings.length - 2;
	const message =
		findings
			.slice(0, 2)
			.map((finding) => finding.message)
			.join(" ") + (left > 0 ? ` And ${left} more; see the hover.` : "");
	return {
		range: findingRange(worst, line, file.text(line)),
		severity: severities[worst.severity],
		source: "Polyglot Lens",
		code: worst.code,
		codeDescription: { href: pathToFileURL(join(mediaFolder, "checks", `${worst.code}.md`)).href },
		message,
		data: { line, codes: findings.map(({ code }) => code) },
	};
}
