/** What the dataset panel is told and what it may ask. */
import * as z from "zod/mini";
import { MeasureDraft } from "./measure-draft.ts";
import { MeasurePicture } from "./measure-picture.ts";
import { MeasureEstimate, MeasureProgress } from "./measure-progress.ts";

/** What can be chosen from. */
export const MeasureOffer = z.object({
	/** JSONL files of the workspace, relative to it. */
	files: z.array(z.string()),
	/** Teachers that are endpoints, and so may embed, rate or score. */
	teachers: z.array(z.string()),
	/** Judges that cost nothing and mean nothing: practice. */
	practiceJudges: z.array(z.string()),
});
export type MeasureOffer = z.infer<typeof MeasureOffer>;

export const MeasurePanelMessage = z.discriminatedUnion("type", [
	z.object({
		type: z.literal("measure"),
		offer: MeasureOffer,
		draft: MeasureDraft,
		/** Null while nothing is measured. */
		progress: z.nullable(MeasureProgress),
		/** The newest result of this workspace. */
		picture: z.nullable(MeasurePicture),
	}),
	z.object({
		type: z.literal("estimate"),
		estimate: z.nullable(MeasureEstimate),
		/** Why there is none. */
		problem: z.nullable(z.string()),
	}),
	z.object({ type: z.literal("progress"), progress: MeasureProgress }),
	/** The measurement came to its end: with a picture, or with the reason why not. */
	z.object({
		type: z.literal("ended"),
		picture: z.nullable(MeasurePicture),
		problem: z.nullable(z.string()),
	}),
]);
export type MeasurePanelMessage = z.infer<typeof MeasurePanelMessage>;

export const MeasurePanelRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("draft"), draft: MeasureDraft }),
	z.object({ type: z.literal("measure"), draft: MeasureDraft }),
	z.object({ type: z.literal("stop") }),
	/** Index into the picture's paths, and a line from 1. */
	z.object({ type: z.literal("openLine"), file: z.int(), line: z.int() }),
	z.object({ type: z.literal("openScore") }),
	z.object({ type: z.literal("addTeacher") }),
]);
export type MeasurePanelRequest = z.infer<typeof MeasurePanelRequest>;
