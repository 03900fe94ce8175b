/** How unusual a text's spelling is among the texts of its language: a robust z, since no fixed number of bits transfers. */
import { hash32 } from "../generate/seeded-random.ts";
import { CharacterModel } from "./character-model.ts";
import { medianOf } from "./perplexity.ts";

/** From this z on a text counts as noisy: 1.5 % false alarms over eight languages (text-metrics.md 6). */
export const noisyFrom = 3;

/** Characters a language's two models learn from at most, together. */
export const learntCharacters = 1_000_000;

/** MAD to standard deviation, for normal numbers. */
const madScale = 1.4826;

/**
 * Two models of one language, each learning from one half of the texts; a text is scored by the half it is not in, so
 * that no text is usual for having been learnt. Texts are known by a number that is the same in every pass.
 */
export class NoiseModels {
	readonly #models = [new CharacterModel(), new CharacterModel()] as const;
	readonly #seed: number;

	constructor(seed: number) {
		this.#seed = seed;
	}

	/** Characters learnt from so far, by both models. */
	get learntCharacters(): number {
		return this.#models[0].characters + this.#models[1].characters;
	}

	/** `share` of the language's texts are learnt from, drawn by the seed. */
	learn(text: string, ordinal: number, share: number): void {
		const model = this.#models[this.#half(ordinal)];
		if (model.characters >= learntCharacters / 2 || this.#draw(ordinal, "learn") >= share) return;
		model.learn(text);
	}

	/** Null where nothing was learnt, or the text is blank. */
	bitsPerCharacter(text: string, ordinal: number): number | null {
		return this.#models[this.#half(ordinal) === 0 ? 1 : 0].bitsPerCharacter(text);
	}

	#half(ordinal: number): 0 | 1 {
		return this.#draw(ordinal, "half") < 0.5 ? 0 : 1;
	}

	#draw(ordinal: number, what: string): number {
		// FNV's last step leaves neighbours alike in their high bits; one more turn parts them.
		const hash = Math.imul(hash32(`${this.#seed} ${ordinal} ${what}`) ^ 0x5bd1e995, 0x9e3779b1);
		return ((hash ^ (hash >>> 15)) >>> 0) / 4294967296;
	}
}

/** Robust z of each value among all: (x − median) / (1.4826 · MAD). Null where the values have no spread, or are fewer than ten. */
export function robustZ(values: readonly number[]): readonly number[] | null {
	const median = medianOf(values);
	if (median === null || values.length < 10) return null;
	const mad = medianOf(values.map((value) => Math.abs(value - median))) ?? 0;
	return mad === 0 ? null : values.map((value) => (value - median) / (madScale * mad));
}
