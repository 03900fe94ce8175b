/** The metrics of some of an open file's samples, spread over it: what a hover compares a sample with. */
import { type AnnotateOptions, type LineAnnotation, measureSample } from "../core/annotate.ts";
import { readLanguage } from "../core/languages.ts";
import type { LineState } from "./line-state.ts";

/** Samples measured of a file; measuring takes as long as checking. */
const mostMeasured = 400;
/** Measured between two chances for other work. */
const slice = 5;

export interface Percentile {
	/** Share of the compared samples with this value or less. */
	readonly share: number;
	/** How many they are. */
	readonly among: number;
}

export class MetricSample {
	readonly #options: AnnotateOptions;
	readonly #known = new WeakMap<LineAnnotation, ReadonlyMap<string, number>>();
	/** By language and metric, sorted. */
	#values = new Map<string, number[]>();

	constructor(options: AnnotateOptions) {
		this.#options = options;
	}

	/** Yields between slices; ends without a change as soon as the file is no longer `isSame`. */
	*measure(lines: readonly LineState[], isSame: () => boolean): Generator<void> {
		const found = new Map<string, number[]>();
		const step = Math.max(1, lines.length / mostMeasured);
		for (let at = 0, count = 1; at < lines.length; at += step, count += 1) {
			const annotation = lines[Math.floor(at)]?.annotation;
			for (const [name, value] of annotation ? this.#of(annotation) : []) {
				const key = keyOf(annotation?.language ?? null, name);
				const values = found.get(key);
				if (values) values.push(value);
				else found.set(key, [value]);
			}
			if (count % slice === 0) yield;
			if (!isSame()) return;
		}
		for (const values of found.values()) values.sort((a, b) => a - b);
		this.#values = found;
	}

	/** Null before anything was measured, and where there is nothing to compare with. */
	percentile(language: string | null, name: string, value: number): Percentile | null {
		const values = this.#values.get(keyOf(language, name)) ?? [];
		if (values.length < leastCompared) return null;
		return { share: values.filter((other) => other <= value).length / values.length, among: values.length };
	}

	#of(annotation: LineAnnotation): ReadonlyMap<string, number> {
		const known = this.#known.get(annotation);
		if (known) return known;
		const { sample, language } = annotation;
		const metrics = sample ? measureSample(sample, language, this.#options) : [];
		// Of several turns the last one's value stands for the sample.
		const made = new Map(metrics.map(({ name, value }) => [name, value]));
		this.#known.set(annotation, made);
		return made;
	}
}

/** A place among fewer says nothing. */
const leastCompared = 10;

const keyOf = (language: string | null, name: string): string =>
	`${readLanguage(language)?.code ?? language ?? ""}\n${name}`;
