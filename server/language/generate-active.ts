/** The generation runs of this process: each is followed until it ends, and its progress is told. */
import { notifications } from "../core/engine-api.ts";
import type { SessionEnd } from "../node/generate-progress.ts";
import type { GenerateRun } from "../node/generate-run.ts";
import type { ServerContext } from "./feature.ts";
import type { GenerationMonitors } from "./generate-monitors.ts";
import { progressOf } from "./generate-options.ts";
import { notify } from "./respond.ts";

export class ActiveGenerations {
	readonly #server: ServerContext;
	readonly #monitors: GenerationMonitors;
	readonly #runs = new Map<string, GenerateRun>();
	readonly #ends = new Map<string, SessionEnd>();
	readonly #listeners: ((runId: string) => void)[] = [];

	constructor(server: ServerContext, monitors: GenerationMonitors) {
		this.#server = server;
		this.#monitors = monitors;
	}

	get(runId: string): GenerateRun | undefined {
		return this.#runs.get(runId);
	}

	/** How the run's last session in this process ended. */
	lastEnd(runId: string): SessionEnd | undefined {
		return this.#ends.get(runId);
	}

	/** Calls back when a run ended and its files are closed. */
	onEnd(listener: (runId: string) => void): void {
		this.#listeners.push(listener);
	}

	/** Tells the end once, after the last row is on disk. */
	follow(run: GenerateRun): { runId: string } {
		this.#runs.set(run.runId, run);
		this.#monitors.follow(run);
		void run.ended.then((end) => {
			this.#runs.delete(run.runId);
			this.#ends.set(run.runId, end);
			notify(this.#server, notifications.generationProgress, progressOf(end));
			for (const listener of this.#listeners) listener(run.runId);
		});
		return { runId: run.runId };
	}

	/** Cancels what still runs; what was accepted is on disk and can be resumed. */
	async close(): Promise<void> {
		const runs = [...this.#runs.values()];
		for (const run of runs) run.cancel();
		await Promise.all(runs.map(({ ended }) => ended));
	}
}
