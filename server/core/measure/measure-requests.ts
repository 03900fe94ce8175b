/** What the dataset panel's side of the editor asks the engine about measuring, and what it is told. */
import * as z from "zod/mini";
import type { NotificationType, RequestType } from "../engine-api.ts";
import { MeasureOffer } from "./measure-panel-message.ts";
import { MeasurePicture } from "./measure-picture.ts";
import { MeasureEstimate, MeasureProgress } from "./measure-progress.ts";
import { MeasureWish } from "./measure-wish.ts";

const Nothing = z.object({});
const Wish = z.object({ wish: MeasureWish });
const View = z.object({
	offer: z.pick(MeasureOffer, { teachers: true, practiceJudges: true }),
	/** Null while nothing is measured. */
	progress: z.nullable(MeasureProgress),
	/** The newest result of this workspace, from disk after a restart. */
	picture: z.nullable(MeasurePicture),
});
const Ended = z.object({ picture: z.nullable(MeasurePicture), problem: z.nullable(z.string()) });

export const measureRequests = {
	view: { method: "polyglot/measureView", params: Nothing, result: View } satisfies RequestType<
		typeof Nothing,
		typeof View
	>,
	/** Calls, tokens, money and time to expect; asks nobody. */
	estimate: { method: "polyglot/estimateMeasure", params: Wish, result: MeasureEstimate } satisfies RequestType<
		typeof Wish,
		typeof MeasureEstimate
	>,
	/** Answers once it began; `progress` and `ended` follow. One measurement at a time. */
	start: { method: "polyglot/startMeasure", params: Wish, result: Nothing } satisfies RequestType<
		typeof Wish,
		typeof Nothing
	>,
	/** What was answered is kept: measuring again goes on from there. */
	stop: { method: "polyglot/stopMeasure", params: Nothing, result: Nothing } satisfies RequestType<
		typeof Nothing,
		typeof Nothing
	>,
};

export const measureNotifications = {
	progress: { method: "polyglot/measureProgress", params: MeasureProgress } satisfies NotificationType<
		typeof MeasureProgress
	>,
	ended: { method: "polyglot/measureEnded", params: Ended } satisfies NotificationType<typeof Ended>,
};
