/** Faults the practice server can be told to have; each is one that real servers show (generation.md 6.1). */

/** Shares are from 0 to 1 and drawn per attempt; everything absent is off. */
export interface TeacherKnobs {
	/** Fixed, or log-normal with this median and 99th percentile. */
	readonly latencyMs?: number | { readonly median: number; readonly p99: number };
	/** Works on so many at once; the latency of more grows in proportion, and no 429 is ever sent. */
	readonly width?: number;
	/** More requests at once than this get 429. */
	readonly cap?: number;
	/** Sent with each 429, in seconds. */
	readonly retryAfterS?: number;
	/** So many requests in each window of so many seconds, told in `x-ratelimit-*` headers; more get 429. */
	readonly rateWindow?: { readonly requests: number; readonly seconds: number };
	/** Tokens a prompt may have; what is more is cut off at its beginning, without an error. */
	readonly contextTokens?: number;
	/** Requests after this many get 429 with `insufficient_quota`. */
	readonly quota?: number;
	readonly error500?: number;
	readonly error503?: number;
	/** Share of requests whose first attempt gets 500. */
	readonly firstTry500?: number;
	/** The connection is closed without an answer. */
	readonly reset?: number;
	/** HTTP 200 with an `error` object. */
	readonly okWithError?: number;
	/** Headers, half a body, then silence. */
	readonly stall?: number;
	/** A body that is not JSON. */
	readonly brokenBody?: number;
	/** An answer whose JSON is broken. */
	readonly brokenJson?: number;
	/** Cut off, `finish_reason` is `length`. */
	readonly length?: number;
	/** An answer that runs into blanks until its limit. */
	readonly blankLoop?: number;
	readonly empty?: number;
	readonly refusal?: number;
	readonly noUsage?: boolean;
	readonly ignoresTokenLimit?: boolean;
	/** The strictest answer form it keeps to; `ignored` accepts all and keeps none, `refused` answers 400 to all. */
	readonly schemaSupport?: "strict" | "schema" | "object" | "ignored" | "refused";
	/** The one token field it keeps to; both where absent. */
	readonly tokenField?: "max_tokens" | "max_completion_tokens";
	/** What the other field meets. */
	readonly otherTokenField?: "ignored" | "refused";
	/** How long a batch takes. */
	readonly batchMs?: number;
	/** Share of a batch's requests that are not answered before it expires. */
	readonly batchExpires?: number;
	/** Every batch fails its validation. */
	readonly batchFails?: boolean;
	/** No batch is known any more, as after a provider's retention time. */
	readonly batchForgets?: boolean;
	/** The step that is done and never answered, as when the line breaks at the worst moment. */
	readonly batchHang?: "upload" | "create" | "retrieve" | "list" | "cancel" | "content";
	/** Makes every answer different, for runs larger than the canned texts. */
	readonly numbered?: boolean;
	/** Bytes an answer is padded to. */
	readonly answerSize?: number;
}

/** Milliseconds to wait before answering. `random` is uniform in [0, 1). */
export function drawnLatency(latency: TeacherKnobs["latencyMs"], random: () => number): number {
	if (latency === undefined || typeof latency === "number") return latency ?? 0;
	// The 99th percentile of a normal distribution lies 2.326 standard deviations above its mean.
	const sigma = Math.log(latency.p99 / latency.median) / 2.326;
	const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
	return latency.median * Math.exp(sigma * normal);
}

/** The one fault an attempt shows: shares are laid side by side and one number is drawn. */
export function drawnFault(knobs: TeacherKnobs, random: () => number): FaultName | undefined {
	let left = random();
	for (const name of faultNames) {
		left -= knobs[name] ?? 0;
		if (left < 0) return name;
	}
	return undefined;
}

const faultNames = [
	"error500",
	"error503",
	"reset",
	"okWithError",
	"stall",
	"brokenBody",
	"brokenJson",
	"length",
	"blankLoop",
	"empty",
	"refusal",
] as const;
export type FaultName = (typeof faultNames)[number];
