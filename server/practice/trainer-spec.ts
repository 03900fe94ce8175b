/** What the practice trainer can do, and how it reads a spec: refused field by field, or filled in with defaults. */
import { languages } from "../core/languages.ts";
import { TrainerError } from "../core/trainer/errors.ts";
import { defaultLimits, type Limits } from "../core/trainer/limits.ts";
import { jsonPointer } from "../core/trainer/messages.ts";
import { methods } from "../core/trainer/methods.ts";
import type { Capabilities, Issue } from "../core/trainer/objects.ts";
import { EvalSpec, isMeasuring, MeasureSpec, TrainSpec } from "../core/trainer/spec.ts";

export const practiceBase = "practice-base";
export const practiceReference = "practice-reference";
export const practiceTasks = ["practice_choice", "practice_bpb"] as const;
const practice = "practice";

/** A practice trainer lives on the user's own disk, so its store is small. */
export const practiceLimits: Limits = { ...defaultLimits, datasetBytes: 64 * 1024 ** 2, storeBytes: 64 * 1024 ** 2 };

export function capabilities(limits: Limits): Capabilities {
	return {
		methods: Object.keys(methods),
		features: ["preflightFull", "resume", "measure"],
		engines: [{ name: practice, profiles: [], maxGpus: 0, maxTimeLimitS: null }],
		backends: [practice],
		modes: ["full"],
		evalBackends: [practice],
		evalTasks: practiceTasks.map((task) => ({ task, languages: languages.map(({ code }) => code) })),
		presets: [],
		templates: ["none"],
		models: [practiceBase, practiceReference].map((id) => ({ id, revisions: ["1"], templates: ["none"] })),
		gpus: [],
		limits: { ...limits },
	};
}

export type RunKind = "train" | "eval" | "measure";
export type PracticeSpec =
	| { readonly kind: "train"; readonly spec: TrainSpec }
	| { readonly kind: "eval"; readonly spec: EvalSpec }
	| { readonly kind: "measure"; readonly spec: MeasureSpec };

/** The spec as a run of this kind wants it. Throws `invalid_spec`, `model_not_allowed` or `capability_missing`. */
export function readSpec(method: "runs.launch" | "evals.launch", raw: unknown): PracticeSpec {
	const kind = method === "evals.launch" ? "eval" : isMeasuring(raw) ? "measure" : "train";
	const parsed = { train: TrainSpec, eval: EvalSpec, measure: MeasureSpec }[kind].safeParse(raw);
	if (!parsed.success) throw invalidSpec(parsed.error.issues.map(asIssue));
	const read = { kind, spec: parsed.data } as PracticeSpec;
	const issue = missingCapability(read);
	if (issue) throw new TrainerError(issue.code, issue.message, { param: issue.param });
	return read;
}

export function invalidSpec(issues: readonly Issue[]): TrainerError {
	return new TrainerError("invalid_spec", issues[0]?.message ?? "The spec is invalid.", { issues });
}

function missingCapability({ kind, spec }: PracticeSpec): Issue | undefined {
	const { engine, template } = spec;
	if (engine?.name !== undefined && engine.name !== practice) return lacks("engine", engine.name, "/engine/name");
	if (engine?.profile !== undefined) return lacks("profile", engine.profile, "/engine/profile");
	if (engine?.gpus !== undefined && engine.gpus > 0) return lacks("GPU count", String(engine.gpus), "/engine/gpus");
	if (template !== undefined && template !== "none") return lacks("template", template, "/template");
	if (kind === "eval") return missingForEvaluation(spec);
	if (!isOurs(spec.model.id)) return notAllowed(spec.model.id, "/model/id");
	if (kind === "measure") return undefined;
	// A reference that is trained further would no longer be the reference.
	if (spec.model.id !== practiceBase) return notAllowed(spec.model.id, "/model/id");
	if (spec.backend !== undefined && spec.backend !== practice) return lacks("backend", spec.backend, "/backend");
	if (spec.mode !== undefined && spec.mode !== "full") return lacks("mode", spec.mode, "/mode");
	if (spec.preset) return lacks("preset", spec.preset, "/preset");
	return undefined;
}

