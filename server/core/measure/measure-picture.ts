/** What the dataset panel draws of a measurement: small whatever the dataset's size, and complete after a restart. */
import * as z from "zod/mini";
import { MeasureReport } from "./measure-report.ts";
import { MeasureWish } from "./measure-wish.ts";

/** The values of single samples that a picture shows, with what they are called and the unit they have. */
export const sampleMetrics = {
	tokens: { name: "tokens of the response", unit: "tokens" },
	distance: { name: "distance to the others", unit: "cosine distance" },
	rating: { name: "rubric", unit: "of 5" },
	perplexity: { name: "perplexity", unit: "per token" },
	noiseZ: { name: "spelling damage", unit: "robust z" },
} as const;
export type SampleMetric = keyof typeof sampleMetrics;

const Metric = z.enum(Object.keys(sampleMetrics) as [SampleMetric, ...SampleMetric[]]);

/** One metric over one group. */
export const GroupShape = z.object({
	/** Index into the report's rows. */
	group: z.int(),
	/** Samples that have the value. */
	n: z.int(),
	median: z.number(),
	/** Where the middle half lies. */
	quartiles: z.tuple([z.number(), z.number()]),
	/** Samples by bin of the distribution. */
	counts: z.array(z.int()),
});

export const Distribution = z.object({
	metric: Metric,
	/** Of the bins, which have equal widths; the ends hold what lies beyond them. */
	from: z.number(),
	to: z.number(),
	groups: z.array(GroupShape),
});
export type Distribution = z.infer<typeof Distribution>;

/** Why a sample drags its group down. */
export const dragReasons = {
	rating: "lowest rated",
	gain: "takes diversity away",
	nearest: "nearly repeats another",
	perplexity: "highest perplexity",
	noiseZ: "spelling damage",
} as const;
export type DragReason = keyof typeof dragReasons;

const Place = z.object({
	/** Index into the report's files. */
	file: z.int(),
	/** From 1. */
	line: z.int(),
});

export const DragEntry = z.extend(Place, {
	id: z.nullable(z.string()),
	value: z.number(),
	/** The text it repeats. */
	other: z.nullable(Place),
	/** How its response begins; null where the line could not be read again. */
	excerpt: z.nullable(z.string()),
});
export type DragEntry = z.infer<typeof DragEntry>;

export const DragList = z.object({
	group: z.int(),
	reason: z.enum(Object.keys(dragReasons) as [DragReason, ...DragReason[]]),
	/** The worst first. */
	entries: z.array(DragEntry),
});
export type DragList = z.infer<typeof DragList>;

/** The map's points as columns of equal length. */
export const MapPoints = z.object({
	x: z.array(z.number()),
	y: z.array(z.number()),
	group: z.array(z.int()),
	file: z.array(z.int()),
	line: z.array(z.int()),
});
export type MapPoints = z.infer<typeof MapPoints>;

export const MeasurePicture = z.object({
	/** Milliseconds since the epoch. */
	measuredAt: z.number(),
	wish: MeasureWish,
	/** Absolute paths, in the report's order. */
	paths: z.array(z.string()),
	report: MeasureReport,
	distributions: z.array(Distribution),
	drags: z.array(DragList),
	points: MapPoints,
	/** Whether its rows went into `.polyglot/intrinsic.jsonl`, where scores look for them. */
	isScored: z.boolean(),
});
export type MeasurePicture = z.infer<typeof MeasurePicture>;
