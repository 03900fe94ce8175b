/** Annotates rows as one file, for tests. */
import { fileURLToPath } from "node:url";
import {
	type AnnotateOptions,
	annotateLine,
	collectStatistics,
	type LineAnnotation,
	nearThreshold,
} from "../../../server/core/annotate.ts";
import type { Finding } from "../../../server/core/checks/finding.ts";
import { askedWords, OverlapSearch } from "../../../server/core/checks/instruction-overlap.ts";
import { comparedText, nearestByKey } from "../../../server/core/checks/near-duplicate.ts";
import { NoiseComparison, NoiseScorer, spellingOf } from "../../../server/core/checks/noise.ts";
import { readLanguage } from "../../../server/core/languages.ts";
import { collectSignatures } from "../../../server/core/near-duplicates/signature-columns.ts";
import { emptyProject } from "../../../server/core/project.ts";
import {
	findingsInSearched,
	noiseThreshold,
	overlapThreshold,
	type Searched,
} from "../../../server/core/searched-findings.ts";
import { loadDetectors } from "../../../server/node/language-detectors.ts";

export const defaultOptions: AnnotateOptions = {
	project: emptyProject,
	detectors: await loadDetectors(fileURLToPath(new URL("../../../media/", import.meta.url))),
};

/** The findings of each line, in order. */
export function annotateAll(
	lines: readonly string[],
	options: AnnotateOptions = defaultOptions,
): (readonly Finding[])[] {
	const annotations = lines.map((line) => annotateLine(line, options));
	const collector = collectStatistics();
	for (const [index, { share }] of annotations.entries()) if (share) collector.add(index + 1, share);
	const signed = annotations.flatMap(({ sample, share }) =>
		sample && share ? [{ text: comparedText(sample), key: share.key }] : [],
	);
	const signatures = collectSignatures(signed.length);
	for (const { text } of signed) signatures.add(text);
	const keys = signed.map(({ key }) => key);
	const statistics = collector.finish(nearestByKey(signatures.finish(), keys, nearThreshold(options)));
	const searched = search(annotations, options);
	return annotations.map((annotation, index) =>
		findingsInSearched(annotation, index + 1, { ...statistics, searched }, options),
	);
}

/** Prompts that overlap and unusual spelling, as the editor and the command line search for them, without a reference. */
function search(annotations: readonly LineAnnotation[], options: AnnotateOptions): Searched {
	const overlaps = new OverlapSearch(overlapThreshold(options));
	const [scorer, noise] = [new NoiseScorer(), new NoiseComparison()];
	const texts = annotations.map(({ sample }) => (sample ? spellingOf(sample) : null));
	for (const [at, { language }] of annotations.entries()) scorer.learn(language ?? "", texts[at] ?? "");
	for (const [at, { sample, share, language }] of annotations.entries()) {
		if (!sample || !share) continue;
		const words = askedWords(sample, readLanguage(language));
		overlaps.add({ key: share.key, line: at + 1, strategy: share.strategy, askedWords: words });
		const bits = scorer.bits(language ?? "", texts[at] ?? "");
		if (texts[at] && bits !== null) noise.add(language ?? "", share.key, bits);
	}
	return { overlaps: overlaps.find(), noise: noise.finish(noiseThreshold(options)), elsewhere: new Map() };
}

/** The codes of one row alone in its file. */
export function codesOf(row: unknown, options?: AnnotateOptions): string[] {
	return annotateAll([typeof row === "string" ? row : JSON.stringify(row)], options).flatMap((findings) =>
		findings.map(({ code }) => code),
	);
}
