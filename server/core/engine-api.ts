/** What the editor asks the engine beyond standard LSP, and what the engine tells or asks back. */
import * as z from "zod/mini";
import { EstimateRanges } from "./generate/estimate.ts";
import { Cell } from "./generate/plan.ts";
import { Budget, Price } from "./project.ts";
import { notification, request } from "./request-type.ts";
import { Strategy } from "./sample-row.ts";
import { Sha256 } from "./trainer/spec.ts";
import { TrainDraft } from "./trainer/train-draft.ts";
import { TrainCheck, TrainOffer } from "./trainer/train-form-message.ts";

const Nothing = z.object({});
const RunId = z.object({ runId: z.string() });
const Group = z.object({ group: z.string() });

export const TeacherSummary = z.object({
	name: z.string(),
	model: z.string(),
	/** Scheme, host and port of the endpoint, to which its key is bound. */
	origin: z.string(),
	/** Canned text on loopback, not a language model. */
	isPractice: z.boolean(),
	/** Null where unknown, which is not free. */
	price: z.nullable(Price),
});
export type TeacherSummary = z.infer<typeof TeacherSummary>;

export const GenerationPlan = z.object({
	/** Teachers by languages by strategies, each with the accepted samples wanted. */
	cells: z.array(Cell).check(z.minLength(1)),
	/** Absolute paths. */
	seeds: z.array(z.string()).check(z.minLength(1)),
	output: z.string(),
	/** Decides every draw. */
	seed: z.int(),
	budget: z.optional(Budget),
	/** A sample counts only where the annotator's checks find nothing that makes it useless. */
	acceptByChecks: z.boolean(),
	/** Takes answers of earlier runs to the same requests instead of paying again. */
	reuse: z.boolean(),
	/** Finds out first what each endpoint keeps to. */
	probe: z.boolean(),
});
export type GenerationPlan = z.infer<typeof GenerationPlan>;

/** The same seeds to several teachers, each seed once. */
export const ComparisonPlan = z.object({
	teachers: z.array(z.string()).check(z.minLength(1)),
	language: z.string(),
	strategy: Strategy,
	/** So many seeds of a file, drawn; or rows as they stand in an editor. */
	seeds: z.union([
		z.object({ path: z.string(), count: z.int().check(z.gte(1), z.lte(100)) }),
		z.object({ lines: z.array(z.string()).check(z.minLength(1), z.maxLength(100)) }),
	]),
	budget: z.optional(Budget),
});
export type ComparisonPlan = z.infer<typeof ComparisonPlan>;

export const GenerationProgress = z.object({
	runId: z.string(),
	output: z.string(),
	state: z.enum(["running", "paused", "done", "cancelled", "failed"]),
	accepted: z.int(),
	rejected: z.int(),
	target: z.int(),
	/** Accepted samples per second over the last seconds; null before the first. */
	ratePerS: z.nullable(z.number()),
	etaS: z.nullable(z.number()),
	/** Why nothing moves just now, in a few words; null while it moves. */
	waiting: z.nullable(z.string()),
	/** The reason a run failed or paused, with the next step. */
	message: z.nullable(z.string()),
});
export type GenerationProgress = z.infer<typeof GenerationProgress>;

export const InterruptedGeneration = z.object({
	runId: z.string(),
	title: z.string(),
	accepted: z.int(),
	target: z.int(),
	output: z.string(),
});
export type InterruptedGeneration = z.infer<typeof InterruptedGeneration>;

