/** The offline embedding of spelling as a source: weights are learnt per language and role from the measured rows. */
import type { Embedding } from "../core/measure/diversity-sum.ts";
import {
	DocumentFrequency,
	lexicalBackend,
	lexicalDimensions,
	NgramCounter,
	weighed,
} from "../core/measure/lexical-embedding.ts";
import { isSpaced } from "../core/measure/word-spacing.ts";
import type { EmbeddedText, EmbeddingSource } from "./embedding-source.ts";

export class LexicalSource implements EmbeddingSource {
	readonly backend = lexicalBackend;
	readonly #counter = new NgramCounter();
	readonly #frequencies = new Map<string, DocumentFrequency>();
	readonly #weights = new Map<string, Float64Array>();

	learn(text: EmbeddedText): void {
		const key = partOf(text);
		const frequency = this.#frequencies.get(key) ?? new DocumentFrequency();
		this.#frequencies.set(key, frequency);
		frequency.add(this.#counter.count(text.text, isSpaced(text.text, text.language)).places);
	}

	async embed(
		texts: readonly EmbeddedText[],
		use: (at: number, embedding: Embedding | null, dimensions: number) => void,
	): Promise<void> {
		for (const [at, text] of texts.entries()) {
			const { places, counts } = this.#counter.count(text.text, isSpaced(text.text, text.language));
			use(at, weighed(places, counts, this.#weightsOf(partOf(text))), lexicalDimensions);
		}
	}

	warnings(): readonly string[] {
		return [];
	}

	#weightsOf(key: string): Float64Array {
		const known = this.#weights.get(key);
		if (known) return known;
		const weights = (this.#frequencies.get(key) ?? new DocumentFrequency()).weights();
		this.#weights.set(key, weights);
		return weights;
	}
}

const partOf = ({ role, language }: EmbeddedText): string => `${role} ${language ?? ""}`;
