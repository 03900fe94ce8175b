/** Generation runs as the editor asks for them; each goes on in the engine until it ends or the engine does. */
import { dirname, join } from "node:path";
import { type GenerationProgress, notifications, requests } from "../core/engine-api.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import type { Strategy } from "../core/sample-row.ts";
import {
	type GenerateRun,
	listInterruptedRuns,
	type RunSurroundings,
	resumeGenerateRun,
	startGenerateRun,
} from "../node/generate-run.ts";
import type { SessionProgress } from "../node/generate-session.ts";
import type { Feature, ServerContext } from "./feature.ts";
import { generationMonitors } from "./generate-monitors.ts";
import { notify, requireFolder, requireTrust, respond } from "./respond.ts";
import { findTeachers, keyOf } from "./teachers.ts";

export const generateFeature =
	(practice: PracticeMode): Feature =>
	(server) => {
		const active = new Map<string, GenerateRun>();
		const monitors = generationMonitors(server);
		const follow = (run: GenerateRun) => {
			active.set(run.runId, run);
			monitors.follow(run);
			void run.ended.then((end) => {
				active.delete(run.runId);
				notify(server, notifications.generationProgress, progressOf(end));
			});
			return { runId: run.runId };
		};
		server.onShutdown(async () => {
			monitors.close();
			for (const run of active.values()) run.cancel();
			await Promise.all([...active.values()].map(({ ended }) => ended));
			await practice.close();
		});
		respond(server, requests.startGeneration, async ({ teachers, seeds, language, ...plan }) => {
			requireTrust(server);
			const found = await findTeachers(server, practice, teachers);
			return follow(
				await startGenerateRun({
					...surroundings(server, practice),
					...plan,
					languages: [language],
					teachers: found,
					seedFiles: seedFilesOf(server, seeds, language, plan.strategies),
				}),
			);
		});
		respond(server, requests.resumeGeneration, async ({ runId }) => {
			requireTrust(server);
			const { teachers } = await practice.teachers();
			return follow(await resumeGenerateRun(runId, { ...surroundings(server, practice), teachers }));
		});
		respond(server, requests.cancelGeneration, ({ runId }) => {
			active.get(runId)?.cancel();
			return {};
		});
		respond(server, requests.pauseGeneration, ({ runId }) => {
			active.get(runId)?.pause("Paused by you. Resume it when you like.");
			return {};
		});
		respond(server, requests.interruptedGenerations, () => listInterruptedRuns(requireFolder(server)));
	};

/** Practice seeds come a language a file; translation needs a second language beside the first. */
function seedFilesOf(
	{ runtime }: ServerContext,
	seeds: string,
	language: string,
	strategies: readonly Strategy[],
): string[] {
	const practice = join(runtime.mediaFolder, "practice");
	if (!strategies.includes("translate") || dirname(seeds) !== practice) return [seeds];
	const pivot = join(practice, language === "en" ? "es.jsonl" : "en.jsonl");
	return seeds === pivot ? [seeds] : [seeds, pivot];
}

function surroundings(server: ServerContext, practice: PracticeMode): RunSurroundings {
	return {
		folder: requireFolder(server),
		key: (name, origin) => keyOf(server, practice, name, origin),
		onProgress: (progress) => {
			// The end is told once, by `ended`, after the last row is on disk.
			if (progress.state === "running") notify(server, notifications.generationProgress, progressOf(progress));
		},
	};
}

function progressOf({
	runId,
	output,
	state,
	accepted,
	rejected,
	target,
	ratePerS,
	etaS,
	waiting,
	message,
}: SessionProgress): GenerationProgress {
	return { runId, output, state, accepted, rejected, target, ratePerS, etaS, waiting, message };
}
