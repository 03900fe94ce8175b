/** Annotates a file of any size: one pass for the file's statistics, one for the findings. */
import { type AnnotateOptions, annotateLine, collectStatistics, findingsInFile, shareOf } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import { readLines } from "./read-lines.ts";

/** One line of the command line's JSON. */
export interface AnnotatedLine {
	readonly file: string;
	/** From 1. */
	readonly line: number;
	readonly id: string | null;
	/** The expected language: the row's own, else the caller's. */
	readonly language: string | null;
	readonly problems: readonly Finding[];
}

/** Yields one annotation a line, blank ones included, in blocks. `file` is the name they carry. */
export async function* annotateFile(
	path: string,
	file: string,
	options: AnnotateOptions,
): AsyncGenerator<readonly AnnotatedLine[]> {
	const statistics = await fileStatistics(path, options);
	let number = 0;
	for await (const lines of readLines(path)) {
		yield lines.map((text): AnnotatedLine => {
			number += 1;
			const annotation = annotateLine(text, options);
			const problems = findingsInFile(annotation, number, statistics, options);
			return { file, line: number, id: annotation.sample?.id ?? null, language: annotation.language, problems };
		});
	}
}

async function fileStatistics(path: string, options: AnnotateOptions) {
	const collector = collectStatistics();
	let number = 0;
	for await (const lines of readLines(path)) {
		for (const text of lines) {
			number += 1;
			const share = shareOf(text, options);
			if (share) collector.add(number, share);
		}
	}
	return collector.finish();
}
