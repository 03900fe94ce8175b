/** What a training run would come to, before it is launched (protocol §5, `server.preflight`). */
import type { Params, Result } from "../core/trainer/methods.ts";
import { readRows } from "./trainer-jobs.ts";
import { type PracticeSpec, planTraining } from "./trainer-spec.ts";
import type { TrainerStore } from "./trainer-store.ts";

/** `rows` of the dataset, known to be there. */
export async function preflight(
	store: TrainerStore,
	read: PracticeSpec,
	rows: number,
	depth: Params<"server.preflight">["depth"],
): Promise<Result<"server.preflight">> {
	const counted = depth === "full" ? await count(store, read) : { tokens: guess(store, read), trainTokens: null };
	return {
		ok: true,
		depth,
		estimated: depth === "quick",
		rows,
		steps: read.kind === "train" ? planTraining(read.spec, rows).steps : null,
		...counted,
		dropped: depth === "full" ? { tooLong: 0, noTrainedTokens: 0 } : null,
		truncated: depth === "full" ? 0 : null,
		// There is no GPU to fill.
		vramEstimateGiB: null,
		warnings: [],
		errors: [],
	};
}

/** Tokens are bytes; the file also holds keys and quotes, so its size is a guess. */
function guess(store: TrainerStore, read: PracticeSpec): number | null {
	return read.kind === "eval" ? null : (store.datasets.get(`${read.spec.data.sha256}:sft-jsonl`)?.bytes ?? null);
}

async function count(
	store: TrainerStore,
	read: PracticeSpec,
): Promise<{ tokens: number | null; trainTokens: number | null }> {
	if (read.kind === "eval") return { tokens: null, trainTokens: null };
	const lossOn = read.kind === "train" ? read.spec.data.lossOn : undefined;
	const rows = await readRows(store, read.spec.data.sha256, lossOn);
	return {
		tokens: rows.reduce((sum, { pair }) => sum + pair.text.length, 0),
		trainTokens: rows.reduce((sum, { pair }) => sum + pair.text.length - pair.from, 0),
	};
}
