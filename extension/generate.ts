/** *Generate Samples…* and *Resume Generation…*: ask what to generate, then follow the run. */
import * as vscode from "vscode";
import { type GenerationProgress, notifications, requests } from "../server/core/engine-api.ts";
import { languages } from "../server/core/languages.ts";
import { type Strategy, strategies } from "../server/core/sample-row.ts";
import type { App } from "./app.ts";
import { chooseTeachers } from "./teachers.ts";
import { ask, jsonlChoices, pick, pickSeveral, requireTrust, workspaceFolder } from "./workspace.ts";

const explained: Readonly<Record<Strategy, string>> = {
	generate: "a new prompt and answer, after three example seeds",
	translate: "the seed's prompt in the target language, answered there",
	respond: "an answer to the seed's prompt as it stands",
};

export async function generateSamples(app: App): Promise<void> {
	const folder = workspaceFolder();
	requireTrust();
	const teachers = await chooseTeachers(app, "Generate samples (1/5): teachers");
	const language = await pick(
		languages.map(({ code, name }) => ({ label: name, description: code, code })),
		"Generate samples (2/5): language of the samples",
	);
	const chosen = await pickSeveral(
		strategies.map((strategy) => ({
			label: strategy,
			detail: explained[strategy],
			strategy,
			picked: strategy === "generate",
		})),
		"Generate samples (3/5): strategies, in equal shares",
	);
	const seeds = await chooseSeeds(app, language.code);
	const count = await askCount();
	const output = await unusedName(folder, `samples.${language.code}`);
	const { runId } = await app.engine.request(requests.startGeneration, {
		teachers,
		language: language.code,
		strategies: chosen.map(({ strategy }) => strategy),
		seeds,
		output: output.fsPath,
		count,
		seed: 0,
	});
	await follow(app, runId, `Generating ${language.label} samples`, output);
}

export async function resumeGeneration(app: App): Promise<void> {
	workspaceFolder();
	requireTrust();
	const interrupted = await app.engine.request(requests.interruptedGenerations, {});
	if (interrupted.length === 0) {
		void vscode.window.showInformationMessage("No interrupted generation in this workspace.");
		return;
	}
	const run = await pick(
		interrupted.map(({ accepted, target, title, ...rest }) => ({
			label: title,
			description: `${accepted} of ${target} samples`,
			...rest,
		})),
		"Resume generation",
	);
	const { runId } = await app.engine.request(requests.resumeGeneration, { runId: run.runId });
	await follow(app, runId, `Resuming ${run.label}`, vscode.Uri.file(run.output));
}

/** Shows progress until the run ends; cancelling keeps what was accepted. Opens the samples beside at the first one. */
async function follow(app: App, runId: string, title: string, output: vscode.Uri): Promise<void> {
	const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
	const last = await vscode.window.withProgress(options, (progress, cancel) =>
		untilEnd(app, runId, output, progress, cancel),
	);
	const summary = `${last.accepted} of ${last.target} samples accepted, ${last.rejected} rejected.`;
	if (last.state === "failed" || last.state === "paused")
		throw new Error(`${last.message ?? "The run stopped."} ${summary} Resume it with “Resume Generation…”.`);
	const text =
		last.state === "cancelled" ? `Generation cancelled. ${summary} It can be resumed.` : `Generation done. ${summary}`;
	void vscode.window.showInformationMessage(text);
}

function untilEnd(
	app: App,
	runId: string,
	output: vscode.Uri,
	progress: vscode.Progress<{ message?: string; increment?: number }>,
	cancel: vscode.CancellationToken,
): Promise<GenerationProgress> {
	cancel.onCancellationRequested(() => app.engine.request(requests.cancelGeneration, { runId }));
	let shown = 0;
	return new Promise((resolve) => {
		const listening = app.engine.on(notifications.generationProgress, (now) => {
			if (now.runId !== runId) return;
			if (shown === 0 && now.accepted > 0) void openBeside(output);
			const percent = now.target === 0 ? 0 : (100 * now.accepted) / now.target;
			progress.report({ message: progressText(now), increment: Math.max(0, percent - shown) });
			shown = Math.max(shown, percent);
			if (now.state === "running") return;
			listening.dispose();
			resolve(now);
		});
	});
}

/** Such as `38 of 120 · 4.2 samples/s · 20 s left`. */
export function progressText({ accepted, target, ratePerS, etaS, waiting }: GenerationProgress): string {
	const parts = [`${accepted} of ${target}`];
	if (ratePerS !== null) parts.push(`${ratePerS.toFixed(1)} samples/s`);
	if (etaS !== null) parts.push(etaS < 90 ? `${Math.ceil(etaS)} s left` : `${Math.ceil(etaS / 60)} min left`);
	if (waiting !== null) parts.push(`waiting: ${waiting}`);
	return parts.join(" · ");
}

async function openBeside(output: vscode.Uri): Promise<void> {
	const document = await vscode.workspace.openTextDocument(output);
	await vscode.window.showTextDocument(document, {
		viewColumn: vscode.ViewColumn.Beside,
		preserveFocus: true,
		preview: false,
	});
}

async function chooseSeeds(app: App, language: string): Promise<string> {
	const practice = (code: string, note: string) => ({
		label: `Practice seeds (${code})`,
		description: note,
		path: app.context.asAbsolutePath(`media/practice/${code}.jsonl`),
	});
	const choices = [
		...(await jsonlChoices()),
		practice(language, "shipped with Polyglot Lens"),
		practice("en", "to translate from"),
	];
	return (await pick(choices, "Generate samples (4/5): seed file")).path;
}

async function askCount(): Promise<number> {
	const answer = await ask({
		title: "Generate samples (5/5): accepted samples from each teacher",
		value: "24",
		validateInput: (text) => (/^[1-9]\d{0,6}$/.test(text) ? undefined : "A whole number from 1 to 9,999,999."),
	});
	return Number(answer);
}

async function unusedName(folder: vscode.Uri, stem: string): Promise<vscode.Uri> {
	for (let number = 1; ; number++) {
		const uri = vscode.Uri.joinPath(folder, number === 1 ? `${stem}.jsonl` : `${stem}-${number}.jsonl`);
		const exists = await vscode.workspace.fs.stat(uri).then(
			() => true,
			() => false,
		);
		if (!exists) return uri;
	}
}
