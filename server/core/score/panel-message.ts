/** What the score panel is sent, whole, on every change; and what it asks back. */
import * as z from "zod/mini";
import { Strategy } from "../sample-row.ts";
import { Analyses } from "./analyses/message.ts";
import { LearningCurve } from "./learning-curve.ts";
import { AnchorTask, Task, zColumns } from "./rows.ts";

const Known = z.nullable(z.number());

/** What base and reference reach; `origin` says where the two numbers come from. */
const CellAnchor = z.object({
	base: z.number(),
	ref: z.number(),
	baseStderr: Known,
	refStderr: Known,
	origin: z.string(),
	/** The same task by task; empty where only the means are known. */
	tasks: z.array(AnchorTask),
});

/** Rank among the teachers of one language, source and student base. Shared anchors cancel in a comparison. */
const Comparison = z.object({
	rank: z.int(),
	/** Bounds of 95 % of the draws. */
	low: z.int(),
	high: z.int(),
	of: z.int(),
	/** Cannot be told from the highest. */
	isLeading: z.boolean(),
	/** Teachers it cannot be told from. */
	indistinctFrom: z.array(z.string()),
	/** Where the errors come from. */
	origin: z.string(),
});
export type Comparison = z.infer<typeof Comparison>;

/** Whose rows z is measured against. */
export const populationKinds = ["published", "workspace", "language"] as const;
export type PopulationKind = (typeof populationKinds)[number];

const ByColumn = z.record(z.enum(zColumns), Known);

/** z against one population; null in itself with a reason, such as metrics of another model. */
const ZReading = z.object({ population: z.string(), z: Known, columns: ByColumn, reasons: z.array(z.string()) });
export type ZReading = z.infer<typeof ZReading>;

/** An evaluation of the same score that a newer one replaced; it stays in the file. */
const OlderScore = z.object({
	runId: z.nullable(z.string()),
	createdAt: z.nullable(z.string()),
	result: Known,
	missingTasks: z.array(z.string()),
});

/** One score: a teacher, a language and a student base, from one source. */
export const ScoreCell = z.object({
	teacher: z.string(),
	language: z.string(),
	studentBase: z.string(),
	/** `published` by the paper, `own` on a real trainer, `practice` on practice models. */
	source: z.enum(["published", "own", "practice"]),
	result: Known,
	resultStderr: Known,
	z: Known,
	pgr: Known,
	pgrStderr: Known,
	pg: Known,
	pgStderr: Known,
	gain: Known,
	gainStderr: Known,
	pgrInterpretable: z.boolean(),
	/** Codes; `explain` turns one into a sentence. */
	reasons: z.array(z.string()),
	anchor: z.nullable(CellAnchor),
	/** Why base and reference were refused, in a sentence; null where they were not. */
	anchorRefusal: z.nullable(z.string()),
	/** PGR as the mean of one ratio a task; null where results are not known task by task. */
	meanOfRatios: z.nullable(z.object({ pgr: Known, stderr: Known, isInterpretable: z.boolean() })),
	/** How certain the order by PG-Score in this language is; null where errors are unknown. */
	comparison: z.nullable(Comparison),
	/** The same for the order by gain, which is the order by result. */
	gainComparison: z.nullable(Comparison),
	/** The metrics behind z, perplexity as −ln(1 + perplexity); null where z came without them. */
	metrics: z.nullable(ByColumn),
	/** z against each population; null where there is no such population. */
	zReadings: z.object({
		published: z.nullable(ZReading),
		workspace: z.nullable(ZReading),
		language: z.nullable(ZReading),
	}),
	/** z against the published rows of the language; null where there is none. */
	zWithinLanguage: Known,
	/** True where `polyglot measure` left a row of this teacher and language in the workspace. */
	isMeasured: z.boolean(),
	population: z.nullable(z.string()),
	tasks: z.array(Task),
	missingTasks: z.array(z.string()),
	/** Older evaluations of the same score, oldest first. */
	older: z.array(OlderScore),
	runId: z.nullable(z.string()),
	createdAt: z.nullable(z.string()),
	datasetSha256: z.nullable(z.string()),
	codeVersion: z.nullable(z.string()),
});
export type ScoreCell = z.infer<typeof ScoreCell>;

export const PanelTeacher = z.object({
	name: z.string(),
	label: z.string(),
	family: z.nullable(z.string()),
	/** Billions of parameters. */
	sizeB: Known,
});
export type PanelTeacher = z.infer<typeof PanelTeacher>;

export const ScorePanelMessage = z.object({
	type: z.literal("score"),
	teachers: z.array(PanelTeacher),
	languages: z.array(z.object({ code: z.string(), name: z.string() })),
	studentBases: z.array(z.object({ name: z.string(), label: z.string() })),
	cells: z.array(ScoreCell),
	/** What z can be measured against; `isFrozen` is false where another teacher would move it. */
	populations: z.array(
		z.object({ kind: z.enum(populationKinds), name: z.string(), n: z.int(), isFrozen: z.boolean() }),
	),
	/** Of the workspace's own students on nested samples. */
	curves: z.array(LearningCurve),
	/** Of the published rows; for the panels beside the score. */
	analyses: Analyses,
	/** Lines of the workspace's own score file that could not be read. */
	problems: z.array(z.object({ message: z.string(), where: z.optional(z.string()) })),
});
export type ScorePanelMessage = z.infer<typeof ScorePanelMessage>;

/** What the score panel posts. The editor asks where to save; the panel never names a path. */
export const ScorePanelRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("openRun"), runId: z.string() }),
	z.object({ type: z.literal("openScores"), runId: z.optional(z.string()) }),
	/** The file a student was trained on, found by its content. */
	z.object({ type: z.literal("openSamples"), sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
	/** The measured metrics of a teacher in a language. */
	z.object({ type: z.literal("openMeasurement"), teacher: z.string(), language: z.string() }),
	/** Keeps the workspace's measured rows as the population they are now. */
	z.object({ type: z.literal("freezePopulation") }),
	/** *Generate Samples…* with the plan of a recommendation filled in. */
	z.object({
		type: z.literal("generatePlan"),
		teachers: z.array(z.string()).check(z.minLength(1), z.maxLength(20)),
		language: z.string(),
		strategies: z.array(Strategy).check(z.minLength(1)),
		/** Accepted samples of each teacher. */
		count: z.int().check(z.gte(1), z.lte(9_999_999)),
	}),
	z.object({
		type: z.literal("save"),
		/** A file name without a folder, to offer. */
		name: z.string().check(z.regex(/^[\w.-]{1,100}$/)),
		encoding: z.enum(["utf8", "base64"]),
		content: z.string(),
	}),
]);
export type ScorePanelRequest = z.infer<typeof ScorePanelRequest>;

export const RecommendationWish = z.object({
	language: z.string(),
	studentBase: z.string(),
	/** Samples to spend over all teachers. */
	samples: z.int().check(z.gte(1)),
});

/** Sent when *Recommend a Teacher…* was answered: the panel turns to its advice. */
export const AdvicePanelMessage = z.object({ type: z.literal("advise"), wish: RecommendationWish });
