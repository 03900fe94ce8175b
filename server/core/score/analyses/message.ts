/** What the panels Teachers, Data and Recipe draw; computed once from the published files. */
import * as z from "zod/mini";

const Known = z.nullable(z.number());

export const BaseCorrelation = z.object({ a: z.string(), b: z.string(), rho: Known, p: Known, n: z.int() });

export const TeacherAnalysis = z.object({
	/** Languages every student base has, over which means are taken. */
	languages: z.array(z.string()),
	/** Mean PG-Score and mean result per teacher and student base over those languages. */
	means: z.array(
		z.object({
			teacher: z.string(),
			studentBase: z.string(),
			pg: z.number(),
			result: z.number(),
			/** Same family as the student base. */
			isMatched: z.boolean(),
			/** pg less its row and column means. */
			net: z.number(),
		}),
	),
	correlations: z.array(BaseCorrelation),
	/** Matched cells net of row and column means. */
	family: z.nullable(z.object({ pg: z.number(), result: z.number(), matched: z.int() })),
	/** Size and benchmark rank against the score, all languages of the first student base. */
	fits: z.array(
		z.object({ predictor: z.string(), beta: z.number(), stderr: z.number(), p: Known, rows: z.int(), groups: z.int() }),
	),
});
export type TeacherAnalysis = z.infer<typeof TeacherAnalysis>;

export const TargetPrediction = z.object({
	target: z.string(),
	n: z.int(),
	r2: Known,
	r2LeaveTeacherOut: Known,
	r2LeaveLanguageOut: Known,
	rmse: z.number(),
	/** Each point predicted by a model that never saw its teacher. */
	points: z.array(z.object({ teacher: z.string(), language: z.string(), actual: z.number(), predicted: z.number() })),
});
export type TargetPrediction = z.infer<typeof TargetPrediction>;

export const DataAnalysis = z.object({
	features: z.array(z.string()),
	/** Share of the variance and loadings of each component, largest first. */
	components: z.array(z.object({ ratio: z.number(), loadings: z.array(z.number()) })),
	predictions: z.array(TargetPrediction),
});
export type DataAnalysis = z.infer<typeof DataAnalysis>;

export const statuses = ["reproduces", "does not reproduce", "no rows to check"] as const;

/** One finding of the paper with its numbers and what the rows say of it. */
export const RecipeFinding = z.object({
	name: z.string(),
	title: z.string(),
	status: z.enum(statuses),
	remark: z.string(),
	unit: z.string(),
	/** One point a row: what it belongs to, where it stands, and the number. */
	points: z.array(z.object({ group: z.string(), series: z.string(), value: z.number() })),
});
export type RecipeFinding = z.infer<typeof RecipeFinding>;

export const Analyses = z.object({
	teachers: TeacherAnalysis,
	data: DataAnalysis,
	recipe: z.array(RecipeFinding),
});
export type Analyses = z.infer<typeof Analyses>;