function missingForEvaluation({ backend, tasks, target }: EvalSpec): Issue | undefined {
	if (backend !== practice) return lacks("evaluation backend", backend, "/backend");
	const unknown = tasks.find((task) => !(practiceTasks as readonly string[]).includes(task));
	if (unknown !== undefined) return lacks("task", unknown, "/tasks");
	if ("model" in target && !isOurs(target.model.id)) return notAllowed(target.model.id, "/target/model/id");
	return undefined;
}

const isOurs = (model: string) => model === practiceBase || model === practiceReference;

function lacks(what: string, name: string, param: string): Issue {
	return { code: "capability_missing", message: `The practice trainer has no ${what} ${JSON.stringify(name)}.`, param };
}

function notAllowed(model: string, param: string): Issue {
	const message = `The practice trainer trains ${practiceBase} only, got ${JSON.stringify(model)}.`;
	return { code: "model_not_allowed", message, param };
}

interface SchemaIssue {
	readonly code: string;
	readonly message: string;
	readonly path: readonly PropertyKey[];
	readonly keys?: readonly string[];
	readonly input?: unknown;
}

function asIssue(issue: SchemaIssue): Issue {
	const param = jsonPointer([...issue.path, ...(issue.keys ?? []).slice(0, 1)]);
	if (issue.code === "unrecognized_keys") {
		return { code: "unknown_field", message: `There is no field ${param}.`, param };
	}
	const code = issue.code === "too_big" || issue.code === "too_small" ? "out_of_range" : "invalid_value";
	return { code, message: `${param || "spec"}: ${issue.message}`, param };
}

/** Steps of a run unless the client asks for a batch size: enough for a curve, few enough to watch. */
const usualSteps = 60;

export interface TrainingPlan {
	readonly rowsPerStep: number;
	readonly steps: number;
	readonly seed: number;
	readonly epochs: number;
	readonly logEvery: number;
	readonly evalEvery: number;
	readonly saveEvery: number;
	readonly keepCheckpoints: number;
	readonly lossOn: "assistant" | "all";
}

export function planTraining(spec: TrainSpec, rows: number): TrainingPlan {
	const { train = {}, data } = spec;
	const epochs = train.epochs ?? 1;
	const rowsPerStep = train.batchSize
		? train.batchSize * (train.gradAccum ?? 1)
		: Math.max(1, Math.ceil((rows * Math.min(1, epochs)) / usualSteps));
	const steps = train.maxSteps ?? Math.max(1, Math.ceil((epochs * rows) / rowsPerStep));
	return {
		rowsPerStep,
		steps,
		seed: train.seed ?? 3407,
		epochs: train.maxSteps === undefined ? epochs : (train.maxSteps * rowsPerStep) / rows,
		logEvery: train.logEvery ?? 1,
		evalEvery: train.evalEvery ?? Math.max(1, Math.ceil(steps / 15)),
		saveEvery: train.saveEvery ?? Math.max(1, Math.ceil(steps / 10)),
		keepCheckpoints: train.keepCheckpoints ?? 2,
		lossOn: data.lossOn ?? "assistant",
	};
}

/** The spec as it is stored, with every default filled in that has a meaning here. */
export function filled({ kind, spec }: PracticeSpec, rows: number): Record<string, unknown> {
	const engine = { name: practice, gpus: 0, timeLimitS: null };
	if (kind !== "train") return { template: "none", seed: 3407, ...spec, engine };
	const { rowsPerStep, steps, seed, logEvery, evalEvery, saveEvery, keepCheckpoints, lossOn } = planTraining(
		spec,
		rows,
	);
	const length = spec.train?.maxSteps === undefined ? { epochs: spec.train?.epochs ?? 1 } : { maxSteps: steps };
	const batch = { batchSize: spec.train?.batchSize ?? rowsPerStep, gradAccum: spec.train?.gradAccum ?? 1 };
	return {
		...spec,
		preset: null,
		mode: "full",
		backend: practice,
		model: { revision: "1", ...spec.model },
		data: { evalSha256: null, ...spec.data, lossOn },
		train: { ...spec.train, ...length, ...batch, seed, logEvery, evalEvery, saveEvery, keepCheckpoints },
		engine,
	};
}
