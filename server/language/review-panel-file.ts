/** A file as the review panel sees it, open in the editor or on disk. */
import type { LineAnnotation } from "../core/annotate.ts";
import type { Finding } from "../core/checks/finding.ts";
import type { PanelMetric } from "../core/review/metrics.ts";
import type { ReviewTable } from "../core/review/table.ts";

export interface PanelFile {
	/** Its columns as of the last pass; lines not read yet are marked so. */
	readonly table: ReviewTable;
	/** Raised whenever the columns change. */
	readonly version: number;
	/** Share of the lines that are read; 1 when also what only the whole file can say is known. */
	readonly share: number;
	/** Which way serves the file; empty where it is the text in the editor. */
	readonly note: string;
	/** Why samples can't be edited; null where they can. */
	readonly readOnly: string | null;
	/** A line's text without its break. Throws a UserError where there is no such line any more. */
	text(line: number): Promise<string>;
	look(line: number): Promise<LineLook>;
	/** The findings of all lines with this content are to be read anew. */
	decided(key: number): void;
	/** Resolves when nothing of it is held any more. */
	close(): Promise<void>;
}

/** All there is to know of one line. */
export interface LineLook {
	readonly text: string;
	readonly annotation: LineAnnotation;
	/** Whatever was decided. */
	readonly findings: readonly Finding[];
	readonly metrics: readonly PanelMetric[];
}
