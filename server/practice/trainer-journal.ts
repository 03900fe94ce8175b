/** What stands in a practice trainer's journal, and how a run follows from its events. */
import type { RunEvent } from "../core/trainer/events.ts";
import type { Dataset, Run, RunState } from "../core/trainer/objects.ts";
import type { PracticeSpec } from "./trainer-spec.ts";

/** A run with its log. `events` holds what is on disk; `seq` and `state` are ahead of it while a row is written. */
export interface StoredRun {
	run: Run;
	readonly spec: PracticeSpec;
	readonly filled: Record<string, unknown>;
	readonly events: RunEvent[];
	seq: number;
	state: RunState;
	/** The user's wish to stop, obeyed between two steps. */
	isCancelled: boolean;
	/** Where the next attempt starts; undefined: at step 0. */
	resumeFrom: number | undefined;
	/** Called when an event is on disk or the run is gone. */
	readonly watchers: Set<() => void>;
	isDeleted: boolean;
}

export interface Launch {
	readonly method: string;
	/** Hash of the params as a JSON value, without the key. */
	readonly hash: string;
	readonly runId: string;
}

export type KeyedLaunch = Launch & { readonly key: string };

export interface EventDetails {
	readonly attempt?: number;
	readonly launch?: KeyedLaunch;
}

export type Entry =
	| { readonly entry: "server"; readonly serverId: string; readonly logEpoch: string }
	| {
			readonly entry: "run";
			readonly run: Run;
			readonly spec: PracticeSpec;
			readonly filled: Record<string, unknown>;
			readonly resumeFrom?: number;
			readonly launch: KeyedLaunch;
			readonly event: RunEvent;
	  }
	| { readonly entry: "event"; readonly runId: string; readonly event: RunEvent; readonly launch?: KeyedLaunch }
	| { readonly entry: "intent"; readonly runId: string }
	| { readonly entry: "deleted"; readonly runId: string }
	| { readonly entry: "dataset"; readonly dataset: Dataset };

export const finalStates: readonly string[] = ["succeeded", "failed", "cancelled"];

export interface StateDetails {
	readonly reason?: string | null;
	readonly fault?: "user" | "system";
	readonly message?: string;
	readonly fromStep?: number;
}

export function stateData(state: RunState, reason: string | null): Record<string, unknown> {
	return { state, reason, fault: null, final: finalStates.includes(state), engine: "practice", engineHandle: null };
}

export function follow(run: Run, { type, data, ts }: RunEvent): Run {
	if (type === "run.progress") return { ...run, step: Number(data.step), totalSteps: data.totalSteps as number | null };
	if (type === "run.metric") return { ...run, step: Number(data.step) };
	if (type === "run.error") return { ...run, error: { code: String(data.code), message: String(data.message) } };
	if (type !== "run.state") return run;
	const { state, reason, fault, final } = data as Pick<Run, "state" | "reason" | "fault" | "final">;
	const startedAt = run.startedAt ?? (state === "preparing" ? ts : null);
	const error = state === "queued" ? null : run.error;
	return { ...run, state, reason, fault, final, startedAt, error, endedAt: final ? ts : null };
}
