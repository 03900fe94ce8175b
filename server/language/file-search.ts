/** What only a pass over all of an open file can say of its samples: prompts that overlap, and unusual spelling. */
import type { AnnotateOptions, LineAnnotation } from "../core/annotate.ts";
import { askedWords, OverlapSearch } from "../core/checks/instruction-overlap.ts";
import { NoiseComparison, NoiseScorer, spellingOf } from "../core/checks/noise.ts";
import { isEnabled } from "../core/checks/settings.ts";
import { readLanguage } from "../core/languages.ts";
import { noiseThreshold, overlapThreshold, type Searched } from "../core/searched-findings.ts";
import type { NoiseReference } from "../node/noise-reference.ts";
import type { LineState } from "./line-state.ts";

/** Lines worked on between two chances for other work: a few milliseconds. */
const slice = 20;

interface Known {
	readonly words: readonly number[];
	readonly spelling: string | null;
	/** Null as long as the models learn, and where there is nothing to score. */
	bits: number | null;
}

export class FileSearch {
	readonly #options: AnnotateOptions;
	readonly #reference: NoiseReference;
	readonly #known = new WeakMap<LineAnnotation, Known>();
	/** Learns once: what is typed later is scored by what the file was. */
	#scorer: NoiseScorer | undefined;

	constructor(options: AnnotateOptions, reference: NoiseReference) {
		this.#options = options;
		this.#reference = reference;
	}

	/** Yields between slices; returns undefined as soon as the file is no longer `isSame`. */
	*run(
		lines: readonly LineState[],
		isSame: () => boolean,
	): Generator<void, Pick<Searched, "overlaps" | "noise"> | undefined> {
		const scorer = this.#scorer ?? new NoiseScorer();
		if (!this.#scorer) {
			for (const language of this.#languages(lines)) this.#learnReference(scorer, language);
			for (const [index, annotation] of annotations(lines)) {
				const { spelling } = this.#of(annotation);
				const language = this.#scored(annotation);
				if (spelling !== null && language !== null) scorer.learn(language, spelling);
				if (index % slice === 0) yield;
				if (!isSame()) return undefined;
			}
			this.#scorer = scorer;
		}
		const overlaps = new OverlapSearch(overlapThreshold(this.#options));
		const noise = new NoiseComparison();
		for (const [index, annotation] of annotations(lines)) {
			this.#add(annotation, index + 1, overlaps, noise, scorer);
			if (index % slice === 0) yield;
			if (!isSame()) return undefined;
		}
		return { overlaps: overlaps.find(), noise: noise.finish(noiseThreshold(this.#options)) };
	}

	#add(annotation: LineAnnotation, line: number, overlaps: OverlapSearch, noise: NoiseComparison, scorer: NoiseScorer) {
		const { share } = annotation;
		if (!share) return;
		const known = this.#of(annotation);
		overlaps.add({ key: share.key, line, strategy: share.strategy, askedWords: known.words });
		const language = this.#scored(annotation);
		if (known.spelling === null || language === null) return;
		known.bits ??= scorer.bits(language, known.spelling);
		if (known.bits !== null) noise.add(language, share.key, known.bits);
	}

	#of(annotation: LineAnnotation): Known {
		const known = this.#known.get(annotation);
		if (known) return known;
		const { sample, language } = annotation;
		const words = sample ? askedWords(sample, readLanguage(language)) : [];
		const made = { words, spelling: sample ? spellingOf(sample) : null, bits: null };
		this.#known.set(annotation, made);
		return made;
	}

	/** The language an answer is scored in; null where the check is off for it, or none is stated. */
	#scored({ language }: LineAnnotation): string | null {
		const code = readLanguage(language)?.code ?? language;
		return code !== null && isEnabled(this.#options.project.checks, "noise", code) ? code : null;
	}

	#languages(lines: readonly LineState[]): Set<string> {
		const found = new Set<string>();
		for (const [, annotation] of annotations(lines)) {
			const language = this.#scored(annotation);
			if (language !== null) found.add(language);
		}
		return found;
	}

	#learnReference(scorer: NoiseScorer, language: string): void {
		for (const text of this.#reference.get(language) ?? []) scorer.learn(language, text);
	}
}

function* annotations(lines: readonly LineState[]): Generator<[number, LineAnnotation]> {
	for (const [index, { annotation }] of lines.entries()) if (annotation?.sample) yield [index, annotation];
}
