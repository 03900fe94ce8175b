/** All lines of a file on disk as the review panel's columns: first each by itself, then what only all of them can say. */
import type { AnnotateOptions } from "../core/annotate.ts";
import { ReviewTable } from "../core/review/table.ts";
import { findingsInSearched, type SearchedStatistics } from "../core/searched-findings.ts";
import { type AnnotateMeans, annotatedParts, type Part, statisticsOf } from "./annotate-file.ts";

export interface ReviewFacts {
	readonly table: ReviewTable;
	/** Share of the lines that are read. */
	readonly share: number;
	/** Null until all are. */
	readonly statistics: SearchedStatistics | null;
}

/** Between two tellings of what is known so far: a copy of the columns each time. */
const tellMs = 1500;

/** `tell` is called now and then with what is known so far, and at the end. Throws a UserError where the file can't be read. */
export async function readReviewFacts(
	path: string,
	lineCount: number,
	options: AnnotateOptions,
	means: AnnotateMeans & { readonly now: () => number },
	tell: (facts: ReviewFacts) => void,
): Promise<void> {
	const table = new ReviewTable(lineCount);
	let done = 0;
	let told = means.now();
	const onPart = (part: Omit<Part, "name">) => {
		setLines(table, part);
		done += part.lineCount;
		if (means.now() - told < tellMs) return;
		told = means.now();
		tell({ table, share: (0.95 * done) / lineCount, statistics: null });
	};
	const files = [{ path, name: path }];
	const parts = await annotatedParts(files, options, { ...means, withFacts: true, onPart });
	const statistics = statisticsOf(parts, files, options);
	for (const { firstLine, range } of parts) {
		for (const [at, record] of range.records().entries())
			table.setFindings(firstLine - 1 + at, findingsInSearched(record, firstLine + at, statistics, options));
	}
	tell({ table, share: 1, statistics });
}

function setLines(table: ReviewTable, { firstLine, range }: Omit<Part, "name">): void {
	for (const [at, { facts, findings }] of range.records().entries()) {
		if (!facts) throw new Error("A line was read without its facts.");
		table.set(firstLine - 1 + at, facts);
		table.setFindings(firstLine - 1 + at, findings);
	}
}
