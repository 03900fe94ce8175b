/**
 * The client's side of a trainer link as a pure state machine: connect, initialise, follow runs by cursor, reconnect.
 * Link state is apart from run state: losing the link changes no run. Time and chance are handed in.
 */
import { backoff, closeCodes, defaultLimits } from "./limits.ts";
import type { InitializeResult } from "./methods.ts";
import { place } from "./run-view.ts";

export type Link =
	| { readonly state: "idle" }
	| { readonly state: "connecting" }
	| { readonly state: "initializing" }
	| { readonly state: "ready"; readonly sinceMs: number }
	| { readonly state: "waiting"; readonly untilMs: number; readonly why: string }
	/** Only the user can go on from here. */
	| { readonly state: "stopped"; readonly why: string };

/** A run the client follows. */
export interface Followed {
	/** `seq` of the last event applied. */
	readonly cursor: number;
	readonly isFinal: boolean;
	/** False while a subscription has to be opened or reopened. */
	readonly isSubscribed: boolean;
	/** The log was replaced: what is cached gives way once the server turns out to have the run. */
	readonly isStale: boolean;
}

export interface Session {
	readonly link: Link;
	/** Failed connections since the last one that held. */
	readonly failures: number;
	readonly serverId: string | null;
	readonly logEpoch: string | null;
	/** Requests and uploads somebody waits for; while there are any, the link is tried again without end. */
	readonly wanted: number;
	readonly runs: Readonly<Record<string, Followed>>;
}

export type Input =
	| { readonly type: "connect" }
	| { readonly type: "opened" }
	| { readonly type: "initialized"; readonly result: Pick<InitializeResult, "serverId" | "logEpoch" | "resumed"> }
	/** The upgrade, or initialize, was refused for good: a wrong token, version, pin. */
	| { readonly type: "refused"; readonly why: string }
	| { readonly type: "closed"; readonly code: number; readonly why: string; readonly retryAfterS?: number }
	| { readonly type: "timer" }
	| {
			readonly type: "follow";
			readonly runId: string;
			readonly cursor: number;
			readonly isFinal: boolean;
			/** Cached from a log that was replaced since. */
			readonly isStale?: boolean;
	  }
	| { readonly type: "forget"; readonly runId: string }
	| { readonly type: "subscribed"; readonly runId: string; readonly lastSeq: number; readonly final: boolean }
	| { readonly type: "subscribeFailed"; readonly runId: string; readonly code: string }
	| { readonly type: "event"; readonly runId: string; readonly seq: number; readonly isFinal: boolean }
	/** Somebody waits for an answer (1), or does no longer (-1). */
	| { readonly type: "want"; readonly by: 1 | -1 }
	| { readonly type: "disconnect" };

export type Effect =
	| { readonly type: "open" }
	| {
			readonly type: "initialize";
			readonly logEpoch: string | null;
			readonly resume: readonly { readonly runId: string; readonly afterSeq: number }[];
	  }
	| { readonly type: "subscribe"; readonly runId: string; readonly afterSeq: number }
	/** The event just handed in is the run's next one: store and draw it. */
	| { readonly type: "apply"; readonly runId: string }
	/** Drop what is cached of the run: its log starts again from 1. */
	| { readonly type: "restart"; readonly runId: string }
	/** The server has no such run any more. */
	| { readonly type: "gone"; readonly runId: string }
	| { readonly type: "wait"; readonly ms: number }
	| { readonly type: "close" };

export interface Step {
	readonly session: Session;
	readonly effects: readonly Effect[];
}

export interface SessionWorld {
	readonly nowMs: number;
	/** Uniform in [0, 1). */
	readonly random: () => number;
}

export function newSession(known: Pick<Session, "serverId" | "logEpoch">): Session {
	return { link: { state: "idle" }, failures: 0, wanted: 0, runs: {}, ...known };
}

