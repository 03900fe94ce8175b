/** Where embeddings come from that this machine can't make itself. */
import type { BackendNeed } from "./measure-backend.ts";
import type { MeasureLane } from "./measure-lane.ts";

/** Of a text whose vector was asked for; NaN where there is none to be had. */
export type VectorHandle = number;

export interface EmbeddingSource {
	readonly kind: "embed";
	readonly lane: MeasureLane;
	/** Named in every result; the number of dimensions is part of it once it is known. */
	readonly backend: string;
	/** After `prepare`. */
	readonly dimensions: number;
	/** Tries the backend. Throws `UserError` where its vectors can't be used. */
	prepare(signal: AbortSignal): Promise<void>;
	/** What texts would take, before anything is asked. */
	need(texts: readonly string[]): BackendNeed;
	/** Asks for those that are not there yet. */
	fetch(texts: readonly string[], signal: AbortSignal): Promise<Float64Array<ArrayBuffer>>;
	vector(handle: VectorHandle): Promise<Float32Array | null> | Float32Array | null;
	/** Sentences about what went wrong, with counts. */
	warnings(): readonly string[];
}
