/** Which run a command is about. */
import { type RunSummary, requests } from "../server/core/engine-api.ts";
import type { App } from "./app.ts";
import { pick } from "./workspace.ts";

/** The id of the run a command is about: the one clicked, or one the user picks. */
export async function chooseRun(
	app: App,
	argument: unknown,
	title: string,
	fits: (run: RunSummary) => boolean,
): Promise<string> {
	if (typeof argument === "object" && argument !== null && "runId" in argument) return String(argument.runId);
	const { runs } = await app.engine.request(requests.runs, {});
	const choices = runs.filter(fits).map((run) => ({ label: run.title, description: run.state, runId: run.runId }));
	if (choices.length === 0) throw new Error("There is no run this applies to yet.");
	return (await pick(choices, title)).runId;
}
