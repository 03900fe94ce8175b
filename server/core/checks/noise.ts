/**
 * `noise`: an answer whose spelling is unusual among the answers of its language in the file, by a model of characters that
 * learns from reference texts and the file itself. It sees damage of spelling, encoding and script; of fluency it sees
 * hardly anything, and its number is no perplexity of a language model. text-metrics.md 6.
 */

import { maskNonLanguage } from "../language-id/mask.ts";
import { CharacterModel, type SharedModel } from "../measure/character-model.ts";
import { robustZ } from "../measure/noise-score.ts";
import { mix } from "../near-duplicates/shingles.ts";
import { responses, type Sample } from "../sample/sample.ts";
import type { CheckContext, Finding } from "./finding.ts";
import { shown } from "./finding.ts";
import type { TurnPlace } from "./turn-place.ts";

/** By a sample's content key: how many robust deviations above its language's median its answer costs. */
export type NoiseByKey = ReadonlyMap<number, number>;

/** Characters scored of an answer: damage is mostly everywhere, and all of a large file would take minutes. */
export const scoredCharacters = 400;
/** Shorter answers say too little of their spelling. */
const leastCharacters = 100;
/** Characters of the file that each half of a language learns; 100,000 are the knee. text-metrics.md 6. */
const learntCharacters = 150_000;
/** Answers a language needs before any is called unusual. */
export const leastAnswers = 30;

/** What is scored of a sample: the beginning of its last answer without code; null where it is too short, or full of sums. */
export function spellingOf(sample: Sample): string | null {
	const answer = responses(sample).at(-1)?.text ?? "";
	const text = maskNonLanguage(answer.slice(0, 8 * scoredCharacters))
		.replace(/\s+/gu, " ")
		.trim()
		.slice(0, scoredCharacters);
	if (text.length < leastCharacters) return null;
	const other = text.match(/[^\p{L}\p{M}\s.,;:!?'"()。、，؛،؟-]/gu)?.length ?? 0;
	return other / text.length > mostOther ? null : text;
}

/** Sums are unusual wherever they stand, and no damage. */
const mostOther = 0.08;

/** As other threads can use it. */
export type SharedNoise = Readonly<Record<string, readonly [SharedModel, SharedModel]>>;

/** Two models a language, each learning from half of the file; a text is scored by the half it is not in. */
export class NoiseScorer {
	readonly #halves: Map<string, readonly [CharacterModel, CharacterModel]>;
	readonly #learnt = new Map<string, number>();

	constructor(shared: SharedNoise = {}) {
		this.#halves = new Map(
			Object.entries(shared).map(([language, [first, second]]) => [
				language,
				[CharacterModel.from(first), CharacterModel.from(second)],
			]),
		);
	}

	shared(): SharedNoise {
		return Object.fromEntries(
			[...this.#halves].map(([language, [first, second]]) => [language, [first.shared(), second.shared()]]),
		);
	}

	/** The text goes to one half, always to the same, so that no copy of it is usual for having been learnt. */
	learn(language: string, text: string): void {
		const learnt = this.#learnt.get(language) ?? 0;
		if (learnt >= 2 * learntCharacters) return;
		this.#learnt.set(language, learnt + text.length);
		this.#of(language)[halfOf(text)].learn(text);
	}

	/** Mean bits a character; null where nothing was learnt of the language. */
	bits(language: string, text: string): number | null {
		const halves = this.#halves.get(language);
		return halves ? halves[halfOf(text) === 0 ? 1 : 0].bitsPerCharacter(text) : null;
	}

	#of(language: string): readonly [CharacterModel, CharacterModel] {
		const known = this.#halves.get(language);
		if (known) return known;
		const made = [new CharacterModel(), new CharacterModel()] as const;
		this.#halves.set(language, made);
		return made;
	}
}

function halfOf(text: string): 0 | 1 {
	let hash = text.length;
	for (let at = 0; at < text.length; at += 3) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	return (mix(hash) & 1) === 0 ? 0 : 1;
}

/** Bits of all answers of a file, compared within each language. */
export class NoiseComparison {
	readonly #languages = new Map<string, { keys: number[]; bits: number[] }>();

	add(language: string, key: number, bits: number): void {
		const known = this.#languages.get(language) ?? { keys: [], bits: [] };
		this.#languages.set(language, known);
		known.keys.push(key);
		known.bits.push(bits);
	}

	/** Those above `least` robust deviations. */
	finish(least: number): NoiseByKey {
		const scores = new Map<number, number>();
		for (const { keys, bits } of this.#languages.values()) {
			const z = bits.length < leastAnswers ? null : robustZ(bits);
			if (z) for (const [at, key] of keys.entries()) if ((z[at] ?? 0) > least) scores.set(key, z[at] ?? 0);
		}
		return scores;
	}
}

export function noiseFinding(
	answer: TurnPlace | null,
	z: number,
	{ language, threshold: thresholdOf }: Pick<CheckContext, "language" | "threshold">,
): Finding | undefined {
	const threshold = thresholdOf("noise");
	if (!answer || z <= threshold.value) return undefined;
	return {
		code: "noise",
		severity: "hint",
		message:
			`The spelling of the response is unusual for the file's answers${language ? ` in ${language.name}` : ""}: ` +
			`robust z ${shown(z)} of its bits a character, over ${shown(threshold.value)}.`,
		field: answer.field,
		start: 0,
		end: answer.length,
		value: z,
		threshold: threshold.value,
		source: threshold.source,
	};
}
