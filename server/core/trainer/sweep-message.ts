/** What the sweep's panel is sent, whole, on every change; and what it posts back. */
import * as z from "zod/mini";
import { Link } from "./panel-message.ts";
import { SweepGridCell } from "./sweep.ts";

export const SweepPanelMessage = z.object({
	type: z.literal("sweep"),
	link: Link,
	view: z.object({
		group: z.string(),
		title: z.string(),
		base: z.string(),
		isPractice: z.boolean(),
		/** Every pair there is, launched or not. */
		cells: z.array(SweepGridCell),
		/** True while the engine is launching what is planned. */
		isLaunching: z.boolean(),
	}),
});
export type SweepPanelMessage = z.infer<typeof SweepPanelMessage>;

export const SweepPanelRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("openRun"), runId: z.string() }),
	z.object({ type: z.literal("launchRest") }),
	z.object({ type: z.literal("evaluateAll") }),
	z.object({ type: z.literal("cancelAll") }),
	z.object({ type: z.literal("reconnect") }),
	z.object({ type: z.literal("openScore") }),
]);
export type SweepPanelRequest = z.infer<typeof SweepPanelRequest>;