export function step(session: Session, input: Input, world: SessionWorld): Step {
	switch (input.type) {
		case "connect":
			return canConnect(session) ? open({ ...session, failures: 0 }) : stay(session);
		case "timer":
			return session.link.state === "waiting" ? open(session) : stay(session);
		case "opened":
			return session.link.state === "connecting" ? initialize(session) : stay(session);
		case "initialized":
			return initialized(session, input.result, world);
		case "refused":
			return {
				session: unsubscribed({ ...session, link: { state: "stopped", why: input.why } }),
				effects: [{ type: "close" }],
			};
		case "closed":
			return closed(session, input, world);
		case "follow":
			return follow(session, input);
		case "forget":
			return stay({ ...session, runs: without(session.runs, input.runId) });
		case "subscribed":
			return subscribed(session, input);
		case "subscribeFailed":
			return subscribeFailed(session, input);
		case "event":
			return receive(session, input);
		case "want":
			return stay({ ...session, wanted: session.wanted + input.by });
		case "disconnect":
			return { session: unsubscribed({ ...session, link: { state: "idle" } }), effects: [{ type: "close" }] };
	}
}

const stay = (session: Session): Step => ({ session, effects: [] });

function canConnect({ link }: Session): boolean {
	return link.state === "idle" || link.state === "stopped" || link.state === "waiting";
}

function open(session: Session): Step {
	return { session: { ...session, link: { state: "connecting" } }, effects: [{ type: "open" }] };
}

/** Runs whose events are still to come, as many as one connection may follow. */
function unfinished({ runs }: Session): { runId: string; afterSeq: number }[] {
	return Object.entries(runs)
		.filter(([, { isFinal }]) => !isFinal)
		.slice(0, defaultLimits.subscriptions)
		.map(([runId, { cursor }]) => ({ runId, afterSeq: cursor }));
}

function initialize(session: Session): Step {
	const resume = session.logEpoch === null ? [] : unfinished(session);
	return {
		session: { ...session, link: { state: "initializing" } },
		effects: [{ type: "initialize", logEpoch: session.logEpoch, resume }],
	};
}

function initialized(
	session: Session,
	{ serverId, logEpoch, resumed }: Pick<InitializeResult, "serverId" | "logEpoch" | "resumed">,
	{ nowMs }: SessionWorld,
): Step {
	if (session.link.state !== "initializing") return stay(session);
	const ready: Session = { ...session, link: { state: "ready", sinceMs: nowMs }, serverId, logEpoch };
	const isSameLog = session.logEpoch === logEpoch && session.serverId === serverId;
	if (session.logEpoch !== null && !isSameLog) return startOver(ready, session.serverId === serverId);
	let step = session.logEpoch === null ? subscribeAll(ready) : stay(ready);
	for (const { runId, lastSeq, final, error } of resumed) {
		const input: Input = error
			? { type: "subscribeFailed", runId, code: error }
			: { type: "subscribed", runId, lastSeq, final };
		const next = error ? subscribeFailed(step.session, input as never) : subscribed(step.session, input as never);
		step = { session: next.session, effects: [...step.effects, ...next.effects] };
	}
	return step;
}

/** At a first meeting nothing was offered to be resumed. */
function subscribeAll(session: Session): Step {
	return { session, effects: unfinished(session).map((one) => ({ type: "subscribe", ...one })) };
}

/** Another server: its runs are others. Another log of the same: every cursor is void, every run is read again. */
function startOver(session: Session, isSameServer: boolean): Step {
	if (!isSameServer) return stay({ ...session, runs: {} });
	const fresh = { cursor: 0, isFinal: false, isSubscribed: false, isStale: true };
	const ids = Object.keys(session.runs);
	return {
		session: { ...session, runs: Object.fromEntries(ids.map((runId) => [runId, fresh])) },
		effects: ids.map((runId) => ({ type: "subscribe", runId, afterSeq: 0 })),
	};
}

