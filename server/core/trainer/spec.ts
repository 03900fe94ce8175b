/** What a run is asked to do: training, evaluation and measuring specs (trainer.md §5, §10). Unknown fields are refused. */
import * as z from "zod/mini";

export const Sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
export const RunId = z.string().check(z.regex(/^[a-z0-9-]{8,40}$/));
const Name = z.string().check(z.minLength(1), z.maxLength(200));
const Positive = z.int().check(z.gte(1));
const specVersion = z.literal(1);

export const ModelChoice = z.strictObject({ id: Name, revision: z.optional(Name) });

export const EngineChoice = z.strictObject({
	name: z.optional(Name),
	profile: z.optional(Name),
	gpus: z.optional(z.int().check(z.gte(0), z.lte(1024))),
	timeLimitS: z.optional(z.nullable(Positive)),
});

const Lora = z.strictObject({
	r: z.optional(z.int().check(z.gte(1), z.lte(512))),
	alpha: z.optional(z.int().check(z.gte(1), z.lte(1024))),
	dropout: z.optional(z.number().check(z.gte(0), z.lte(0.5))),
	targets: z.optional(z.union([z.literal("all-linear"), z.array(Name).check(z.minLength(1))])),
});

const TrainingSet = z.strictObject({
	sha256: Sha256,
	evalSha256: z.optional(z.nullable(Sha256)),
	/** Tokens. */
	maxLength: z.optional(z.int().check(z.gte(16), z.lte(131_072))),
	overflow: z.optional(z.enum(["drop", "truncate", "error"])),
	lossOn: z.optional(z.enum(["assistant", "all"])),
	packing: z.optional(z.boolean()),
});

const Recipe = z
	.strictObject({
		epochs: z.optional(z.number().check(z.gt(0), z.lte(100))),
		maxSteps: z.optional(z.int().check(z.gte(1), z.lte(10_000_000))),
		learningRate: z.optional(z.number().check(z.gt(0), z.lte(1))),
		scheduler: z.optional(z.enum(["linear", "cosine", "constant"])),
		warmupSteps: z.optional(z.int().check(z.gte(0))),
		weightDecay: z.optional(z.number().check(z.gte(0), z.lte(1))),
		maxGradNorm: z.optional(z.number().check(z.gt(0))),
		optimizer: z.optional(z.enum(["adamw_torch", "adamw_8bit"])),
		batchSize: z.optional(z.int().check(z.gte(1), z.lte(1024))),
		gradAccum: z.optional(z.int().check(z.gte(1), z.lte(1024))),
		precision: z.optional(z.enum(["bf16", "bf16-mixed", "fp32"])),
		gradientCheckpointing: z.optional(z.boolean()),
		lossType: z.optional(z.enum(["nll", "chunked_nll"])),
		seed: z.optional(z.int().check(z.gte(0), z.lte(2 ** 31 - 1))),
		logEvery: z.optional(Positive),
		evalEvery: z.optional(z.nullable(Positive)),
		saveEvery: z.optional(Positive),
		keepCheckpoints: z.optional(z.int().check(z.gte(1), z.lte(100))),
		nanPolicy: z.optional(z.enum(["fail", "continue"])),
	})
	.check(
		z.refine(({ epochs, maxSteps }) => epochs === undefined || maxSteps === undefined, {
			message: "Give epochs or maxSteps, not both.",
			path: ["maxSteps"],
		}),
	);

export const TrainSpec = z.strictObject({
	specVersion,
	preset: z.optional(z.nullable(Name)),
	model: ModelChoice,
	template: Name,
	mode: z.optional(z.enum(["full", "lora", "qlora"])),
	lora: z.optional(Lora),
	data: TrainingSet,
	train: z.optional(Recipe),
	output: z.optional(z.strictObject({ merge: z.optional(z.enum(["none", "bf16"])) })),
	/** A name of `capabilities.backends`. */
	backend: z.optional(Name),
	engine: z.optional(EngineChoice),
});
export type TrainSpec = z.infer<typeof TrainSpec>;

const RunTarget = z.strictObject({ runId: RunId, step: z.optional(z.int().check(z.gte(0))) });

export const EvalSpec = z.strictObject({
	specVersion,
	target: z.union([RunTarget, z.strictObject({ model: ModelChoice })]),
	/** A name of `capabilities.evalBackends`. */
	backend: Name,
	tasks: z.array(Name).check(z.minLength(1)),
	languages: z.array(z.string().check(z.regex(/^[a-z]{2,3}$/))).check(z.minLength(1)),
	template: z.optional(Name),
	maxSamples: z.optional(Positive),
	seed: z.optional(z.int().check(z.gte(0), z.lte(2 ** 31 - 1))),
	/** `TASK:LANGUAGE` → an uploaded `eval-jsonl` set. */
	data: z.optional(z.record(z.string(), Sha256)),
	engine: z.optional(EngineChoice),
});
export type EvalSpec = z.infer<typeof EvalSpec>;

/** Perplexity of the responses of a dataset under a named base model; needs the feature `measure`. */
export const MeasureSpec = z.strictObject({
	specVersion,
	measure: z.literal("perplexity"),
	model: ModelChoice,
	template: z.optional(Name),
	data: z.strictObject({ sha256: Sha256, maxLength: z.optional(z.int().check(z.gte(16), z.lte(131_072))) }),
	engine: z.optional(EngineChoice),
});
export type MeasureSpec = z.infer<typeof MeasureSpec>;

/** A measuring spec is told from a training spec by its field `measure`. */
export function isMeasuring(spec: unknown): boolean {
	return typeof spec === "object" && spec !== null && Object.hasOwn(spec, "measure");
}
