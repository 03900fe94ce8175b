/** What the review panel's page and its host say to each other. The host adds the file and passes questions on. */
import * as z from "zod/mini";
import { Rating } from "../measure/human-rating.ts";
import { ReviewFilter, ReviewOverview, ReviewSample, reviewRequests, TextChange } from "./messages.ts";

const Line = z.int().check(z.gte(0));

/** What the page keeps over a reload. */
export const ReviewView = z.object({
	filter: ReviewFilter,
	line: z.nullable(Line),
	isComparing: z.boolean(),
	/** Whether filters and plots are shown. */
	showsFilters: z.boolean(),
});
export type ReviewView = z.infer<typeof ReviewView>;

/** From the page. */
export const ReviewAsk = z.discriminatedUnion("type", [
	z.object({ type: z.literal("ready") }),
	/** `list` numbers the page's lists, so that an answer about an earlier one is known as such. */
	z.object({
		type: z.literal("overview"),
		list: z.int(),
		filter: ReviewFilter,
		line: z.nullable(Line),
		withMetrics: z.boolean(),
	}),
	z.object({ type: z.literal("rows"), list: z.int(), filter: ReviewFilter, from: Line, count: z.int() }),
	z.object({ type: z.literal("sample"), line: Line }),
	z.object({
		type: z.literal("next"),
		filter: ReviewFilter,
		line: z.nullable(Line),
		wanted: z.enum(["weak", "unseen", "undecided"]),
	}),
	z.object({ type: z.literal("decide"), key: z.number(), decision: z.enum(["accepted", "rejected", "cleared"]) }),
	z.object({ type: z.literal("rate"), key: z.number(), rating: z.nullable(Rating) }),
	z.object({ type: z.literal("undo") }),
	z.object({ type: z.literal("seen"), key: z.number() }),
	z.object({ type: z.literal("edit"), line: Line, key: z.number(), changes: z.array(TextChange) }),
	z.object({ type: z.literal("dropRejected") }),
	/** Shows the line in the text editor. */
	z.object({ type: z.literal("reveal"), line: Line }),
	/** Opens a check's page. */
	z.object({ type: z.literal("explain"), code: z.string() }),
]);
export type ReviewAsk = z.infer<typeof ReviewAsk>;

/** To the page. */
export const ReviewTell = z.discriminatedUnion("type", [
	/** First of all. `line` is where to go, as asked for from outside; null where the page knows. */
	z.object({ type: z.literal("open"), uri: z.string(), line: z.nullable(Line), filter: z.nullable(ReviewFilter) }),
	z.object({ type: z.literal("overview"), list: z.int(), overview: ReviewOverview }),
	z.object({ type: z.literal("rows"), list: z.int(), ...reviewRequests.rows.result.shape }),
	z.object({ type: z.literal("sample"), sample: ReviewSample }),
	z.object({ type: z.literal("moved"), place: reviewRequests.next.result, wanted: z.string() }),
	z.object({ type: z.literal("decided"), key: z.number(), isDecided: z.boolean() }),
	z.object({ type: z.literal("rated"), key: z.number(), isRated: z.boolean() }),
	z.object({ type: z.literal("undone"), place: reviewRequests.undo.result }),
	z.object({ type: z.literal("edited"), line: Line, isApplied: z.boolean() }),
	z.object({ type: z.literal("dropped"), dropped: z.int() }),
	/** Ask again for what is shown. */
	z.object({ type: z.literal("changed") }),
	/** A question failed; in words for the user. */
	z.object({ type: z.literal("failed"), message: z.string() }),
]);
export type ReviewTell = z.infer<typeof ReviewTell>;
