/** What a panel draws of a run, folded from its events; and the cursor rules of replay (protocol §7, §8). */
import type * as z from "zod/mini";
import {
	type EvalResult,
	type EvalSummary,
	type eventData,
	type KnownEvent,
	type RunEvent,
	readEvent,
} from "./events.ts";
import type { Artifact, Run } from "./objects.ts";

type DataOf<T extends KnownEvent["type"]> = z.infer<(typeof eventData)[T]>;

export type Metric = DataOf<"run.metric">;
export type Progress = DataOf<"run.progress">;
export type TrainingSet = DataOf<"run.data">;
export type Checkpoint = DataOf<"run.checkpoint">;
export type Warning = DataOf<"run.warning">;
export type RunFailure = DataOf<"run.error">;
export type EvalProgress = DataOf<"eval.progress">;

export interface RunView {
	readonly runId: string;
	/** `seq` of the last event applied; 0 before the first. */
	readonly cursor: number;
	readonly kind: Run["kind"] | null;
	readonly title: string;
	readonly isPractice: boolean;
	/** Null until the first event or listing. */
	readonly state: string | null;
	readonly reason: string | null;
	readonly fault: string | null;
	readonly message: string | null;
	readonly isFinal: boolean;
	readonly attempt: number;
	readonly engine: string | null;
	readonly progress: Progress | null;
	/** Ascending by step; one a step. */
	readonly metrics: readonly Metric[];
	readonly trainingSet: TrainingSet | null;
	readonly checkpoints: readonly Checkpoint[];
	readonly evalProgress: EvalProgress | null;
	readonly results: readonly EvalResult[];
	readonly summary: EvalSummary | null;
	readonly measured: DataOf<"measure.summary"> | null;
	readonly artifacts: readonly Artifact[];
	readonly warnings: readonly Warning[];
	readonly failure: RunFailure | null;
	/** The last lines of the log, without their newlines. */
	readonly log: readonly string[];
	/** Events this version cannot read, newest last, as raw text. */
	readonly unread: readonly string[];
}

const logLines = 200;
const unreadKept = 20;
const warningsKept = 100;

export function emptyRunView(runId: string): RunView {
	return {
		runId,
		cursor: 0,
		kind: null,
		title: "",
		isPractice: false,
		state: null,
		reason: null,
		fault: null,
		message: null,
		isFinal: false,
		attempt: 1,
		engine: null,
		progress: null,
		metrics: [],
		trainingSet: null,
		checkpoints: [],
		evalProgress: null,
		results: [],
		summary: null,
		measured: null,
		artifacts: [],
		warnings: [],
		failure: null,
		log: [],
		unread: [],
	};
}

/** Takes over what a listing knows and events do not carry; state comes from events alone once there are any. */
export function describeRun(view: RunView, run: Run): RunView {
	const { kind, title, practice: isPractice, engine } = run;
	const described = { ...view, kind, title, isPractice, engine };
	if (view.cursor > 0) return described;
	const { state, reason, fault, attempt } = run;
	return { ...described, state, reason, fault, attempt };
}

export type Outcome = "applied" | "ignored" | "gap";

/** Where an event stands to the cursor: seen before, next, or beyond a gap (subscribe again after the cursor). */
export function place(cursor: number, seq: number): Outcome {
	if (seq <= cursor) return "ignored";
	return seq === cursor + 1 ? "applied" : "gap";
}

/** The view after `event` if it is the next one; else the same view. */
export function advance(view: RunView, event: RunEvent): RunView {
	if (place(view.cursor, event.seq) !== "applied") return view;
	const moved = { ...view, cursor: event.seq, attempt: Math.max(view.attempt, event.attempt) };
	const known = readEvent(event);
	if (!known) return { ...moved, unread: last([...view.unread, JSON.stringify(event)], unreadKept) };
	return apply(moved, known);
}

function apply(view: RunView, event: KnownEvent): RunView {
	switch (event.type) {
		case "run.state":
			return enter(view, event.data);
		case "run.progress":
			return { ...view, progress: event.data };
		case "run.data":
			return { ...view, trainingSet: event.data };
		case "run.metric":
			return { ...view, metrics: withMetric(view.metrics, event.data) };
		case "run.checkpoint":
			return { ...view, checkpoints: withCheckpoint(view.checkpoints, event.data) };
		case "run.log":
			return { ...view, log: last([...view.log, ...linesOf(event.data.text)], logLines) };
		case "run.warning":
			return { ...view, warnings: last([...view.warnings, event.data], warningsKept) };
		case "run.error":
			return { ...view, failure: event.data };
		case "eval.progress":
			return { ...view, evalProgress: event.data };
		case "eval.result":
			return { ...view, results: [...view.results, event.data] };
		case "eval.summary":
			return { ...view, summary: event.data };
		case "measure.result":
			return view;
		case "measure.summary":
			return { ...view, measured: event.data };
		case "artifact.ready":
			return { ...view, artifacts: [...view.artifacts, event.data] };
	}
}

/** A new attempt trains the steps after its checkpoint again, so their points leave the curve. */
function enter(view: RunView, state: DataOf<"run.state">): RunView {
	const { state: name, reason, fault, final: isFinal, engine, message = null, fromStep } = state;
	const entered = { ...view, state: name, reason, fault, isFinal, engine, message };
	if (name === "queued" && view.failure) return { ...entered, failure: null };
	if (name !== "running" || fromStep === undefined) return entered;
	return { ...entered, metrics: view.metrics.filter(({ step }) => step <= fromStep) };
}

/** Points usually arrive in order; a repeated step replaces the earlier one, since its `seq` is higher. */
function withMetric(metrics: readonly Metric[], metric: Metric): readonly Metric[] {
	const newest = metrics.at(-1);
	if (!newest || newest.step < metric.step) return [...metrics, metric];
	const others = metrics.filter(({ step }) => step !== metric.step);
	const at = others.findIndex(({ step }) => step > metric.step);
	return at === -1 ? [...others, metric] : others.toSpliced(at, 0, metric);
}

function withCheckpoint(checkpoints: readonly Checkpoint[], checkpoint: Checkpoint): readonly Checkpoint[] {
	const others = checkpoints.filter(({ step }) => step !== checkpoint.step);
	return checkpoint.removed ? others : [...others, checkpoint].sort((a, b) => a.step - b.step);
}

function linesOf(text: string): string[] {
	return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

const last = <T>(values: T[], count: number): readonly T[] => (values.length > count ? values.slice(-count) : values);
