/** "Review" beside the engine's code lenses: a command of this editor, which other LSP editors would not know. */
import * as vscode from "vscode";
import type { ProvideCodeLensesSignature } from "vscode-languageclient/node";

/** One more lens on each line that has any. */
export async function withReviewLenses(
	document: vscode.TextDocument,
	token: vscode.CancellationToken,
	next: ProvideCodeLensesSignature,
): Promise<vscode.CodeLens[]> {
	const lenses = (await next(document, token)) ?? [];
	const lines = new Map(lenses.map(({ range }) => [range.start.line, range]));
	const reviews = [...lines].map(([line, range]) => {
		const target = { uri: document.uri.toString(), line };
		return new vscode.CodeLens(range, { command: "polyglot.reviewSamples", title: "Review", arguments: [target] });
	});
	return [...lenses, ...reviews];
}
