/** What to measure and with what: as a command line, a panel or `polyglot.json` says it. */
import * as z from "zod/mini";
import { Budget } from "../project.ts";
import { groupKeys } from "./measured-sample.ts";

/**
 * A backend by name: a teacher of `polyglot.json`, which has a price and limits, or an address as `URL#MODEL`.
 * Embeddings may also be `lexical`, a judge `practice-judge`, a scorer `tgi:URL#MODEL` or `trainer:MODEL`.
 */
const BackendName = z.string().check(z.minLength(1), z.maxLength(500));

export const Draw = z.object({ size: z.int().check(z.gte(1)), seed: z.int().check(z.gte(0)) });
export type Draw = z.infer<typeof Draw>;

export const MeasureWish = z.object({
	/** Absolute paths, or relative to the workspace. */
	files: z.array(z.string()).check(z.minLength(1)),
	/** Of rows that state none. */
	language: z.optional(z.string()),
	by: z._default(z.array(z.enum(groupKeys)), ["teacher", "language"]),
	/** Null measures every row. */
	draw: z._default(z.nullable(Draw), null),
	embeddings: z._default(BackendName, "lexical"),
	/** The first one's ratings are the rubric score. */
	judges: z._default(z.array(BackendName), []),
	/** Rubric texts by language code, or * for all, in place of those of `polyglot.json` and ours. */
	rubrics: z.optional(z.record(z.string(), z.string())),
	scorer: z._default(z.nullable(BackendName), null),
	/** Path of a `tokenizer.json`; null estimates tokens. */
	tokenizer: z._default(z.nullable(z.string()), null),
	/** Score the spelling of responses, offline. */
	hasNoise: z._default(z.boolean(), true),
	/** Average perplexity the authors' way. */
	isPaperCompatible: z._default(z.boolean(), false),
	/** Nothing more is asked once this is spent. */
	budget: z.optional(Budget),
	/** Keep what is known about each sample, and a map of them. */
	hasDetails: z._default(z.boolean(), false),
});
export type MeasureWish = z.infer<typeof MeasureWish>;
