/** A line's findings within its file; found anew only where what they depend on has changed. */
import { type AnnotateOptions, findingsInFile, type LineAnnotation, type LineShare } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import { type LengthQuartiles, usualLengths } from "../core/checks/length-outlier.ts";
import { thresholdIn } from "../core/checks/settings.ts";
import { readLanguage } from "../core/languages.ts";
import type { LiveStatistics } from "../core/live-statistics.ts";
import { withSearched } from "../core/searched-findings.ts";
import type { LineState } from "./line-state.ts";

export class FindingsInFile {
	readonly #statistics: LiveStatistics;
	readonly #options: AnnotateOptions;
	/** A group's quartiles stand for its language as well. */
	readonly #usual = new WeakMap<LengthQuartiles, { readonly least: number; readonly most: number }>();

	constructor(statistics: LiveStatistics, options: AnnotateOptions) {
		this.#statistics = statistics;
		this.#options = options;
	}

	/** `line` counts from 1. The line must have been read. */
	of(state: LineState, line: number): readonly Finding[] {
		const { annotation } = state;
		if (!annotation) throw new Error(`Line ${line} was not read.`);
		return withSearched(this.#unsearched(state, annotation, line), annotation, line, this.#statistics, this.#options);
	}

	#unsearched(state: LineState, annotation: LineAnnotation, line: number): readonly Finding[] {
		const { share } = annotation;
		if (!share) return annotation.findings;
		const isShared = this.#statistics.isShared(share.key);
		const quartiles = this.#unusual(share, annotation.language);
		if (!isShared && !quartiles) return annotation.findings;
		const first = isShared ? this.#statistics.firstLines.get(share.key) : undefined;
		const nearest = isShared ? this.#statistics.nearest.get(share.key) : undefined;
		const nearestLine = nearest && this.#statistics.firstLines.get(nearest.key);
		const known = state.shown;
		if (
			known?.annotation === annotation &&
			known.first === first &&
			known.nearest === nearest &&
			known.nearestLine === nearestLine &&
			known.quartiles === quartiles
		)
			return known.findings;
		const findings = findingsInFile(annotation, line, this.#statistics, this.#options);
		state.shown = { annotation, first, nearest, nearestLine, quartiles, findings };
		return findings;
	}

	/** The quartiles of the line's group where its length is beyond what is usual there. */
	#unusual({ group, length }: LineShare, language: string | null): LengthQuartiles | undefined {
		const quartiles = length === null ? undefined : this.#statistics.quartiles.get(group);
		if (!quartiles || length === null) return undefined;
		let usual = this.#usual.get(quartiles);
		if (!usual) {
			const threshold = thresholdIn(this.#options.project.checks, "length-outlier", readLanguage(language)?.code);
			usual = usualLengths(quartiles, threshold.value);
			this.#usual.set(quartiles, usual);
		}
		return length < usual.least || length > usual.most ? quartiles : undefined;
	}
}
