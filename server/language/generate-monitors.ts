/** Feeds the monitor panels: a message a second for each watched run, and a last one when it ends. */
import { notifications, requests } from "../core/engine-api.ts";
import { pastMonitor } from "../node/generate-past.ts";
import type { GenerateRun } from "../node/generate-run.ts";
import type { ServerContext } from "./feature.ts";
import { notify, requireFolder, respond } from "./respond.ts";

export interface GenerationMonitors {
	/** Makes a run of this session watchable; a resumed run replaces its earlier session. */
	follow(run: GenerateRun): void;
	close(): void;
}

const intervalMs = 1_000;

export function generationMonitors(server: ServerContext): GenerationMonitors {
	/** Insertion order is the order of starts. */
	const runs = new Map<string, GenerateRun>();
	const watched = new Set<string>();
	const send = (runId: string) => {
		const run = runs.get(runId);
		if (run && watched.has(runId)) notify(server, notifications.runView, { runId, message: run.monitor() });
	};
	const running = new Set<string>();
	const timer = setInterval(() => {
		for (const runId of running) send(runId);
	}, intervalMs);
	timer.unref();
	respond(server, requests.generations, () =>
		[...runs.values()].reverse().map((run) => {
			const { runId, title, state } = run.monitor();
			return { runId, title, state };
		}),
	);
	respond(server, requests.watchGeneration, ({ runId }) => {
		watched.add(runId);
		return runs.get(runId)?.monitor() ?? pastMonitor(requireFolder(server), runId);
	});
	respond(server, requests.unwatchGeneration, ({ runId }) => {
		watched.delete(runId);
		return {};
	});
	return {
		follow(run) {
			runs.delete(run.runId);
			runs.set(run.runId, run);
			running.add(run.runId);
			void run.ended.then(() => {
				if (runs.get(run.runId) === run) running.delete(run.runId);
				send(run.runId);
			});
		},
		close: () => clearInterval(timer),
	};
}
