/** What the dataset panel's side of the editor asks the engine about measuring, and what it is told. */
import * as z from "zod/mini";
import { notification, request } from "../request-type.ts";
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
	view: request("polyglot/measureView", Nothing, View),
	/** Calls, tokens, money and time to expect; asks nobody. */
	estimate: request("polyglot/estimateMeasure", Wish, MeasureEstimate),
	/** Answers once it began; `progress` and `ended` follow. One measurement at a time. */
	start: request("polyglot/startMeasure", Wish, Nothing),
	/** What was answered is kept: measuring again goes on from there. */
	stop: request("polyglot/stopMeasure", Nothing, Nothing),
};

export const measureNotifications = {
	progress: notification("polyglot/measureProgress", MeasureProgress),
	ended: notification("polyglot/measureEnded", Ended),
};
