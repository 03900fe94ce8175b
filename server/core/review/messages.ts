/** What the review panel and its tree ask the engine, and what the engine answers. Lines count from 0, as in the editor. */
import * as z from "zod/mini";
import { Rating } from "../measure/human-rating.ts";

const Line = z.int().check(z.gte(0));

/** A range of one metric, both ends included; the metric's key is its label. */
export const MetricRange = z.object({ metric: z.string(), from: z.number(), to: z.number() });
export type MetricRange = z.infer<typeof MetricRange>;

export const ReviewStates = z.enum(["all", "weak", "undecided", "unseen", "accepted", "rejected"]);
export type ReviewState = z.infer<typeof ReviewStates>;

/** Lists are alternatives; an empty list excludes nothing. The empty text stands for "not stated". */
export const ReviewFilter = z.object({
	state: ReviewStates,
	findings: z.array(z.string()),
	languages: z.array(z.string()),
	strategies: z.array(z.string()),
	teachers: z.array(z.string()),
	ranges: z.array(MetricRange),
	order: z.enum(["file", "worst"]),
});
export type ReviewFilter = z.infer<typeof ReviewFilter>;

export const everySample: ReviewFilter = {
	state: "all",
	findings: [],
	languages: [],
	strategies: [],
	teachers: [],
	ranges: [],
	order: "file",
};

/** How many samples of what the rest of the filter leaves have this value. */
const FacetValue = z.object({ value: z.string(), count: z.int() });
export type FacetValue = z.infer<typeof FacetValue>;

export const facetNames = ["findings", "languages", "strategies", "teachers"] as const;
export type FacetName = (typeof facetNames)[number];

export const MetricUnit = z.enum(["share", "count", "score"]);

export const MetricPicture = z.object({
	metric: z.string(),
	unit: MetricUnit,
	/** The least and the greatest value in the file. */
	from: z.number(),
	to: z.number(),
	/** Samples by value in steps of equal width: of the whole file, and of those the filter leaves but for this range. */
	all: z.array(z.int()),
	matched: z.array(z.int()),
	/** A few of the samples the whole filter leaves, weak ones first. */
	points: z.array(z.object({ line: Line, value: z.number(), isWeak: z.boolean() })),
	/** Samples that have no value. */
	missing: z.int(),
});
export type MetricPicture = z.infer<typeof MetricPicture>;

export const ReviewCounts = z.object({
	samples: z.int(),
	/** With a finding that nobody accepted or hid. */
	weak: z.int(),
	seen: z.int(),
	accepted: z.int(),
	rejected: z.int(),
	/** Neither accepted nor rejected. */
	left: z.int(),
	/** Lines that hold no sample. */
	broken: z.int(),
});
export type ReviewCounts = z.infer<typeof ReviewCounts>;

export const ReviewOverview = z.object({
	name: z.string(),
	/** Changes whenever rows may have. */
	version: z.int(),
	/** Share of the lines that are read and measured; 1 at the end. */
	share: z.number(),
	/** Which way serves the file; empty where it is the text in the editor. */
	note: z.string(),
	/** Why samples can't be edited; null where they can. */
	readOnly: z.nullable(z.string()),
	counts: ReviewCounts,
	/** Rows the filter leaves. */
	matched: z.int(),
	/** The chosen line's place among them; null where it is not. */
	position: z.nullable(z.int()),
	findings: z.array(FacetValue),
	languages: z.array(FacetValue),
	strategies: z.array(FacetValue),
	teachers: z.array(FacetValue),
	/** Empty where not asked for. */
	metrics: z.array(MetricPicture),
});
export type ReviewOverview = z.infer<typeof ReviewOverview>;

export const DecisionState = z.nullable(z.enum(["accepted", "rejected"]));
export type DecisionState = z.infer<typeof DecisionState>;

export const ReviewRow = z.object({
	line: Line,
	language: z.nullable(z.string()),
	teacher: z.nullable(z.string()),
	strategy: z.nullable(z.string()),
	/** The beginning of what is answered, or of the line where it holds no sample. */
	preview: z.string(),
	/** The worst finding's code; null without any. */
	finding: z.nullable(z.string()),
	/** Findings besides the worst. */
	more: z.int(),
	isWeak: z.boolean(),
	decision: DecisionState,
	isSeen: z.boolean(),
});
export type ReviewRow = z.infer<typeof ReviewRow>;

export const ReviewFinding = z.object({
	code: z.string(),
	severity: z.enum(["error", "information", "hint"]),
	message: z.string(),
	field: z.nullable(z.string()),
	start: z.nullable(z.int()),
	end: z.nullable(z.int()),
	/** Hidden by a decision, or of an accepted sample. */
	isHidden: z.boolean(),
});
export type ReviewFinding = z.infer<typeof ReviewFinding>;

