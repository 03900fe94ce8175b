/** From what the editor asks to what the generation engine takes. */
import { type GenerationPlan, type GenerationProgress, notifications } from "../core/engine-api.ts";
import { acceptByChecks } from "../core/generate/accept-by-checks.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import type { SessionProgress } from "../node/generate-progress.ts";
import type { GenerateOptions, RunSurroundings } from "../node/generate-run.ts";
import type { ServerContext } from "./feature.ts";
import { editorDoor } from "./language-model.ts";
import { notify, requireFolder } from "./respond.ts";
import { findTeachers, keyOf } from "./teachers.ts";

export async function runOptions(
	server: ServerContext,
	practice: PracticeMode,
	{ cells, seeds, acceptByChecks: isChecked, ...plan }: GenerationPlan,
): Promise<GenerateOptions> {
	const names = [...new Set(cells.map(({ teacher }) => teacher))];
	const { templates } = server.project().generation ?? {};
	const accept = isChecked ? "checks" : "valid";
	return {
		...surroundings(server, practice),
		...acceptanceOf(server, accept),
		...plan,
		...(templates ? { templates } : {}),
		cells,
		seedFiles: seeds,
		acceptRule: accept,
		teachers: await findTeachers(server, practice, names),
		languages: [],
		strategies: [],
		count: 0,
	};
}

/** The annotator as the judge of what counts, where a run was begun with it. */
export function acceptanceOf(
	server: ServerContext,
	rule: "checks" | "valid" | undefined,
): Pick<RunSurroundings, "accept"> {
	if (rule !== "checks") return {};
	return { accept: acceptByChecks({ project: server.project(), detectors: server.detectors() }) };
}

export function surroundings(server: ServerContext, practice: PracticeMode): RunSurroundings {
	return {
		folder: requireFolder(server),
		key: (name, origin) => keyOf(server, practice, name, origin),
		door: editorDoor(server),
		onProgress: (progress) => {
			// The end is told once, by `ended`, after the last row is on disk.
			if (progress.state === "running") notify(server, notifications.generationProgress, progressOf(progress));
		},
	};
}

export function progressOf({
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