function closed(
	session: Session,
	{ code, why, retryAfterS = 0 }: Extract<Input, { type: "closed" }>,
	world: SessionWorld,
): Step {
	const { link } = session;
	if (link.state === "idle" || link.state === "stopped" || link.state === "waiting") return stay(session);
	if (code === closeCodes.tokenRevoked || code === closeCodes.versionMismatch) {
		return stay(unsubscribed({ ...session, link: { state: "stopped", why } }));
	}
	const held = link.state === "ready" && world.nowMs - link.sinceMs >= backoff.resetAfterMs;
	const failures = held ? 0 : session.failures;
	const isIdle = session.wanted === 0 && unfinished(session).length === 0;
	if (isIdle && failures >= backoff.triesWhenIdle) {
		return stay(unsubscribed({ ...session, failures, link: { state: "stopped", why } }));
	}
	const longestS = Math.min(backoff.longestS, backoff.firstS * 2 ** failures);
	const ms = Math.max(world.random() * longestS, retryAfterS) * 1000;
	const waiting: Link = { state: "waiting", untilMs: world.nowMs + ms, why };
	return {
		session: unsubscribed({ ...session, failures: failures + 1, link: waiting }),
		effects: [{ type: "wait", ms }],
	};
}

function unsubscribed(session: Session): Session {
	const entries = Object.entries(session.runs).map(([runId, run]) => [runId, { ...run, isSubscribed: false }] as const);
	return { ...session, runs: Object.fromEntries(entries) };
}

function follow(session: Session, { runId, isStale = false, ...known }: Extract<Input, { type: "follow" }>): Step {
	if (Object.hasOwn(session.runs, runId)) return stay(session);
	const cursor = isStale ? 0 : known.cursor;
	const isFinal = known.isFinal && !isStale;
	const runs = { ...session.runs, [runId]: { cursor, isFinal, isStale, isSubscribed: false } };
	const isDue = session.link.state === "ready" && !isFinal;
	return { session: { ...session, runs }, effects: isDue ? [{ type: "subscribe", runId, afterSeq: cursor }] : [] };
}

function subscribed(session: Session, { runId, lastSeq, final }: Extract<Input, { type: "subscribed" }>): Step {
	const run = session.runs[runId];
	if (!run) return stay(session);
	const isFinal = run.isFinal || (final && run.cursor >= lastSeq);
	const next = update(session, runId, { isSubscribed: true, isFinal, isStale: false });
	return { session: next, effects: run.isStale ? [{ type: "restart", runId }] : [] };
}

function subscribeFailed(session: Session, { runId, code }: Extract<Input, { type: "subscribeFailed" }>): Step {
	if (!Object.hasOwn(session.runs, runId)) return stay(session);
	if (code === "not_found") {
		return { session: { ...session, runs: without(session.runs, runId) }, effects: [{ type: "gone", runId }] };
	}
	if (code !== "cursor_ahead") return stay(update(session, runId, { isSubscribed: false }));
	return {
		session: update(session, runId, { cursor: 0, isFinal: false, isSubscribed: false, isStale: true }),
		effects: [{ type: "subscribe", runId, afterSeq: 0 }],
	};
}

/** Delivery is at least once: seen events are ignored, a gap asks again from the cursor, once. */
function receive(session: Session, { runId, seq, isFinal }: Extract<Input, { type: "event" }>): Step {
	const run = session.runs[runId];
	if (!run || run.isFinal || run.isStale) return stay(session);
	const outcome = place(run.cursor, seq);
	if (outcome === "ignored") return stay(session);
	if (outcome === "applied") {
		const next = update(session, runId, { cursor: seq, isFinal });
		return { session: next, effects: [{ type: "apply", runId }, ...(isFinal ? subscribeNext(next) : [])] };
	}
	if (!run.isSubscribed) return stay(session);
	return {
		session: update(session, runId, { isSubscribed: false }),
		effects: [{ type: "subscribe", runId, afterSeq: run.cursor }],
	};
}

/** A run that ended makes room for one that had to wait, where a connection may not follow all. */
function subscribeNext({ runs }: Session): Effect[] {
	const [waiting] = Object.entries(runs).filter(([, { isFinal, isSubscribed }]) => !isFinal && !isSubscribed);
	return waiting ? [{ type: "subscribe", runId: waiting[0], afterSeq: waiting[1].cursor }] : [];
}

function update(session: Session, runId: string, change: Partial<Followed>): Session {
	const run = session.runs[runId];
	if (!run) return session;
	return { ...session, runs: { ...session.runs, [runId]: { ...run, ...change } } };
}

function without(runs: Session["runs"], runId: string): Session["runs"] {
	return Object.fromEntries(Object.entries(runs).filter(([id]) => id !== runId));
}
