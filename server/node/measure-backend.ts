/** What every backend that is asked over a network has in common. */
import type { BackendEstimate } from "../core/measure/measure-progress.ts";
import type { MeasureLane } from "./measure-lane.ts";

/** A sample with both a prompt and a response. */
export interface CompleteSample {
	readonly prompt: string;
	readonly context: string;
	readonly response: string;
	readonly language: string | null;
	/** The line as it stands, without its break. */
	readonly line: string;
}

/** What some values would take. */
export interface BackendNeed {
	readonly cached: number;
	readonly missing: number;
	readonly calls: number;
	readonly promptTokens: number;
	readonly completionTokens: number;
}

export const noNeed: BackendNeed = { cached: 0, missing: 0, calls: 0, promptTokens: 0, completionTokens: 0 };

export function addedNeed(left: BackendNeed, right: BackendNeed): BackendNeed {
	return {
		cached: left.cached + right.cached,
		missing: left.missing + right.missing,
		calls: left.calls + right.calls,
		promptTokens: left.promptTokens + right.promptTokens,
		completionTokens: left.completionTokens + right.completionTokens,
	};
}

/** Asks one endpoint about each of a block of complete samples, and answers in order. */
export interface SampleBackend<Value> {
	readonly backend: string;
	readonly kind: BackendEstimate["kind"];
	/** Null where no lane of ours leads there, as to a trainer. */
	readonly lane: MeasureLane | null;
	/** Tries the backend. Throws `UserError` where it can't measure. */
	prepare(signal: AbortSignal): Promise<void>;
	/** What samples would take, before anything is asked. */
	need(samples: readonly CompleteSample[]): BackendNeed;
	/** Shown all samples before the first is asked about; only where one large request is better than many. */
	gather?(samples: readonly CompleteSample[]): void;
	ask(samples: readonly CompleteSample[], signal: AbortSignal): Promise<readonly Value[]>;
	warnings(): readonly string[];
}
