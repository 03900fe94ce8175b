/** The `measure` part of `polyglot.json`: a team's usual backends and its own rubrics. */
import * as z from "zod/mini";

export const MeasureSettings = z
	.strictObject({
		embeddings: z.optional(
			z.string().check(z.describe("lexical, the name of a teacher, or URL#MODEL of an /embeddings endpoint.")),
		),
		judges: z.optional(
			z
				.array(z.string())
				.check(z.describe("Names of teachers that rate responses, or practice-judge; the first one counts.")),
		),
		rubrics: z.optional(
			z
				.record(z.string(), z.string())
				.check(z.describe("What a judge reads in place of our rubric, by language code, or * for all.")),
		),
		scorer: z.optional(
			z
				.string()
				.check(z.describe("Name of a teacher, URL#MODEL (vLLM), tgi:URL#MODEL, or trainer:MODEL for perplexity.")),
		),
		tokenizer: z.optional(
			z.string().check(z.describe("Path of the tokenizer.json lengths are counted with, relative to the workspace.")),
		),
	})
	.check(z.describe("What datasets are measured with, unless something else is asked for."));
export type MeasureSettings = z.infer<typeof MeasureSettings>;