/** One line of the Runs view. Link state is the connection's, never the run's. */
export const RunSummary = z.object({
	runId: z.string(),
	title: z.string(),
	kind: z.enum(["train", "eval", "measure"]),
	state: z.string(),
	isFinal: z.boolean(),
	step: z.int(),
	totalSteps: z.nullable(z.int()),
	isPractice: z.boolean(),
	language: z.nullable(z.string()),
	/** The sweep it belongs to. */
	group: z.nullable(z.string()),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const requests = {
	teachers: request("polyglot/teachers", Nothing, z.array(TeacherSummary)),
	testTeacher: request(
		"polyglot/testTeacher",
		z.object({ name: z.string() }),
		z.object({ ok: z.boolean(), message: z.string() }),
	),
	/** Requests, tokens, money and time to expect; asks no teacher. */
	estimateGeneration: request("polyglot/estimateGeneration", GenerationPlan, EstimateRanges),
	startGeneration: request("polyglot/startGeneration", GenerationPlan, RunId),
	startComparison: request("polyglot/startComparison", ComparisonPlan, RunId),
	/** Comparisons of this workspace, newest first. */
	comparisons: request("polyglot/comparisons", Nothing, z.array(z.object({ runId: z.string(), title: z.string() }))),
	/** Answers with the comparison panel's message; from then on `comparisonView` follows while the run goes on. */
	watchComparison: request("polyglot/watchComparison", RunId, z.unknown()),
	unwatchComparison: request("polyglot/unwatchComparison", RunId, Nothing),
	/** `rerun`: outcomes or reasons, such as `truncated`, whose given-up requests are asked again. */
	resumeGeneration: request(
		"polyglot/resumeGeneration",
		z.extend(RunId, { rerun: z.optional(z.array(z.string())) }),
		RunId,
	),
	cancelGeneration: request("polyglot/cancelGeneration", RunId, Nothing),
	/** Sends nothing more; what is on the wire may finish. The run can be resumed. */
	pauseGeneration: request("polyglot/pauseGeneration", RunId, Nothing),
	/** Runs of this session, newest first. */
	generations: request(
		"polyglot/generations",
		Nothing,
		z.array(z.object({ runId: z.string(), title: z.string(), state: z.string() })),
	),
	/** Answers with the monitor's message; from then on `runView` follows once a second. */
	watchGeneration: request("polyglot/watchGeneration", RunId, z.unknown()),
	unwatchGeneration: request("polyglot/unwatchGeneration", RunId, Nothing),
	/** One request of a run as a command to try by hand; the API key is a variable in it, never its value. */
	requestCurl: request(
		"polyglot/requestCurl",
		z.extend(RunId, { key: z.string() }),
		z.object({ teacher: z.string(), curl: z.string() }),
	),
	interruptedGenerations: request("polyglot/interruptedGenerations", Nothing, z.array(InterruptedGeneration)),
	connectTrainer: request(
		"polyglot/connectTrainer",
		Nothing,
		z.object({ isPractice: z.boolean(), name: z.string(), bases: z.array(z.string()) }),
	),
	/** Fits a draft to the trainer; null begins one. Nothing is sent but the question what the trainer offers. */
	lookAtTraining: request("polyglot/lookAtTraining", z.object({ draft: z.nullable(TrainDraft) }), TrainOffer),
	/** Uploads the datasets and lets the trainer count them. */
	checkTraining: request("polyglot/checkTraining", z.object({ draft: TrainDraft }), TrainCheck),
	/** Answers with the run, or with the group of a sweep, whose runs are launched one after the other. */
	launchTraining: request(
		"polyglot/launchTraining",
		z.object({ draft: TrainDraft }),
		z.object({ runId: z.nullable(z.string()), group: z.nullable(z.string()) }),
	),
	/** Answers with the sweep panel's message; from then on `runView` with the group as id follows every change. */
	watchSweep: request("polyglot/watchSweep", Group, z.unknown()),
	unwatchSweep: request("polyglot/unwatchSweep", Group, Nothing),
	launchSweep: request("polyglot/launchSweep", Group, Nothing),
	evaluateSweep: request("polyglot/evaluateSweep", Group, z.object({ launched: z.int() })),
	cancelSweep: request("polyglot/cancelSweep", Group, Nothing),
	/** Fetches a file of a run into the workspace; its progress is in the run's message. */
	downloadArtifact: request(
		"polyglot/downloadArtifact",
		z.object({ runId: z.string(), sha256: Sha256 }),
		z.object({ path: z.string() }),
	),
	evaluateStudent: request("polyglot/evaluateStudent", RunId, RunId),
	cancelRun: request("polyglot/cancelRun", RunId, Nothing),
	/** Goes on from the newest checkpoint; answers with the run that goes on, which is another after an end. */
	resumeRun: request("polyglot/resumeRun", RunId, RunId),
	runs: request(
		"polyglot/runs",
		Nothing,
		z.object({
			link: z.string(),
			runs: z.array(RunSummary),
			sweeps: z.array(z.object({ group: z.string(), title: z.string() })),
		}),
	),
	/** Answers with the panel's message; from then on `runView` follows every change. */
	watchRun: request("polyglot/watchRun", RunId, z.unknown()),
	unwatchRun: request("polyglot/unwatchRun", RunId, Nothing),
	/** Annotates a file from disk, whatever its size, and answers with a report to read. */
	checkFile: request("polyglot/checkFile", z.object({ path: z.string() }), z.object({ report: z.string() })),
	/** Answers with the score panel's message. */
	scores: request("polyglot/scores", Nothing, z.unknown()),
	/** The file with this content, wherever in the workspace it lies now. */
	findDataset: request(
		"polyglot/findDataset",
		z.object({ sha256: z.string() }),
		z.object({ path: z.nullable(z.string()) }),
	),
	/** Keeps the workspace's measured metrics as the population its z is measured against from now on. */
	freezePopulation: request("polyglot/freezePopulation", Nothing, z.object({ name: z.string(), n: z.int() })),
};

export const notifications = {
	generationProgress: notification("polyglot/generationProgress", GenerationProgress),
	/** A run's panel message; the panel parses it. */
	runView: notification("polyglot/runView", z.object({ runId: z.string(), message: z.unknown() })),
	comparisonView: notification("polyglot/comparisonView", z.object({ runId: z.string(), message: z.unknown() })),
	/** `polyglot.json` was read again, so that teachers may have come or gone. */
	teachersChanged: notification("polyglot/teachersChanged", Nothing),
	runsChanged: notification("polyglot/runsChanged", Nothing),
	runEnded: notification(
		"polyglot/runEnded",
		z.object({ runId: z.string(), title: z.string(), state: z.string(), reason: z.nullable(z.string()) }),
	),
	/** Every student of a sweep has come to its end; its runs are not told of one by one. */
	sweepEnded: notification(
		"polyglot/sweepEnded",
		z.object({ group: z.string(), title: z.string(), counts: z.string() }),
	),
	/** What the training form waits for, such as "uploaded 3 of 10 MB". */
	trainBusy: notification("polyglot/trainBusy", z.object({ text: z.string() })),
	scoresChanged: notification("polyglot/scoresChanged", Nothing),
	/** Sent by the editor when the user trusts the workspace. */
	trusted: notification("polyglot/trusted", Nothing),
};

/** Asked by the engine, answered by the editor out of its secret storage. Never logged, never written. */
export const secretRequest = request(
	"polyglot/secret",
	z.object({ kind: z.enum(["teacher", "trainer"]), name: z.string(), origin: z.string() }),
	z.object({ secret: z.nullable(z.string()) }),
);

/** What the editor hands over when it starts the engine. */
export const StartOptions = z.object({ isTrusted: z.boolean() });
export type StartOptions = z.infer<typeof StartOptions>;
