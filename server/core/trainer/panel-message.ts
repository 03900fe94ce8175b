/** What the run panel is sent, whole, on every change; and what it asks back. */
import * as z from "zod/mini";
import { EvalResult, EvalSummary, eventData } from "./events.ts";
import { Artifact } from "./objects.ts";

const Text = z.nullable(z.string());

/** The connection to the trainer; it is shown beside the run's state and never changes it. */
export const Link = z.object({
	state: z.enum(["connected", "connecting", "waiting", "closed"]),
	/** Such as "reconnecting in 4 s"; null while all is well. */
	message: Text,
});
export type Link = z.infer<typeof Link>;

/** Another run's curve, thinned. */
export const OtherRun = z.object({
	runId: z.string(),
	title: z.string(),
	points: z.array(z.object({ step: z.int(), loss: z.nullable(z.number()), evalLoss: z.nullable(z.number()) })),
});
export type OtherRun = z.infer<typeof OtherRun>;

/** An artifact on its way into the workspace, or there. */
export const Download = z.object({
	sha256: z.string(),
	done: z.int(),
	bytes: z.int(),
	/** Relative to the workspace, once it is there and its SHA-256 is the promised one. */
	path: Text,
	failure: Text,
});
export type Download = z.infer<typeof Download>;

export const RunPanelMessage = z.object({
	type: z.literal("run"),
	link: Link,
	view: z.object({
		runId: z.string(),
		kind: Text,
		title: z.string(),
		isPractice: z.boolean(),
		state: Text,
		reason: Text,
		message: Text,
		isFinal: z.boolean(),
		attempt: z.int(),
		progress: z.nullable(eventData["run.progress"]),
		metrics: z.array(eventData["run.metric"]),
		trainingSet: z.nullable(eventData["run.data"]),
		checkpoints: z.array(eventData["run.checkpoint"]),
		evalProgress: z.nullable(eventData["eval.progress"]),
		results: z.array(EvalResult),
		summary: z.nullable(EvalSummary),
		warnings: z.array(eventData["run.warning"]),
		failure: z.nullable(eventData["run.error"]),
		log: z.array(z.string()),
		artifacts: z.array(Artifact),
		/** Events this version cannot read, as raw text. */
		unread: z.array(z.string()),
	}),
	/** Results of the same tasks by base and reference, where the engine has them. */
	anchors: z.array(z.object({ name: z.string(), results: z.array(EvalResult) })),
	/** Artifacts fetched, or on their way, by sha256. */
	downloads: z.array(Download),
	/** Runs whose curves can be laid beside this one: same base, same language. */
	others: z.array(OtherRun),
});
export type RunPanelMessage = z.infer<typeof RunPanelMessage>;
export type PanelRun = RunPanelMessage["view"];

/** What the run panel posts. */
export const RunPanelRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("cancel") }),
	z.object({ type: z.literal("evaluate") }),
	z.object({ type: z.literal("reconnect") }),
	z.object({ type: z.literal("download"), sha256: z.string() }),
	z.object({ type: z.literal("reveal"), path: z.string() }),
	z.object({ type: z.literal("resumeRun") }),
]);
export type RunPanelRequest = z.infer<typeof RunPanelRequest>;
