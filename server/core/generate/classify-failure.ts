/** Which kind of failure an HTTP answer is, and how long it asks to wait. */
import type { FailureKind } from "./reply.ts";

export interface HttpFailure {
	readonly status: number;
	/** The body's `error.code` or `error.type`. */
	readonly code: string | null;
	readonly message: string;
}

/** The classes of generation.md 2.3; `insufficient_quota` and 529 as commonly known, not checked against a server. */
export function classifyHttp({ status, code, message }: HttpFailure): FailureKind {
	if (code === "insufficient_quota") return "fatal";
	if (status === 429 || status === 529) return "busy";
	if (status === 503) return /overload|capacity|busy|queue|too many/i.test(message) ? "busy" : "transient";
	if (status === 408 || status === 409 || status >= 500) return "transient";
	if (status === 400 || status === 413 || status === 422) return "rejected";
	return "fatal";
}

/** An `error` object inside a 200: the gateways that do so put the HTTP status into `code`. */
export function classifyInBody(code: string | null, message: string): FailureKind {
	const status = Number(code);
	return Number.isInteger(status) && status >= 400 ? classifyHttp({ status, code, message }) : "transient";
}

/** Milliseconds the server asks to wait, from `retry-after-ms` or `retry-after` in seconds or as a date; null if it does not say. */
export function retryAfterMs(header: (name: string) => string | null, nowMs: number): number | null {
	const exact = numberOf(header("retry-after-ms"));
	if (exact !== null) return exact;
	const text = header("retry-after");
	const seconds = numberOf(text);
	if (seconds !== null) return seconds * 1000;
	// JavaScript takes "-1" for a date as well.
	const date = text !== null && /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

/** Azure may send -1 for unknown. */
function numberOf(text: string | null): number | null {
	if (text === null || text.trim() === "") return null;
	const value = Number(text);
	return Number.isFinite(value) && value >= 0 ? value : null;
}
