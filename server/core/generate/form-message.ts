/** What the form of *Generate Samples* is sent, and what it may ask. */
import * as z from "zod/mini";
import { GenerationDraft } from "./draft.ts";
import { EstimateRanges } from "./estimate.ts";

export const OfferedTeacher = z.object({
	name: z.string(),
	/** Where it is, or that it is practice. */
	note: z.string(),
	isPractice: z.boolean(),
	currency: z.nullable(z.string()),
});
export type OfferedTeacher = z.infer<typeof OfferedTeacher>;

export const OfferedSeeds = z.object({ path: z.string(), label: z.string(), note: z.string() });
export type OfferedSeeds = z.infer<typeof OfferedSeeds>;

/** What can be chosen. */
export const GenerateOffer = z.object({
	teachers: z.array(OfferedTeacher),
	languages: z.array(z.object({ code: z.string(), name: z.string() })),
	seeds: z.array(OfferedSeeds),
	/** Names of JSONL files in the workspace's first folder; rows are appended to one that exists. */
	existing: z.array(z.string()),
});
export type GenerateOffer = z.infer<typeof GenerateOffer>;

export const GenerateFormMessage = z.discriminatedUnion("type", [
	/** Fills the form anew. */
	z.object({ type: z.literal("form"), offer: GenerateOffer, draft: GenerationDraft }),
	/** What may be chosen changed; what was typed stays. */
	z.object({ type: z.literal("offer"), offer: GenerateOffer }),
	z.object({
		type: z.literal("estimate"),
		/** Null while it cannot be made. */
		estimate: z.nullable(EstimateRanges),
		/** What the engine says against the plan; null where it can start. */
		problem: z.nullable(z.string()),
	}),
	/** Starting began, or failed with these words. */
	z.object({ type: z.literal("starting"), isStarting: z.boolean(), problem: z.nullable(z.string()) }),
]);
export type GenerateFormMessage = z.infer<typeof GenerateFormMessage>;

/** What the form may post. */
export const GenerateFormRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("draft"), draft: GenerationDraft }),
	z.object({ type: z.literal("start"), draft: GenerationDraft }),
	/** Keeps the grid in `polyglot.json`. */
	z.object({ type: z.literal("keep"), draft: GenerationDraft }),
	z.object({ type: z.literal("addTeacher") }),
]);
export type GenerateFormRequest = z.infer<typeof GenerateFormRequest>;
