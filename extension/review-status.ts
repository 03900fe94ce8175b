/** The status bar's word on the file in front: `1,240 samples · 12 weak · 3 rejected`; a press opens the review panel. */
import * as vscode from "vscode";
import { type ReviewCounts, reviewChanged, reviewRequests } from "../server/core/review/messages.ts";
import type { App } from "./app.ts";
import { reviewedFile } from "./review-panel.ts";
import { currentFile, isPlainSamples, sizeOf, syncLimitBytes } from "./sample-files.ts";

export function watchReviewStatus({ engine, log }: App): vscode.Disposable {
	const entry = vscode.window.createStatusBarItem("polyglot.samples", vscode.StatusBarAlignment.Right, 10);
	entry.name = "Polyglot Lens: samples";
	let shown = 0;
	const update = async () => {
		const uri = currentFile() ?? reviewedFile();
		const asked = ++shown;
		const isOn = vscode.workspace.getConfiguration("polyglot").get("statusBar.enabled", true);
		if (!uri || !isOn) return entry.hide();
		const summary = await engine.request(reviewRequests.summary, { uri: uri.toString() });
		const note = summary ?? (await largeNote(uri));
		// A newer question is on its way.
		if (asked !== shown) return;
		if (note === null) return entry.hide();
		entry.text =
			typeof note === "string" ? `$(warning) ${note}` : `$(book) ${summaryText(note.counts, note.isComplete)}`;
		entry.tooltip =
			typeof note === "string"
				? "The editor hands files above 50 MB to no extension, so samples are not marked in the text. Press to review them from disk."
				: "Review these samples";
		entry.command = { command: "polyglot.reviewSamples", title: "Review Samples", arguments: [uri] };
		entry.show();
	};
	const updateSafely = () => void update().catch((cause: unknown) => log.warn(`Status bar: ${String(cause)}`));
	updateSafely();
	return vscode.Disposable.from(
		entry,
		vscode.window.tabGroups.onDidChangeTabs(updateSafely),
		vscode.window.tabGroups.onDidChangeTabGroups(updateSafely),
		vscode.window.onDidChangeActiveTextEditor(updateSafely),
		vscode.workspace.onDidChangeConfiguration((event) => {
			if (event.affectsConfiguration("polyglot.statusBar")) updateSafely();
		}),
		engine.on(reviewChanged, ({ uri }) => {
			if (uri === (currentFile() ?? reviewedFile())?.toString()) updateSafely();
		}),
	);
}

/** Null where the text is small enough for the editor to mark. */
async function largeNote(uri: vscode.Uri): Promise<string | null> {
	if (!isPlainSamples(uri)) return null;
	const size = await sizeOf(uri);
	return size > syncLimitBytes ? `${Math.round(size / 1e6)} MB: not marked` : null;
}

export function summaryText({ samples, weak, rejected, accepted }: ReviewCounts, isComplete: boolean): string {
	const number = (count: number) => count.toLocaleString("en");
	const words = [`${number(samples)} ${samples === 1 ? "sample" : "samples"}${isComplete ? "" : " so far"}`];
	if (weak > 0) words.push(`${number(weak)} weak`);
	if (accepted > 0) words.push(`${number(accepted)} accepted`);
	if (rejected > 0) words.push(`${number(rejected)} rejected`);
	return words.join(" · ");
}
