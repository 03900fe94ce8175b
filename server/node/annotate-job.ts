/** What threads do for *annotate*: every line by itself, as columns for the file's statistics and records for the report. */
import { type AnnotateOptions, annotateLine, type LineAnnotation } from "../core/annotate.ts";
import { comparedText } from "../core/checks/near-duplicate.ts";
import type { Detectors } from "../core/language-id/detector.ts";
import { createSigner, type Signer } from "../core/near-duplicates/signature.ts";
import { collectSignatures, type SignatureColumns } from "../core/near-duplicates/signature-columns.ts";
import type { Columns, LineJob, LineReader } from "./line-worker-job.ts";

/** What a thread is told; it has its own detectors. */
export type AnnotateParameters = Omit<AnnotateOptions, "detectors">;

/** A line's annotation without its text. */
export interface LineRecord extends Omit<LineAnnotation, "sample"> {
	readonly id: string | null;
}

/** The name under which threads know the job. */
export const annotateJobName = "annotate";

export function annotateJob(detectors: Detectors): LineJob {
	const signer = createSigner();
	return (parameters) => annotateReader({ ...(parameters as AnnotateParameters), detectors }, signer);
}

/** Takes lines in their order; the same lines give the same columns, on whichever thread. */
export function annotateReader(options: AnnotateOptions, signer: Signer): LineReader {
	const records: string[] = [];
	const rows: number[] = [];
	const signatures = collectSignatures(1024, signer);
	return {
		add(text) {
			const { sample, ...rest } = annotateLine(text, options);
			if (sample && rest.share) {
				rows.push(records.length);
				signatures.add(comparedText(sample));
			}
			const record: LineRecord = { ...rest, id: sample?.id ?? null };
			records.push(JSON.stringify(record));
		},
		finish() {
			const { values, hashes } = signatures.finish();
			const text = Buffer.from(`[${records.join(",")}]`);
			// A copy of its own: small buffers share one, which must not go to another thread.
			return { records: new Uint8Array(text), rows: Uint32Array.from(rows), values, hashes };
		},
	};
}

export interface AnnotatedRange {
	/** Parsed anew each time it is asked for, so that a million lines are kept as bytes. */
	records(): readonly LineRecord[];
	/** Which of the records hold samples, by their places; the signatures' rows are theirs. */
	readonly rows: Uint32Array;
	readonly signatures: SignatureColumns;
}

/** Reads the columns of one range back. */
export function annotatedRange({ records, rows, values, hashes }: Columns): AnnotatedRange {
	if (!(rows instanceof Uint32Array && values instanceof Uint16Array && hashes instanceof Float64Array && records))
		throw new Error("These are no columns of annotated lines.");
	return {
		records: () => JSON.parse(Buffer.from(records.buffer, records.byteOffset, records.byteLength).toString("utf8")),
		rows,
		signatures: { count: rows.length, values, hashes },
	};
}
