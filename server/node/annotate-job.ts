/** What threads do for *annotate*: every line by itself, as columns for the file's statistics and records for the report. */
import { type AnnotateOptions, annotateLine, type LineAnnotation } from "../core/annotate.ts";
import { askedWords } from "../core/checks/instruction-overlap.ts";
import { comparedText } from "../core/checks/near-duplicate.ts";
import { NoiseScorer, type SharedNoise, spellingOf } from "../core/checks/noise.ts";
import type { Detectors } from "../core/language-id/detector.ts";
import { readLanguage } from "../core/languages.ts";
import { createSigner, type Signer } from "../core/near-duplicates/signature.ts";
import { collectSignatures, type SignatureColumns } from "../core/near-duplicates/signature-columns.ts";
import { factsOf, type LineFacts } from "../core/review/facts.ts";
import { panelMetrics } from "../core/review/metrics.ts";
import type { Sample } from "../core/sample/sample.ts";
import type { Columns, LineJob, LineReader } from "./line-worker-job.ts";

/** What a thread is told; it has its own detectors. */
export interface AnnotateParameters extends Omit<AnnotateOptions, "detectors"> {
	/** What the file's spelling is scored by; nothing is scored without it. */
	readonly noise?: SharedNoise;
	/** Whether records carry what the review panel lists and measures. */
	readonly withFacts?: boolean | undefined;
}

/** A line's annotation without its text. */
export interface LineRecord extends Omit<LineAnnotation, "sample"> {
	readonly id: string | null;
	/** Hashes of the prompt's words; absent where it is too short to compare. */
	readonly askedWords?: readonly number[];
	/** Bits a character of the answer's spelling; absent where it was not scored. */
	readonly bits?: number;
	/** Where asked for. */
	readonly facts?: LineFacts;
}

/** The name under which threads know the job. */
export const annotateJobName = "annotate";

export function annotateJob(detectors: Detectors): LineJob {
	const signer = createSigner();
	return (parameters) => {
		const { noise, ...options } = parameters as AnnotateParameters;
		return annotateReader({ ...options, detectors }, signer, new NoiseScorer(noise));
	};
}

/** Takes lines in their order; the same lines give the same columns, on whichever thread. */
export function annotateReader(
	options: AnnotateOptions & Pick<AnnotateParameters, "withFacts">,
	signer: Signer,
	scorer = new NoiseScorer(),
): LineReader {
	const records: string[] = [];
	const rows: number[] = [];
	const signatures = collectSignatures(1024, signer);
	return {
		add(text) {
			const annotation = annotateLine(text, options);
			const { sample, ...rest } = annotation;
			if (sample && rest.share) {
				rows.push(records.length);
				signatures.add(comparedText(sample));
			}
			const record: LineRecord = {
				...rest,
				id: sample?.id ?? null,
				...(sample ? searchable(sample, rest, scorer) : {}),
				...(options.withFacts ? { facts: factsOf(annotation, panelMetrics(annotation, options)) } : {}),
			};
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

function searchable(
	sample: Sample,
	{ language }: Pick<LineAnnotation, "language">,
	scorer: NoiseScorer,
): Pick<LineRecord, "askedWords" | "bits"> {
	const known = readLanguage(language);
	const words = askedWords(sample, known);
	const code = known?.code ?? language;
	const spelling = code === null ? null : spellingOf(sample);
	const bits = code === null || spelling === null ? null : scorer.bits(code, spelling);
	return { ...(words.length > 0 ? { askedWords: words } : {}), ...(bits === null ? {} : { bits }) };
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
