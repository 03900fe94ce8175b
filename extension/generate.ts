/** *Generate Samples…* and *Resume Generation…*. */
import * as vscode from "vscode";
import { requests } from "../server/core/engine-api.ts";
import type { App } from "./app.ts";
import { followGeneration } from "./follow-generation.ts";
import { openGenerateForm } from "./generate-form.ts";
import { GenerationWish } from "./generation-offer.ts";
import { pick, requireTrust, workspaceFolder } from "./workspace.ts";

/** A form rather than a row of picks: a grid of counts, its price and its cap are one decision, made in one view. */
export async function generateSamples(app: App, argument: unknown): Promise<void> {
	const wish = GenerationWish.safeParse(argument);
	await openGenerateForm(app, wish.success ? wish.data : {});
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
	await inviteTeachers(app);
	const { runId } = await app.engine.request(requests.resumeGeneration, { runId: run.runId });
	followGeneration(app, runId, vscode.Uri.file(run.output));
	await vscode.commands.executeCommand("polyglot.openMonitor", { runId });
}

/** Before a run goes on at the user's wish: whichever model of the editor is among its teachers may ask for consent. */
export async function inviteTeachers({ engine }: App): Promise<void> {
	engine.models.invite((await engine.request(requests.teachers, {})).map(({ name }) => name));
}
