/** Generation runs as the editor asks for them; each goes on in the engine until it ends or the engine does. */
import { requests } from "../core/engine-api.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import { requestStory } from "../node/generate-curl.ts";
import { readManifest } from "../node/generate-folder.ts";
import { listInterruptedRuns } from "../node/generate-interrupted.ts";
import { estimateGenerateRun, resumeGenerateRun, startGenerateRun } from "../node/generate-run.ts";
import { comparisonRequests } from "./compare.ts";
import type { Feature } from "./feature.ts";
import { ActiveGenerations } from "./generate-active.ts";
import { generationMonitors } from "./generate-monitors.ts";
import { acceptanceOf, runOptions, surroundings } from "./generate-options.ts";
import { requireFolder, requireTrust, respond } from "./respond.ts";

export const generateFeature =
	(practice: PracticeMode): Feature =>
	(server) => {
		const monitors = generationMonitors(server);
		const active = new ActiveGenerations(server, monitors);
		server.onShutdown(async () => {
			monitors.close();
			await active.close();
			await practice.close();
		});
		respond(server, requests.estimateGeneration, async (plan) => {
			// Even practice teachers are a server on this machine, which an untrusted workspace must not start.
			requireTrust(server);
			return estimateGenerateRun(await runOptions(server, practice, plan));
		});
		respond(server, requests.startGeneration, async (plan) => {
			requireTrust(server);
			return active.follow(await startGenerateRun(await runOptions(server, practice, plan)));
		});
		respond(server, requests.resumeGeneration, async ({ runId, rerun }) => {
			requireTrust(server);
			const { accept, reuse } = await readManifest(requireFolder(server), runId);
			const { teachers } = await practice.teachers();
			const rules = { ...acceptanceOf(server, accept), reuse: reuse === true };
			return active.follow(
				await resumeGenerateRun(runId, {
					...surroundings(server, practice),
					...rules,
					teachers,
					...(rerun ? { rerun } : {}),
				}),
			);
		});
		respond(server, requests.cancelGeneration, ({ runId }) => {
			active.get(runId)?.cancel();
			return {};
		});
		respond(server, requests.pauseGeneration, ({ runId }) => {
			active.get(runId)?.pause("Paused by you. Resume it when you like.");
			return {};
		});
		respond(server, requests.requestCurl, async ({ runId, key }) => {
			const { teacher, curl } = await requestStory(requireFolder(server), runId, key);
			return { teacher, curl };
		});
		respond(server, requests.interruptedGenerations, () => listInterruptedRuns(requireFolder(server)));
		comparisonRequests(server, practice, active);
	};
