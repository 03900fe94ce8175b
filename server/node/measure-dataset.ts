/** Measures dataset files of any size: a few passes over them, in memory of numbers and not of texts. */
import type { Scored } from "../core/measure/group-measure.ts";
import type { MeasureProgress } from "../core/measure/measure-progress.ts";
import type { MeasureReport } from "../core/measure/measure-report.ts";
import type { Draw } from "../core/measure/measure-wish.ts";
import type { GroupKey } from "../core/measure/measured-sample.ts";
import { MeasuredSamples } from "../core/measure/measured-samples.ts";
import type { Rating } from "../core/measure/ratings.ts";
import type { EmbeddingSource } from "./embedding-source.ts";
import { askBackends, spreadVectors } from "./measure-asking.ts";
import type { SampleBackend } from "./measure-backend.ts";
import type { MeasureJournal } from "./measure-journal.ts";
import { drawMap, roomForMap } from "./measure-map.ts";
import { countSamples, learnSpelling, spreadLexical, sumAndScore } from "./measure-offline.ts";
import { fileChanged } from "./measure-part.ts";
import { reportOf } from "./measure-report-of.ts";
import { type Dataset, datasetBytes, fileVersions } from "./measure-rows.ts";
import { drawRows } from "./measure-sample.ts";
import { openShares } from "./measure-shares.ts";
import { MeasureState } from "./measure-state.ts";

export interface MeasureRequest extends Dataset {
	readonly by: readonly GroupKey[];
	/** Null measures every row. */
	readonly draw: Draw | null;
	/** Null for the lexical embedding, which this machine makes itself. */
	readonly embeddings: EmbeddingSource | null;
	/** The first one's ratings are the rubric score; more of them are held against each other. */
	readonly judges: readonly SampleBackend<Rating>[];
	readonly scorer: SampleBackend<Scored> | null;
	/** Absolute path of a tokenizer.json; null estimates tokens. */
	readonly tokenizer: string | null;
	/** Score the spelling of responses, offline; one more pass. */
	readonly hasNoise: boolean;
	/** Average perplexity the authors' way. */
	readonly isPaperCompatible: boolean;
	/** What people rated, by the sample's `contentKey` as text. */
	readonly humanRatings?: ReadonlyMap<string, number>;
	/** Keep what is known about each sample, with a map of responses. */
	readonly hasDetails?: boolean;
	/** Whether two threads share the offline work; by the files' size where absent. */
	readonly hasThreads?: boolean;
	/** Account of what is asked; null or absent where nobody is asked, or nobody keeps one. */
	readonly journal?: MeasureJournal | null;
	/** Receives each measured line as it stands, in order, such as to train on the very rows measured. */
	readonly onMeasured?: (line: string) => void;
	/** At most four times a second. */
	readonly onProgress?: (progress: MeasureProgress) => void;
}

export interface Measured {
	readonly report: MeasureReport;
	/** Null unless details were asked for. */
	readonly samples: MeasuredSamples | null;
}

/** From this size on two threads are worth their start; below, this one is busy for a blink. */
const largeBytes = 1 << 20;

export async function measureDataset(request: MeasureRequest, signal: AbortSignal): Promise<Measured> {
	const version = await fileVersions(request);
	const backends = [request.embeddings, ...request.judges, request.scorer];
	await Promise.all(backends.map((backend) => backend?.prepare(signal)));
	const drawn = request.draw === null ? null : await drawRows(request, request.by, request.draw, signal);
	const { mapping, language, by, tokenizer, draw } = request;
	const settings = { mapping, language, by, tokenizer, seed: draw?.seed ?? 0, hasLexical: request.embeddings === null };
	const shares = openShares(settings, request.hasThreads ?? (await isLarge(request)));
	try {
		const state = new MeasureState(request, drawn, shares, signal);
		const plane = await measured(state);
		if ((await fileVersions(request)) !== version) throw fileChanged();
		const report = await reportOf(state, plane);
		const samples = request.hasDetails ? new MeasuredSamples(state.table, state.groups.all(), placesOf(state)) : null;
		return { report, samples };
	} catch (cause) {
		for (const backend of backends) backend?.lane?.halt(cause);
		throw cause;
	} finally {
		// What is on the wire is paid for: it is kept before anybody closes the logs.
		await Promise.all(backends.map((backend) => backend?.lane?.idle()));
		await Promise.all(shares.map((share) => share.close()));
	}
}

/** Loading a vocabulary takes seconds, in which nobody else should wait. */
async function isLarge(request: MeasureRequest): Promise<boolean> {
	return request.tokenizer !== null || (await datasetBytes(request)) >= largeBytes;
}

async function measured(state: MeasureState) {
	state.progress.start();
	try {
		return await passes(state);
	} finally {
		state.progress.stop();
	}
}

async function passes(state: MeasureState) {
	const { progress, table, request } = state;
	progress.enter("counting", state.drawn?.ordinals.size ?? null);
	await countSamples(state);
	if (state.hasNoise) {
		progress.enter("learning", null);
		await learnSpelling(state);
	}
	const isAsking = request.embeddings !== null || request.judges.length > 0 || request.scorer !== null;
	progress.enter(isAsking ? "asking" : "comparing", table.rows);
	const points = roomForMap(state);
	// What is computed here needs no answer: both go on beside each other.
	const [handles] = await Promise.all([isAsking ? askBackends(state) : null, compareOffline(state, points)]);
	if (handles) {
		progress.enter("comparing", table.rows);
		await spreadVectors(state, handles, points);
	}
	progress.enter("mapping", null);
	return drawMap(state, points);
}

async function compareOffline(state: MeasureState, points: Float32Array): Promise<void> {
	if (!state.hasLexical && !state.hasNoise) return;
	await sumAndScore(state);
	await spreadLexical(state, points);
}

/** Where each group stands among the report's rows. */
function placesOf(state: MeasureState): number[] {
	const places: number[] = [];
	for (const [row, { place }] of state.groups.finished().entries()) places[place] = row;
	return places;
}
