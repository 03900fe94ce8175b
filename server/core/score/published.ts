/** The paper's numbers as one value, and what it says about its teachers and languages. */
import * as z from "zod/mini";
import type { Anchors, IntrinsicRow, Population, ScoreRow } from "./rows.ts";

export const PublishedTeacher = z.looseObject({
	teacher_model: z.string(),
	label: z.string(),
	family: z.string(),
	/** Billions of parameters, as the authors' code has it; null where unknown. */
	size_b_code: z.nullable(z.number()),
	size_b_paper: z.nullable(z.number()),
});
export type PublishedTeacher = z.infer<typeof PublishedTeacher>;

/** What the published intrinsic metrics were measured with (paper, 2.1 to 2.3). */
export const publishedBackends = {
	embedding_model: "llama-embed-nemotron-8b",
	judge_model: "m-prometheus-14b",
	perplexity_model: "gemma-3-4b-pt",
};

export const PublishedLanguage = z.looseObject({
	code: z.string(),
	name: z.string(),
	/** Benchmarks a result in this language averages. */
	tasks: z.array(z.string()),
});
export type PublishedLanguage = z.infer<typeof PublishedLanguage>;

/** Mean accuracy of a teacher over benchmarks and languages. */
export const TeacherBenchmark = z.looseObject({ teacher_model: z.string(), avg_all: z.number() });

export const DataScaling = z.looseObject({
	target_lang: z.string(),
	/** Training rows. */
	scale: z.number(),
	result: z.number(),
	/** base + (2·pg − z)(reference − base) with the main z and anchors. */
	result_implied_by_pg_score: z.number(),
	published_minus_implied: z.number(),
});

export const Translation = z.looseObject({
	target_lang: z.string(),
	translate_method: z.string(),
	result: z.number(),
	pg_score: z.number(),
});

export const TagalogStep = z.looseObject({
	step: z.string(),
	filbench_score: z.number(),
	mean_of_category_scores: z.number(),
	consistent: z.boolean(),
});

/** A table as printed: columns across, one named row of numbers each. */
const PrintedTable = z.looseObject({
	columns: z.array(z.string()),
	rows: z.record(z.string(), z.array(z.nullable(z.number()))),
});
export const PrintedTables = z.looseObject({
	name_to_model: z.record(z.string(), z.string()),
	table2_pg_by_method: PrintedTable,
	/** Errors on the scale of the result, whatever the paper's heading says. */
	table13_standard_errors: PrintedTable,
	table16_olmo3_32b: PrintedTable,
});

export interface Published {
	readonly scores: readonly ScoreRow[];
	readonly intrinsic: readonly IntrinsicRow[];
	readonly anchors: Anchors;
	readonly population: Population;
	readonly teachers: readonly PublishedTeacher[];
	readonly languages: readonly PublishedLanguage[];
	readonly benchmarks: readonly z.infer<typeof TeacherBenchmark>[];
	readonly dataScaling: readonly z.infer<typeof DataScaling>[];
	readonly translations: readonly z.infer<typeof Translation>[];
	readonly tagalogSteps: readonly z.infer<typeof TagalogStep>[];
	readonly tables: z.infer<typeof PrintedTables>;
}
