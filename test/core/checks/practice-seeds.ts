/** The practice seeds: parallel, natural, good answers in every language of the product; tests damage them. */
import { readFileSync } from "node:fs";

export interface Seed {
	readonly id: string;
	readonly language: string;
	readonly prompt: string;
	readonly response: string;
}

export const testLanguages = ["ar", "cs", "de", "en", "es", "id", "ja", "tl"] as const;
export type TestLanguage = (typeof testLanguages)[number];

const known = new Map<string, readonly Seed[]>();

/** All seeds of a language, in the order that is the same in every language. */
export function seedsIn(language: TestLanguage): readonly Seed[] {
	const before = known.get(language);
	if (before) return before;
	const path = new URL(`../../../media/practice/${language}.jsonl`, import.meta.url);
	const seeds = readFileSync(path, "utf8")
		.split("\n")
		.filter(Boolean)
		.map((line): Seed => JSON.parse(line));
	known.set(language, seeds);
	return seeds;
}

export function seedAt(language: TestLanguage, index: number): Seed {
	const seed = seedsIn(language)[index];
	if (!seed) throw new Error(`There is no practice seed ${index} in ${language}.`);
	return seed;
}
