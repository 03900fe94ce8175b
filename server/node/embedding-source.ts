/** Where embeddings come from; the dataset's passes need no more than this. */
import type { Embedding } from "../core/measure/diversity-sum.ts";

/** Prompts and responses have weights of their own. */
export interface EmbeddedText {
	readonly role: "prompt" | "response";
	readonly text: string;
	/** As grouped; null where the row states none. */
	readonly language: string | null;
}

export interface EmbeddingSource {
	/** Named in every result. */
	readonly backend: string;
	/** Sees each text once before the first is embedded; absent where the backend needs no look at the whole. */
	learn?(text: EmbeddedText): void;
	/**
	 * Hands each text's embedding, or null where there is none to be had, to `use`, in order. An embedding is only
	 * valid during the call.
	 */
	embed(
		texts: readonly EmbeddedText[],
		use: (at: number, embedding: Embedding | null, dimensions: number) => void,
		signal: AbortSignal,
	): Promise<void>;
	/** Sentences about what went wrong, with counts. */
	warnings(): readonly string[];
}
