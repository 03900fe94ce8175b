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

export const PublishedLanguage = z.looseObject({
	code: z.string(),
	name: z.string(),
	/** Benchmarks a result in this language averages. */
	tasks: z.array(z.string()),
});
export type PublishedLanguage = z.infer<typeof PublishedLanguage>;

export interface Published {
	readonly scores: readonly ScoreRow[];
	readonly intrinsic: readonly IntrinsicRow[];
	readonly anchors: Anchors;
	readonly population: Population;
	readonly teachers: readonly PublishedTeacher[];
	readonly languages: readonly PublishedLanguage[];
}