export const ReviewTurn = z.object({
	role: z.enum(["system", "user", "assistant", "tool"]),
	text: z.string(),
	language: z.nullable(z.string()),
	field: z.string(),
	/** Characters that are not sent; 0 where the text is whole. */
	cut: z.int(),
});
export type ReviewTurn = z.infer<typeof ReviewTurn>;

export const ReviewMetric = z.object({
	metric: z.string(),
	unit: MetricUnit,
	value: z.number(),
	/** Share of the file's samples of this language with this value or less; null for the only one. */
	percentile: z.nullable(z.number()),
	/** How many samples that compares with. */
	among: z.int(),
	/** What it is held against, and whose number that is; null where it is only shown. */
	threshold: z.nullable(z.object({ value: z.number(), source: z.string() })),
});
export type ReviewMetric = z.infer<typeof ReviewMetric>;

export const ReviewSample = z.object({
	line: Line,
	/** Of its content: decisions go by it, and an edit is refused where it changed meanwhile. Null where the line holds no sample. */
	key: z.nullable(z.number()),
	id: z.nullable(z.string()),
	language: z.nullable(z.string()),
	teacher: z.nullable(z.string()),
	strategy: z.nullable(z.string()),
	turns: z.array(ReviewTurn),
	/** The beginning of a line that holds no sample; null for a sample. */
	raw: z.nullable(z.string()),
	findings: z.array(ReviewFinding),
	metrics: z.array(ReviewMetric),
	decision: DecisionState,
	/** What whoever reviews here gave the response. */
	rating: z.nullable(Rating),
	isSeen: z.boolean(),
	/** Lines of other answers to the same seed or prompt. */
	siblings: z.array(Line),
});
export type ReviewSample = z.infer<typeof ReviewSample>;

/** What a turn is to say; its field as in `ReviewTurn`. */
export const TextChange = z.object({ field: z.string(), text: z.string() });
export type TextChange = z.infer<typeof TextChange>;

const File = { uri: z.string() };
const Filtered = { ...File, filter: ReviewFilter };

export const reviewRequests = {
	/** Opens the file where it is not yet, and says what the filter leaves. */
	overview: {
		method: "polyglot/review/overview",
		params: z.object({ ...Filtered, line: z.nullable(Line), withMetrics: z.boolean() }),
		result: ReviewOverview,
	},
	rows: {
		method: "polyglot/review/rows",
		params: z.object({ ...Filtered, from: Line, count: z.int().check(z.gte(1), z.lte(500)) }),
		result: z.object({ version: z.int(), from: z.int(), rows: z.array(ReviewRow) }),
	},
	sample: {
		method: "polyglot/review/sample",
		params: z.object({ ...File, line: Line }),
		result: ReviewSample,
	},
	/** The next row after this one that is of the kind, going round once; null where there is none. */
	next: {
		method: "polyglot/review/next",
		params: z.object({ ...Filtered, line: z.nullable(Line), wanted: z.enum(["weak", "unseen", "undecided"]) }),
		result: z.nullable(z.object({ line: Line, position: z.int() })),
	},
	/** False where it was not written; the user was told why. */
	decide: {
		method: "polyglot/review/decide",
		params: z.object({ ...File, key: z.number(), decision: z.enum(["accepted", "rejected", "cleared"]) }),
		result: z.object({ isDecided: z.boolean() }),
	},
	/** How good the response is, by the rubric; null takes the rating back. As for `decide`, false where it was not written. */
	rate: {
		method: "polyglot/review/rate",
		params: z.object({ ...File, key: z.number(), rating: z.nullable(Rating) }),
		result: z.object({ isRated: z.boolean() }),
	},
	/** Takes the last decision or rating of this session on the file back; null where there is none. */
	undo: {
		method: "polyglot/review/undo",
		params: z.object(File),
		result: z.nullable(z.object({ line: z.nullable(Line) })),
	},
	seen: {
		method: "polyglot/review/seen",
		params: z.object({ ...File, key: z.number() }),
		result: z.object({}),
	},
	/** Rewrites texts of a sample in the open document, minimally. */
	edit: {
		method: "polyglot/review/edit",
		params: z.object({ ...File, line: Line, key: z.number(), changes: z.array(TextChange) }),
		result: z.object({ isApplied: z.boolean() }),
	},
	/** Deletes the rejected samples from the open document; can be undone there. */
	dropRejected: {
		method: "polyglot/review/dropRejected",
		params: z.object(File),
		result: z.object({ dropped: z.int() }),
	},
	/** Counts alone, for the status bar; null where the file is not one of samples, or not open. */
	summary: {
		method: "polyglot/review/summary",
		params: z.object(File),
		result: z.nullable(z.object({ counts: ReviewCounts, isComplete: z.boolean() })),
	},
	/** The panel is gone; what was read of a file that is not open is forgotten. */
	close: { method: "polyglot/review/close", params: z.object(File), result: z.object({}) },
} as const;

/** Text, findings or decisions of a file may have changed. */
export const reviewChanged = { method: "polyglot/review/changed", params: z.object(File) } as const;
