/** Annotates a file of any size: one pass for the file's statistics, one for the findings. */
import {
	type AnnotateOptions,
	annotateLine,
	collectStatistics,
	type FileStatistics,
	findingsInFile,
	nearThreshold,
	shareOf,
} from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import { nearestByKey } from "../core/checks/near-duplicate.ts";
import { collectSignatures } from "../core/near-duplicates/signature-columns.ts";
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

async function fileStatistics(path: string, options: AnnotateOptions): Promise<FileStatistics> {
	const collector = collectStatistics();
	const signatures = collectSignatures();
	const keys: number[] = [];
	let number = 0;
	for await (const lines of readLines(path)) {
		for (const line of lines) {
			number += 1;
			const read = shareOf(line, options);
			if (!read) continue;
			collector.add(number, read.share);
			signatures.add(read.text);
			keys.push(read.share.key);
		}
	}
	return collector.finish(nearestByKey(signatures.finish(), keys, nearThreshold(options)));
}
