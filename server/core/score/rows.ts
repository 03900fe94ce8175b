/** The shapes of score files: the published columns (paper/data) and what our own rows add to them. */
import * as z from "zod/mini";

const Name = z.string().check(z.minLength(1), z.maxLength(200));
const Measured = z.nullish(z.number());
/** A standard error; null or absent where nobody measured it. */
const Stderr = z.nullish(z.number().check(z.gte(0)));

/** One teacher's dataset in one language: the four intrinsic metrics. */
export const IntrinsicRow = z.looseObject({
	teacher_model: Name,
	target_lang: Name,
	prompts_distinct_ri: Measured,
	responses_distinct_ri: Measured,
	/** Mean of a judge's 1 to 5. */
	rubric_score: Measured,
	perplexity: z.nullish(z.number().check(z.gte(0))),
});
export type IntrinsicRow = z.infer<typeof IntrinsicRow>;

/** One student's mean accuracy in one language. */
export const ExtrinsicRow = z.looseObject({
	student_base: Name,
	teacher_model: Name,
	target_lang: Name,
	result: Measured,
	result_stderr: Stderr,
});
export type ExtrinsicRow = z.infer<typeof ExtrinsicRow>;

/** A row somebody has scored already: what they say is kept as they say it. */
export const ScoreRow = z.looseObject({
	student_base: Name,
	teacher_model: Name,
	target_lang: Name,
	result: Measured,
	result_stderr: Stderr,
	pgr: Measured,
	z_score: Measured,
	pg_score: Measured,
});
export type ScoreRow = z.infer<typeof ScoreRow>;

/** What base and reference reach in one task; shots are part of what was measured. */
export const AnchorTask = z.looseObject({
	task: Name,
	metric: z.optional(Name),
	shots: z.nullish(z.int().check(z.gte(0))),
	base: z.number(),
	ref: z.number(),
	base_stderr: Stderr,
	ref_stderr: Stderr,
});
export type AnchorTask = z.infer<typeof AnchorTask>;

/** What the base and the reference reach in one language, on the student's tasks. */
export const Anchor = z.looseObject({
	base: z.number(),
	ref: z.number(),
	base_stderr: Stderr,
	ref_stderr: Stderr,
	/** The tasks the two means are over; absent where the file does not say. */
	tasks: z.optional(z.array(AnchorTask)),
});
export type Anchor = z.infer<typeof Anchor>;

export const Anchors = z.looseObject({
	/** Student base the anchors were measured on; absent where the file does not say. */
	student_base: z.optional(Name),
	languages: z.record(z.string(), Anchor),
});
export type Anchors = z.infer<typeof Anchors>;

/** The z columns, in the order of the published mean. */
export const zColumns = [
	"prompts_distinct_ri",
	"responses_distinct_ri",
	"rubric_score",
	"neg_log1p_perplexity",
] as const;
export type ZColumn = (typeof zColumns)[number];

const Moments = z.looseObject({ mean: z.number(), sd: z.number().check(z.gte(0)) });

/** The models behind the three model-based metrics; values of different ones are never compared. */
export const Backends = z.looseObject({
	embedding_model: z.nullish(z.string()),
	judge_model: z.nullish(z.string()),
	perplexity_model: z.nullish(z.string()),
});
export type Backends = z.infer<typeof Backends>;

/** Mean and standard deviation of each z column, frozen under a name: adding a teacher never moves another's z. */
export const Population = z.looseObject({
	name: Name,
	n: z.int().check(z.gte(1)),
	columns: z.object({
		prompts_distinct_ri: Moments,
		responses_distinct_ri: Moments,
		rubric_score: Moments,
		neg_log1p_perplexity: Moments,
	}),
	/** What its metrics were measured with; absent where nobody says. */
	backends: z.optional(Backends),
});
export type Population = z.infer<typeof Population>;

/** One benchmark a result rests on. Shots are part of what was measured. */
export const Task = z.looseObject({
	task: Name,
	metric: z.optional(Name),
	shots: z.nullish(z.int().check(z.gte(0))),
	value: Measured,
	stderr: Stderr,
	n: z.nullish(z.int().check(z.gte(0))),
});
export type Task = z.infer<typeof Task>;

/** The tasks a row of any file carries; none where it has none, or none that can be read. */
export function tasksOf(row: object): Task[] {
	const read = z.array(Task).safeParse("tasks" in row ? row.tasks : null);
	return read.success ? read.data : [];
}

/** A row of `.polyglot/scores.jsonl`: the published columns with everything the score rests on. */
export const OwnScoreRow = z.extend(ScoreRow, {
	base: Measured,
	base_stderr: Stderr,
	ref: Measured,
	ref_stderr: Stderr,
	tasks: z._default(z.array(Task), []),
	/** Base and reference on each task; absent in older rows. */
	anchor_tasks: z.optional(z.array(AnchorTask)),
	/** Why base and reference were not taken, such as other tasks or shots. */
	anchor_refusal: z.nullish(z.string()),
	/** Mean over tasks of one ratio each, the variant the paper prints. */
	pgr_mean_of_ratios: Measured,
	pgr_mean_of_ratios_stderr: Stderr,
	/** Tasks that were asked for and have no result; a row with any is incomplete. */
	missing_tasks: z._default(z.array(z.string()), []),
	intrinsic: z.nullish(IntrinsicRow),
	/** Name of the frozen population of z. */
	population: z.nullish(Name),
	/** Measured on practice models: never to be mistaken for a real student. */
	practice: z._default(z.boolean(), false),
	run_id: z.nullish(Name),
	/** ISO 8601. */
	created_at: z.nullish(z.string()),
	/** SHA-256 of the dataset the student was trained on. */
	dataset_sha256: z.nullish(z.string()),
	code_version: z.nullish(z.string()),
});
export type OwnScoreRow = z.infer<typeof OwnScoreRow>;
