/** What the training form is sent, whole, on every change; and what it posts back. */
import * as z from "zod/mini";
import { methods } from "./methods.ts";
import { Capabilities, Issue } from "./objects.ts";
import { SweepCell } from "./sweep.ts";
import { TrainDraft } from "./train-draft.ts";

/** A draft looked at by the engine: what the trainer offers for it, what it would train, what is wrong with it. */
export const TrainOffer = z.object({
	trainer: z.object({ name: z.string(), isPractice: z.boolean() }),
	offer: Capabilities,
	/** Fitted to what the trainer offers. */
	draft: TrainDraft,
	/** Of the chosen datasets. */
	cells: z.array(SweepCell),
	issues: z.array(Issue),
});
export type TrainOffer = z.infer<typeof TrainOffer>;

/** What the trainer counted before the launch. */
export const TrainCheck = z.object({
	/** `draftKey` of the draft it was made for; for any other it says nothing. */
	key: z.string(),
	/** The part of a sweep that was looked at: its largest. */
	of: z.nullable(SweepCell),
	result: methods["server.preflight"].result,
});
export type TrainCheck = z.infer<typeof TrainCheck>;

export const TrainFormMessage = z.object({
	type: z.literal("train"),
	looked: TrainOffer,
	/** Files of the workspace that can be chosen. */
	files: z.array(z.object({ path: z.string(), label: z.string() })),
	languages: z.array(z.object({ code: z.string(), name: z.string() })),
	check: z.nullable(TrainCheck),
	/** The newest change this message knows of: with a later one, the form's own draft is the newer. */
	edit: z.int(),
	/** What is going on, in words; null while the form waits for the user. */
	busy: z.nullable(z.string()),
	/** Why the last step failed; null after one that did not. */
	failure: z.nullable(z.string()),
});
export type TrainFormMessage = z.infer<typeof TrainFormMessage>;

/** There is no trainer to ask yet, or it does not answer. */
export const TrainlessMessage = z.object({
	type: z.literal("trainless"),
	busy: z.nullable(z.string()),
	failure: z.nullable(z.string()),
});
export type TrainlessMessage = z.infer<typeof TrainlessMessage>;

export const TrainFormRequest = z.discriminatedUnion("type", [
	/** `edit` counts the user's changes. */
	z.object({ type: z.literal("draft"), draft: TrainDraft, edit: z.int() }),
	z.object({ type: z.literal("check"), draft: TrainDraft }),
	z.object({ type: z.literal("launch"), draft: TrainDraft }),
	z.object({ type: z.literal("connectTrainer") }),
]);
export type TrainFormRequest = z.infer<typeof TrainFormRequest>;
