/** What the project says of evaluations. */
import type { EvaluationSettings } from "../node/evaluate-student.ts";
import type { ServerContext } from "./feature.ts";
import { requireFolder } from "./respond.ts";

export function settingsOf(server: ServerContext): EvaluationSettings {
	const { references, benchmarks } = server.project();
	return { references, benchmarks, folder: requireFolder(server) };
}
