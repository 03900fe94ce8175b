/** The objects a trainer speaks of: runs, datasets, artifacts, issues and its own capabilities (protocol §3, §4). */
import * as z from "zod/mini";
import { RunId, Sha256 } from "./spec.ts";

/** RFC 3339, UTC, milliseconds. */
export const Time = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/));
export const Uuid = z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/));
export const TransferId = z.string().check(z.regex(/^[0-9a-f]{32}$/));
export const Count = z.int().check(z.gte(0));

export const runKinds = ["train", "eval", "measure"] as const;
export const datasetKinds = ["sft-jsonl", "eval-jsonl"] as const;
export const runStates = [
	"queued",
	"preparing",
	"running",
	"finalizing",
	"cancelling",
	"interrupted",
	"lost",
	"succeeded",
	"failed",
	"cancelled",
] as const;
export type RunState = (typeof runStates)[number];

export const Run = z.object({
	runId: RunId,
	kind: z.enum(runKinds),
	group: z.nullable(z.string()),
	title: z.string(),
	/** A state this version does not know counts as not final unless `final` says so. */
	state: z.string(),
	reason: z.nullable(z.string()),
	fault: z.nullable(z.string()),
	final: z.boolean(),
	attempt: Count,
	lastSeq: Count,
	step: Count,
	totalSteps: z.nullable(Count),
	createdAt: Time,
	startedAt: z.nullable(Time),
	endedAt: z.nullable(Time),
	engine: z.string(),
	engineHandle: z.nullable(z.string()),
	parentRunId: z.nullable(RunId),
	practice: z.boolean(),
	specSha256: Sha256,
	error: z.nullable(z.object({ code: z.string(), message: z.string() })),
	/** As stored, defaults filled in; only in results of runs.get, runs.launch, evals.launch. */
	spec: z.optional(z.record(z.string(), z.unknown())),
});
export type Run = z.infer<typeof Run>;

export const Dataset = z.object({
	sha256: Sha256,
	bytes: z.int().check(z.gte(1)),
	rows: Count,
	kind: z.enum(datasetKinds),
	name: z.string(),
	createdAt: Time,
});
export type Dataset = z.infer<typeof Dataset>;

/** Relative, without `..` segments or a leading `/`: safe to join to a folder. */
const ArtifactName = z
	.string()
	.check(z.regex(/^[A-Za-z0-9._/-]{1,200}$/))
	.check(z.refine((name) => !name.startsWith("/") && !name.split("/").includes("..")));

export const Artifact = z.object({
	name: ArtifactName,
	sha256: Sha256,
	bytes: Count,
	kind: z.enum(["adapter", "model", "tokenizer", "report", "eval"]),
	step: z.nullable(Count),
});
export type Artifact = z.infer<typeof Artifact>;

export const Issue = z.object({ code: z.string(), message: z.string(), param: z.optional(z.string()) });
export type Issue = z.infer<typeof Issue>;

export const ServerName = z.object({ name: z.string(), version: z.string(), practice: z.boolean() });

export const Capabilities = z.object({
	methods: z.array(z.string()),
	features: z.array(z.string()),
	engines: z.array(
		z.object({
			name: z.string(),
			profiles: z.array(z.string()),
			maxGpus: Count,
			maxTimeLimitS: z.nullable(Count),
		}),
	),
	backends: z.array(z.string()),
	modes: z.array(z.string()),
	evalBackends: z.array(z.string()),
	evalTasks: z.array(z.object({ task: z.string(), languages: z.array(z.string()) })),
	presets: z.array(z.string()),
	templates: z.array(z.string()),
	models: z.array(z.object({ id: z.string(), revisions: z.array(z.string()), templates: z.array(z.string()) })),
	gpus: z.array(z.object({ name: z.string(), memGiB: z.number(), count: Count })),
	limits: z.record(z.string(), z.number()),
});
export type Capabilities = z.infer<typeof Capabilities>;
