/** What a measurement asked for in the editor has around it: the workspace, its teachers and their keys. */
import { isEndpointTeacher } from "../core/generate/teacher-kind.ts";
import type { PracticeMode } from "../core/practice-mode.ts";
import type { MeasureWorld } from "../node/measure-open.ts";
import type { ServerContext } from "./feature.ts";
import { requireFolder } from "./respond.ts";
import { keyOf } from "./teachers.ts";

export function measureWorld(server: ServerContext, practice: PracticeMode): MeasureWorld {
	const { teachers, measure, fields } = server.project();
	return {
		folder: requireFolder(server),
		teachers: teachers.filter(isEndpointTeacher),
		settings: measure,
		mapping: fields,
		trainer: server.trainer,
		// Secrets are for trusted workspaces alone.
		key: async (name, origin) => (server.isTrusted() ? keyOf(server, practice, name, origin) : null),
		async practice() {
			const { teachers: canned, apiKey } = await practice.teachers();
			const baseUrl = canned.find((teacher) => "baseUrl" in teacher)?.baseUrl;
			if (baseUrl === undefined) throw new Error("Practice mode has no endpoint.");
			return { baseUrl, apiKey };
		},
	};
}
