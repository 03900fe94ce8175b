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

export type Half = 0 | 1;

/** In which half of its language a text stands. Texts are known by a number that is the same in every pass. */
export function halfOf(seed: number, ordinal: number): Half {
	return draw(seed, ordinal, "half") < 0.5 ? 0 : 1;
}

/** Whether a text is drawn to be learnt from, where `share` of its language's texts are. */
export function isDrawnToLearn(seed: number, ordinal: number, share: number): boolean {
	return draw(seed, ordinal, "learn") < share;
}

/** Share of a language's texts that is drawn: a little more than needed, for the draw may fall short. */
export const learntShare = (characters: number): number => (1.2 * learntCharacters) / characters;

function draw(seed: number, ordinal: number, what: string): number {
	// FNV's last step leaves neighbours alike in their high bits; one more turn parts them.
	const hash = Math.imul(hash32(`${seed} ${ordinal} ${what}`) ^ 0x5bd1e995, 0x9e3779b1);
	return ((hash ^ (hash >>> 15)) >>> 0) / 4294967296;
}

/**
 * Two models of one language, each learning from one half of the texts; a text is scored by the half it is not in, so
 * that no text is usual for having been learnt.
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
		const model = this.#models[halfOf(this.#seed, ordinal)];
		if (model.characters >= learntCharacters / 2 || !isDrawnToLearn(this.#seed, ordinal, share)) return;
		model.learn(text);
	}

	/** Null where nothing was learnt, or the text is blank. */
	bitsPerCharacter(text: string, ordinal: number): number | null {
		return this.#models[halfOf(this.#seed, ordinal) === 0 ? 1 : 0].bitsPerCharacter(text);
	}
}

/** Robust z of each value among all: (x − median) / (1.4826 · MAD). Null where the values have no spread, or are fewer than ten. */
export function robustZ(values: ArrayLike<number>): readonly number[] | null {
	const all = Array.from(values);
	const median = medianOf(all);
	if (median === null || all.length < 10) return null;
	const mad = medianOf(all.map((value) => Math.abs(value - median))) ?? 0;
	return mad === 0 ? null : all.map((value) => (value - median) / (madScale * mad));
}
