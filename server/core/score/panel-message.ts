/** What the score panel is sent, whole, on every change; and what it asks back. */
import * as z from "zod/mini";
import { Analyses } from "./analyses/message.ts";
import { Task, zColumns } from "./rows.ts";

const Known = z.nullable(z.number());

/** What base and reference reach; `origin` says where the two numbers come from. */
const CellAnchor = z.object({
	base: z.number(),
	ref: z.number(),
	baseStderr: Known,
	refStderr: Known,
	origin: z.string(),
});

/** Rank among the teachers of one language, source and student base, by PG-Score. Shared anchors cancel in a comparison. */
const Comparison = z.object({
	rank: z.int(),
	/** Bounds of 95 % of the draws. */
	low: z.int(),
	high: z.int(),
	of: z.int(),
	/** Cannot be told from the highest. */
	isLeading: z.boolean(),
	/** Where the errors come from. */
	origin: z.string(),
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
	/** How certain the order in this language is; null where errors are unknown. */
	comparison: z.nullable(Comparison),
	/** The four parts of z, and the metric each comes from; null where z came without them. */
	zParts: z.nullable(z.record(z.enum(zColumns), z.object({ value: Known, z: Known }))),
	/** z against the language's own rows of the same source; null with fewer than three of them. */
	zWithinLanguage: Known,
	population: z.nullable(z.string()),
	tasks: z.array(Task),
	missingTasks: z.array(z.string()),
	/** Older rows of the same score that stay in the file. */
	olderRows: z.int(),
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
	/** Of the published rows; for the panels beside the score. */
	analyses: Analyses,
	/** Lines of the workspace's own score file that could not be read. */
	problems: z.array(z.object({ message: z.string(), where: z.optional(z.string()) })),
});
export type ScorePanelMessage = z.infer<typeof ScorePanelMessage>;

/** What the score panel posts. The editor asks where to save; the panel never names a path. */
export const ScorePanelRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("openRun"), runId: z.string() }),
	z.object({ type: z.literal("openScores") }),
	z.object({
		type: z.literal("save"),
		/** A file name without a folder, to offer. */
		name: z.string().check(z.regex(/^[\w.-]{1,100}$/)),
		encoding: z.enum(["utf8", "base64"]),
		content: z.string(),
	}),
]);
export type ScorePanelRequest = z.infer<typeof ScorePanelRequest>;
