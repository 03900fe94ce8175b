/** What the monitor panel shows of a generation run, and what it may ask. */
import * as z from "zod/mini";
import { Strategy } from "../sample-row.ts";
import { FailureClass } from "./failure-classes.ts";

export const MonitorCell = z.object({
	teacher: z.string(),
	language: z.string(),
	strategy: Strategy,
	target: z.int(),
	accepted: z.int(),
	rejected: z.int(),
});
export type MonitorCell = z.infer<typeof MonitorCell>;

export const MonitorLane = z.object({
	teacher: z.string(),
	isPractice: z.boolean(),
	inFlight: z.int(),
	limit: z.int(),
	/** Why nothing is sent just now; null while requests flow. */
	waiting: z.nullable(z.string()),
	attempts: z.int(),
	promptTokens: z.int(),
	completionTokens: z.int(),
	/** The limit's history: seconds since the start of the session. */
	limits: z.array(z.object({ atS: z.number(), limit: z.int() })),
	/** Holds and server pauses: when they began and how long they were told to last. */
	pauses: z.array(z.object({ atS: z.number(), seconds: z.number(), reason: z.string() })),
});
export type MonitorLane = z.infer<typeof MonitorLane>;

export const MonitorSample = z.object({
	teacher: z.string(),
	language: z.string(),
	strategy: Strategy,
	prompt: z.string(),
	response: z.string(),
});
export type MonitorSample = z.infer<typeof MonitorSample>;

export const MonitorMessage = z.object({
	runId: z.string(),
	title: z.string(),
	/** `interrupted`: no process of ours runs it; read from its folder. */
	state: z.enum(["running", "paused", "done", "cancelled", "failed", "interrupted"]),
	accepted: z.int(),
	rejected: z.int(),
	target: z.int(),
	reused: z.int(),
	/** Accepted samples per second, a point a second, oldest first. */
	rates: z.array(z.object({ atS: z.number(), perS: z.number() })),
	ratePerS: z.nullable(z.number()),
	etaS: z.nullable(z.number()),
	waiting: z.nullable(z.string()),
	message: z.nullable(z.string()),
	/** By currency; empty where no teacher has a price. */
	spent: z.record(z.string(), z.number()),
	projected: z.nullable(z.record(z.string(), z.number())),
	budget: z.nullable(z.object({ amount: z.number(), currency: z.string() })),
	cells: z.array(MonitorCell),
	lanes: z.array(MonitorLane),
	/** Why samples did not count, most frequent first. */
	reasons: z.array(z.object({ reason: z.string(), count: z.int() })),
	/** What went wrong, over all sessions of the run; most frequent first. */
	failures: z.array(FailureClass),
	/** Newest accepted samples, newest first. */
	latest: z.array(MonitorSample),
});
export type MonitorMessage = z.infer<typeof MonitorMessage>;

/** What the panel may post; everything else is ignored. */
export const MonitorRequest = z.discriminatedUnion("type", [
	z.object({ type: z.literal("pause") }),
	z.object({ type: z.literal("resume") }),
	z.object({ type: z.literal("cancel") }),
	/** Asks again what was given up for this cause. */
	z.object({ type: z.literal("rerun"), cause: z.string() }),
	/** Puts one request on the clipboard as a command, without the API key. */
	z.object({ type: z.literal("copyCurl"), key: z.string() }),
]);
export type MonitorRequest = z.infer<typeof MonitorRequest>;
