/** Annotates rows as one file, for tests. */
import { fileURLToPath } from "node:url";
import {
	type AnnotateOptions,
	annotateLine,
	collectStatistics,
	findingsInFile,
	nearThreshold,
} from "../../../server/core/annotate.ts";
import type { Finding } from "../../../server/core/checks/finding.ts";
import { comparedText, nearestByKey } from "../../../server/core/checks/near-duplicate.ts";
import { collectSignatures } from "../../../server/core/near-duplicates/signature-columns.ts";
import { emptyProject } from "../../../server/core/project.ts";
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
	return annotations.map((annotation, index) => findingsInFile(annotation, index + 1, statistics, options));
}

/** The codes of one row alone in its file. */
export function codesOf(row: unknown, options?: AnnotateOptions): string[] {
	return annotateAll([typeof row === "string" ? row : JSON.stringify(row)], options).flatMap((findings) =>
		findings.map(({ code }) => code),
	);
}
