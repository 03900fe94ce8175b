/** The noise score over a dataset's passes: learns a seeded share of each language, scores every response, then compares. */
import type { GroupMeasure } from "../core/measure/group-measure.ts";
import type { MeasuredSample } from "../core/measure/measured-sample.ts";
import { learntCharacters, NoiseModels, robustZ } from "../core/measure/noise-score.ts";

interface LanguageNoise {
	readonly models: NoiseModels;
	characters: number;
	/** Of each scored response, in order. */
	readonly bits: number[];
	readonly groups: GroupMeasure[];
}

export class NoisePasses {
	readonly #seed: number;
	readonly #languages = new Map<string, LanguageNoise>();

	constructor(seed: number) {
		this.#seed = seed;
	}

	/** First pass: how much text there is. */
	count({ response, language }: MeasuredSample): void {
		if (response !== null) this.#of(language).characters += response.length;
	}

	/** Second pass. The share is a little more than needed, for the draw may fall short. */
	learn({ response, language }: MeasuredSample, ordinal: number): void {
		if (response === null) return;
		const { models, characters } = this.#of(language);
		models.learn(response, ordinal, (1.2 * learntCharacters) / characters);
	}

	/** Third pass. */
	score({ response, language }: MeasuredSample, ordinal: number, group: GroupMeasure): void {
		const one = this.#of(language);
		const bits = response === null ? null : one.models.bitsPerCharacter(response, ordinal);
		if (bits === null) return;
		one.bits.push(bits);
		one.groups.push(group);
	}

	/** Tells each group its values, once all of a language are known. */
	finish(): void {
		for (const { bits, groups } of this.#languages.values()) {
			const z = robustZ(bits);
			for (const [at, group] of groups.entries()) group.noise.add(bits[at] ?? Number.NaN, z?.[at] ?? null);
		}
	}

	#of(language: string | null): LanguageNoise {
		const key = language ?? "";
		const known = this.#languages.get(key);
		if (known) return known;
		const made = { models: new NoiseModels(this.#seed), characters: 0, bits: [], groups: [] };
		this.#languages.set(key, made);
		return made;
	}
}
