/** From the results of an evaluation to what a score is made of: tasks with errors, and what is missing. */
import { meanOfTasks } from "../score/own-score.ts";
import type { Task } from "../score/rows.ts";
import type { EvalResult } from "./events.ts";
import type { RunView } from "./run-view.ts";

export interface Extrinsic {
	readonly tasks: readonly Task[];
	/** Tasks that were asked for and have no result in this language. */
	readonly missingTasks: readonly string[];
	/** Unweighted mean of the tasks; null when one has no value. */
	readonly result: number | null;
	readonly resultStderr: number | null;
}

/** Accuracies lie in 0..1 and may be averaged; bits per byte may not, and are no part of PGR. */
export const isAccuracy = ({ metric }: Pick<EvalResult, "metric">) => metric !== "bits_per_byte";

/** What an evaluation run found in one language. */
export function extrinsicOf(view: Pick<RunView, "results" | "summary">, language: string): Extrinsic {
	const results = view.results.filter((result) => result.language === language && isAccuracy(result));
	const summary = view.summary?.languages.find((one) => one.language === language);
	const tasks = results.map(asTask);
	const { value, stderr } = meanOfTasks(tasks);
	const missingTasks = summary?.missing.map(({ task }) => task) ?? [];
	return { tasks, missingTasks, result: value, resultStderr: stderr };
}

function asTask({
	task,
	metric,
	value,
	stderr,
	n,
	shots,
	template,
	backend,
	versions,
	datasetSha256,
	seed,
}: EvalResult): Task {
	return { task, metric, value, stderr, n, shots, template, backend, versions, dataset_sha256: datasetSha256, seed };
}
