/** Everything of review beside the language client: the panel, the Samples view, the status bar. */
import * as vscode from "vscode";
import type { App } from "./app.ts";
import { restoreReviews } from "./review-panel.ts";
import { watchReviewStatus } from "./review-status.ts";
import { SamplesView } from "./review-tree.ts";

export function showReview(app: App): vscode.Disposable {
	return vscode.Disposable.from(restoreReviews(app), watchReviewStatus(app), new SamplesView(app));
}
