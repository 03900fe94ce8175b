/** The one place where errors meet the user. */
import * as vscode from "vscode";

/** A failure with something the user can press. */
export class ActionableError extends Error {
	readonly actions: Readonly<Record<string, () => unknown>>;
	constructor(message: string, actions: Readonly<Record<string, () => unknown>>) {
		super(message);
		this.actions = actions;
	}
}

/** Runs a command; a failure becomes one message that names the command and the next step, and a log entry. */
export async function reporting<T>(
	log: vscode.LogOutputChannel,
	title: string,
	run: () => Promise<T>,
): Promise<T | undefined> {
	try {
		return await run();
	} catch (cause) {
		if (cause instanceof vscode.CancellationError) return undefined;
		log.error(`${title}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
		void offerActions(log, title, cause);
		return undefined;
	}
}

async function offerActions(log: vscode.LogOutputChannel, title: string, cause: unknown): Promise<void> {
	const message = cause instanceof Error ? cause.message : String(cause);
	const actions = { ...(cause instanceof ActionableError ? cause.actions : {}), "Open Log": () => log.show() };
	const chosen = await vscode.window.showErrorMessage(`${title}: ${message}`, ...Object.keys(actions));
	if (chosen !== undefined) await Object.entries(actions).find(([label]) => label === chosen)?.[1]();
}
