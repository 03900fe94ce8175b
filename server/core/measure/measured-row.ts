/** One group's metrics as a row: the published columns of `intrinsic.jsonl` with what each number rests on. */
import * as z from "zod/mini";
import type { GroupMeasure } from "./group-measure.ts";
import type { GroupKey } from "./measured-sample.ts";
import { Metric, unmeasured } from "./metric.ts";
import { Noise, NoiseMeasure, unmeasuredNoise } from "./noise-measure.ts";
import { paperPerplexity, paperPerplexityName, summarizePerplexity } from "./perplexity.ts";
import { quickTokensBackend } from "./quick-tokens.ts";
import type { Role, SampleTable } from "./sample-table.ts";
import { TextMeasure } from "./text-measure.ts";

/** Raised when a number would come out differently for the same samples and backend. */
export const measureVersion = 2;

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
		/** Over the SHA-256 of each measured [prompt, response], in the order of the files. */
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
	/** Null for an estimate. */
	readonly tokenizer: string | null;
	readonly isPaperCompatible: boolean;
	readonly hasNoise: boolean;
}

const lengthBackends = {
	bytes: "UTF-8",
	graphemes: "UAX 29",
	words: "letters and digits in a row; ICU dictionary for unspaced scripts",
} as const;

export function measuredRow(
	group: GroupMeasure,
	table: SampleTable,
	backends: Backends,
	sample: MeasuredRow["sample"],
): MeasuredRow {
	const prompts = textsOf("prompt", group, table, backends);
	const responses = textsOf("response", group, table, backends);
	const rubric = rubricOf(group, table, backends.judge);
	const perplexity = perplexityOf(group, table, backends);
	const n = group.rows.length;
	return {
		teacher_model: label(group, "teacher"),
		target_lang: label(group, "language"),
		strategy: label(group, "strategy"),
		source: label(group, "source"),
		n,
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
		noise: backends.hasNoise ? noiseOf(group.rows, table) : unmeasuredNoise(n),
		sample,
		measure_version: measureVersion,
	};
}

/** Score files allow names of 200 characters. */
function label(group: GroupMeasure, key: GroupKey): string | null {
	if (!(key in group.labels)) return null;
	return group.labels[key]?.slice(0, 200) ?? "(unknown)";
}

function textsOf(role: Role, group: GroupMeasure, table: SampleTable, backends: Backends): Texts {
	const texts = new TextMeasure(table.texts[role], group.rows);
	return {
		distinct_ri: texts.diversity({
			sum: group.sums[role],
			failed: group.failed[role],
			backend: backends.embeddings,
		}),
		exact_duplicate_share: texts.exactDuplicates(),
		near_duplicate_share: texts.nearDuplicates(),
		length_bytes: texts.length("bytes", lengthBackends.bytes),
		length_graphemes: texts.length("graphemes", lengthBackends.graphemes),
		length_words: texts.length("words", lengthBackends.words),
		length_tokens: texts.length("tokens", backends.tokenizer ?? quickTokensBackend),
	};
}

function noiseOf(rows: readonly number[], table: SampleTable): Noise {
	const noise = new NoiseMeasure();
	for (const row of rows) {
		const bits = table.bits.at(row);
		const z = table.noiseZ.at(row);
		if (!Number.isNaN(bits)) noise.add(bits, Number.isNaN(z) ? null : z);
	}
	return noise.metric(rows.length);
}

function incompleteRows({ rows }: GroupMeasure, table: SampleTable): number {
	return rows.reduce((sum, row) => sum + (table.isComplete(row) ? 0 : 1), 0);
}

function rubricOf(group: GroupMeasure, table: SampleTable, judge: string | null): MeasuredRow["rubric"] {
	if (judge === null) {
		const metric = unmeasured(group.rows.length, "no judge was asked; see --judge");
		return { ...metric, failure_rate: null, histogram: null, failures: {} };
	}
	const { ratings } = group;
	return {
		...ratings.metric(judge, incompleteRows(group, table)),
		failure_rate: ratings.failureRate,
		histogram: [...ratings.histogram],
		failures: ratings.failures,
	};
}

function perplexityOf(
	group: GroupMeasure,
	table: SampleTable,
	backends: Backends,
): MeasuredRow["perplexity_of_responses"] {
	if (backends.scorer === null) {
		const metric = unmeasured(group.rows.length, "no scorer was asked; see --scorer");
		return { ...metric, average: null, median: null, bits_per_byte: null, truncated: 0, failures: {} };
	}
	// In file order, which the paper's way of averaging depends on.
	const likelihoods = group.rows.filter((row) => table.isComplete(row)).map((row) => table.likelihood(row));
	const summary = summarizePerplexity(likelihoods);
	const { n, median, bitsPerByte, truncated } = summary;
	return {
		value: backends.isPaperCompatible ? paperPerplexity(likelihoods) : summary.tokenWeighted,
		// A ratio of sums with heavy tails: the median beside it says more than a normal interval would.
		stderr: null,
		n,
		missing: group.rows.length - n,
		reason: n === 0 ? "no response could be scored" : null,
		backend: backends.scorer,
		average: backends.isPaperCompatible ? paperPerplexityName : "token-weighted",
		median,
		bits_per_byte: bitsPerByte,
		truncated,
		failures: Object.fromEntries(group.scorerFailures),
	};
}
