/** One group's metrics as a row: the published columns of `intrinsic.jsonl` with what each number rests on. */
import * as z from "zod/mini";
import type { GroupMeasure } from "./group-measure.ts";
import type { GroupKey } from "./measured-sample.ts";
import { Metric, unmeasured } from "./metric.ts";
import { Noise, unmeasuredNoise } from "./noise-measure.ts";
import { paperPerplexity, paperPerplexityName, summarizePerplexity } from "./perplexity.ts";
import { type LengthUnit, lengthUnits, type TextMeasure } from "./text-measure.ts";

/** Raised when a number would come out differently for the same samples and backend. */
export const measureVersion = 1;

const Label = z.nullable(z.string());

const Texts = z.object({
	distinct_ri: Metric,
	exact_duplicate_share: Metric,
	near_duplicate_share: Metric,
	length_bytes: Metric,
	length_graphemes: Metric,
	length_words: Metric,
	length_tokens: Metric,
});
export type Texts = z.infer<typeof Texts>;

/** Absent labels are null where rows were not grouped by them, `(unknown)` where the rows do not say. */
export const MeasuredRow = z.object({
	teacher_model: Label,
	target_lang: Label,
	strategy: Label,
	source: Label,
	n: z.int(),
	prompts_distinct_ri: z.nullable(z.number()),
	responses_distinct_ri: z.nullable(z.number()),
	rubric_score: z.nullable(z.number()),
	perplexity: z.nullable(z.number()),
	/** What the three model-based columns rest on: compare a column only where its backend is the same. */
	embedding_model: z.nullable(z.string()),
	judge_model: z.nullable(z.string()),
	perplexity_model: z.nullable(z.string()),
	prompts: Texts,
	responses: Texts,
	rubric: z.extend(Metric, {
		failure_rate: z.nullable(z.number()),
		histogram: z.nullable(z.array(z.int())),
		failures: z.record(z.string(), z.int()),
	}),
	perplexity_of_responses: z.extend(Metric, {
		/** How rows were averaged; values by different ways are never compared. */
		average: z.nullable(z.string()),
		median: z.nullable(z.number()),
		bits_per_byte: z.nullable(z.number()),
		truncated: z.int(),
		failures: z.record(z.string(), z.int()),
	}),
	/** By spelling, offline; never to be called the perplexity of a language model. */
	noise: Noise,
	sample: z.object({
		/** Null where all rows were measured. */
		seed: z.nullable(z.int()),
		size: z.nullable(z.int()),
		/** Over the measured prompts and responses, in the order of the files. */
		sha256: z.string(),
		/** Ids of the drawn rows, by file order; null where all rows were measured. */
		ids: z.nullable(z.array(z.string())),
	}),
	measure_version: z.int(),
});
export type MeasuredRow = z.infer<typeof MeasuredRow>;

/** What was asked of which backend; null where nobody asked. */
export interface Backends {
	readonly embeddings: string;
	readonly judge: string | null;
	readonly scorer: string | null;
	readonly isPaperCompatible: boolean;
	readonly hasNoise: boolean;
}

export function measuredRow(group: GroupMeasure, backends: Backends, sample: MeasuredRow["sample"]): MeasuredRow {
	const prompts = textsOf(group.prompts, group.rows, backends.embeddings);
	const responses = textsOf(group.responses, group.rows, backends.embeddings);
	const rubric = rubricOf(group, backends.judge);
	const perplexity = perplexityOf(group, backends);
	return {
		teacher_model: label(group, "teacher"),
		target_lang: label(group, "language"),
		strategy: label(group, "strategy"),
		source: label(group, "source"),
		n: group.rows,
		prompts_distinct_ri: prompts.distinct_ri.value,
		responses_distinct_ri: responses.distinct_ri.value,
		rubric_score: rubric.value,
		perplexity: perplexity.value,
		embedding_model: backends.embeddings,
		judge_model: backends.judge,
		perplexity_model: backends.scorer,
		prompts,
		responses,
		rubric,
		perplexity_of_responses: perplexity,
		noise: backends.hasNoise ? group.noise.metric(group.rows) : unmeasuredNoise(group.rows),
		sample,
		measure_version: measureVersion,
	};
}

/** Score files allow names of 200 characters. */
function label(group: GroupMeasure, key: GroupKey): string | null {
	if (!(key in group.labels)) return null;
	return group.labels[key]?.slice(0, 200) ?? "(unknown)";
}

function textsOf(texts: TextMeasure, rows: number, backend: string): Texts {
	const length = (unit: LengthUnit) => texts.length(unit);
	const [bytes, graphemes, words] = lengthUnits;
	return {
		distinct_ri: texts.diversity(backend),
		exact_duplicate_share: texts.exactDuplicates(),
		near_duplicate_share: texts.nearDuplicates(),
		length_bytes: length(bytes),
		length_graphemes: length(graphemes),
		length_words: length(words),
		length_tokens: unmeasured(rows, "no tokenizer was given"),
	};
}

function rubricOf(group: GroupMeasure, judge: string | null): MeasuredRow["rubric"] {
	if (judge === null) {
		const metric = unmeasured(group.rows, "no judge was asked; see --judge");
		return { ...metric, failure_rate: null, histogram: null, failures: {} };
	}
	const { ratings } = group;
	const metric = ratings.metric(judge, group.incomplete);
	return {
		...metric,
		failure_rate: ratings.failureRate,
		histogram: [...ratings.histogram],
		failures: ratings.failures,
	};
}

function perplexityOf(group: GroupMeasure, backends: Backends): MeasuredRow["perplexity_of_responses"] {
	if (backends.scorer === null) {
		const metric = unmeasured(group.rows, "no scorer was asked; see --scorer");
		return { ...metric, average: null, median: null, bits_per_byte: null, truncated: 0, failures: {} };
	}
	const summary = summarizePerplexity(group.likelihoods);
	const { n, median, bitsPerByte, truncated } = summary;
	return {
		value: backends.isPaperCompatible ? paperPerplexity(group.likelihoods) : summary.tokenWeighted,
		// A ratio of sums with heavy tails: the median beside it says more than a normal interval would.
		stderr: null,
		n,
		missing: group.rows - n,
		reason: n === 0 ? "no response could be scored" : null,
		backend: backends.scorer,
		average: backends.isPaperCompatible ? paperPerplexityName : "token-weighted",
		median,
		bits_per_byte: bitsPerByte,
		truncated,
		failures: Object.fromEntries(group.scorerFailures),
	};
}
