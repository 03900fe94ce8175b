/** What a training run would come to, before it is launched (protocol §5, `server.preflight`). */
import type { Params, Result } from "../core/trainer/methods.ts";
import { describe } from "./trainer-course.ts";
import { readRows } from "./trainer-jobs.ts";
import { type PracticeSpec, planTraining } from "./trainer-spec.ts";
import type { TrainerStore } from "./trainer-store.ts";

/** `count` rows of the dataset, known to be there. */
export async function preflight(
	store: TrainerStore,
	read: PracticeSpec,
	count: number,
	depth: Params<"server.preflight">["depth"],
): Promise<Result<"server.preflight">> {
	return {
		ok: true,
		depth,
		estimated: depth === "quick",
		rows: count,
		steps: read.kind === "train" ? planTraining(read.spec, count).steps : null,
		...(depth === "full" ? await counted(store, read) : guessed(store, read)),
		// There is no GPU to fill.
		vramEstimateGiB: null,
		warnings: [],
		errors: [],
	};
}

/** Tokens are bytes; the file also holds keys and quotes, so its size is a guess. */
function guessed(store: TrainerStore, read: PracticeSpec) {
	const sha256 = read.kind === "eval" ? "" : read.spec.data.sha256;
	const tokens = store.datasets.get(`${sha256}:sft-jsonl`)?.bytes ?? null;
	return { tokens, trainTokens: null, dropped: null, truncated: null };
}

async function counted(store: TrainerStore, read: PracticeSpec) {
	if (read.kind === "eval") return guessed(store, read);
	const lossOn = read.kind === "train" ? read.spec.data.lossOn : undefined;
	const rows = await readRows(store, read.spec.data.sha256, lossOn);
	const recipe = read.kind === "train" ? read.spec : { ...read.spec, template: "none" };
	const { tokens, trainTokens, dropped, truncated, longestTokens, sample } = describe({
		rows,
		plan: planTraining(recipe, rows.length),
	});
	return { tokens, trainTokens, dropped, truncated, longestTokens, sample };
}
