/** The events of a run (protocol §7). Known types are parsed; everything else is kept as it came. */
import * as z from "zod/mini";
import { Artifact, Count, Time } from "./objects.ts";
import { RunId, Sha256 } from "./spec.ts";

/** A measurement; null is "not finite" when `nonFinite` names it, else "unknown". */
const Measured = z.nullable(z.number());
const NonFinite = z.record(z.string(), z.enum(["nan", "inf", "-inf"]));
const Text = z.string();
const truncated = z.optional(z.boolean());

const StateData = z.object({
	state: Text,
	reason: z.nullable(Text),
	fault: z.nullable(Text),
	final: z.boolean(),
	engine: Text,
	engineHandle: z.nullable(Text),
	message: z.optional(Text),
	fromStep: z.optional(Count),
	forced: z.optional(z.boolean()),
	lastSeq: z.optional(Count),
	truncated,
});

const ProgressData = z.object({
	phase: z.enum(["loading", "tokenizing", "training", "saving", "evaluating"]),
	step: Count,
	totalSteps: z.nullable(Count),
	epoch: Measured,
	elapsedS: Measured,
	etaS: Measured,
	nonFinite: z.optional(NonFinite),
});

/** One row as the trainer sees it, cut where training begins or ends. */
export const TrainingSample = z.object({
	line: Count,
	segments: z.array(z.object({ text: Text, trained: z.boolean() })),
});
export type TrainingSample = z.infer<typeof TrainingSample>;

const DatasetData = z.object({
	rows: Count,
	used: Count,
	dropped: z.object({ tooLong: Count, noTrainedTokens: Count }),
	truncated: Count,
	tokens: Count,
	trainTokens: Count,
	longestTokens: Count,
	maxLength: Count,
	lossOn: Text,
	template: Text,
	packing: z.boolean(),
	sample: TrainingSample,
});

const MetricData = z.object({
	step: Count,
	epoch: Measured,
	/** Nats per trained token, mean since the last metric. */
	loss: Measured,
	evalLoss: z.optional(Measured),
	lr: Measured,
	gradNorm: z.optional(Measured),
	tokens: Count,
	trainTokens: Count,
	tokensPerS: Measured,
	gpuMemGiB: z.optional(Measured),
	hostMemGiB: z.optional(Measured),
	nonFinite: z.optional(NonFinite),
});

const CheckpointData = z.object({
	step: Count,
	name: Text,
	bytes: Count,
	manifestSha256: Sha256,
	metrics: z.object({ loss: Measured, evalLoss: z.optional(Measured), nonFinite: z.optional(NonFinite) }),
	removed: z.boolean(),
});

const LogData = z.object({ stream: z.enum(["worker", "engine"]), offset: Count, text: Text, truncated });

const WarningData = z.object({ code: Text, message: Text, param: z.optional(Text), truncated });

const ErrorData = z.object({
	code: Text,
	message: Text,
	param: z.optional(Text),
	rank: z.optional(Count),
	traceTail: z.optional(Text),
	truncated,
});

const EvalProgressData = z.object({ task: Text, language: Text, done: Count, total: Count, etaS: Measured });

export const EvalResult = z.object({
	task: Text,
	language: Text,
	metric: Text,
	/** 0..1 for accuracies, else the metric's own unit. */
	value: Measured,
	stderr: Measured,
	n: Count,
	shots: Count,
	template: Text,
	backend: Text,
	versions: z.record(z.string(), z.string()),
	datasetSha256: Sha256,
	seed: z.int(),
	nonFinite: z.optional(NonFinite),
});
export type EvalResult = z.infer<typeof EvalResult>;

export const EvalSummary = z.object({
	languages: z.array(
		z.object({
			language: Text,
			expected: Count,
			done: Count,
			missing: z.array(z.object({ task: Text, reason: z.enum(["not_available", "failed", "cancelled"]) })),
		}),
	),
});
export type EvalSummary = z.infer<typeof EvalSummary>;

export const MeasuredRow = z.object({
	sampleSha256: Sha256,
	/** Nats over the whole response. */
	nll: Measured,
	tokens: Count,
	bytes: Count,
	truncated: z.boolean(),
	nonFinite: z.optional(NonFinite),
});
export type MeasuredRow = z.infer<typeof MeasuredRow>;

/** The `data` of each event type. */
export const eventData = {
	"run.state": StateData,
	"run.progress": ProgressData,
	"run.data": DatasetData,
	"run.metric": MetricData,
	"run.checkpoint": CheckpointData,
	"run.log": LogData,
	"run.warning": WarningData,
	"run.error": ErrorData,
	"eval.progress": EvalProgressData,
	"eval.result": EvalResult,
	"eval.summary": EvalSummary,
	"measure.result": z.object({ results: z.array(MeasuredRow).check(z.maxLength(200)) }),
	"measure.summary": z.object({ rows: Count, failed: Count, nll: Measured, tokens: Count, bytes: Count }),
	"artifact.ready": Artifact,
} as const;

export type EventType = keyof typeof eventData;

/** A stored event: the envelope is checked, `data` is parsed when it is looked at. */
export const RunEvent = z.looseObject({
	seq: z.int().check(z.gte(1)),
	ts: Time,
	attempt: Count,
	type: z.string(),
	data: z.record(z.string(), z.unknown()),
});
export type RunEvent = z.infer<typeof RunEvent>;

export const RunEventOfRun = z.extend(RunEvent, { runId: RunId });

export type KnownEvent = {
	[T in EventType]: { readonly type: T; readonly data: z.infer<(typeof eventData)[T]> };
}[EventType];

/** The event's data as its type says, or undefined for an unknown type or unreadable data: shown raw, never fatal. */
export function readEvent(event: RunEvent): KnownEvent | undefined {
	if (!Object.hasOwn(eventData, event.type)) return undefined;
	const type = event.type as EventType;
	const parsed = eventData[type].safeParse(event.data);
	return parsed.success ? ({ type, data: parsed.data } as KnownEvent) : undefined;
}
