/** What one attempt at an endpoint came to, before anybody judged its text. */
import type { Message, Usage } from "../sample-row.ts";

/** How a failed attempt is treated; see `attempt-policy.ts`. */
export type FailureKind =
	/** The server asks to slow down. */
	| "busy"
	/** May pass by itself: 5xx, reset, timeout, a broken stream, 200 with a passing error inside. */
	| "transient"
	/** No server answers at the address. */
	| "unreachable"
	/** The server does not accept this request. */
	| "rejected"
	/** Nothing will work until somebody acts: wrong key, no credit, unknown model, not such a server. */
	| "fatal";

export interface ChatRequest {
	readonly model: string;
	readonly messages: readonly Message[];
	readonly temperature?: number | undefined;
	readonly topP?: number | undefined;
	readonly maxTokens?: number | undefined;
	readonly seed?: number | undefined;
}

export interface Answer {
	readonly type: "answer";
	readonly text: string;
	readonly finishReason: string | null;
	readonly usage: Usage | null;
	readonly isRefusal: boolean;
	/** True where tokens went into thoughts beside the content. */
	readonly hasReasoning: boolean;
	/** Canned text of practice mode. */
	readonly isPractice: boolean;
}

export interface Failure {
	readonly type: "failure";
	readonly kind: FailureKind;
	readonly status: number | null;
	/** Redacted, one line, with the next step where there is one. */
	readonly message: string;
	/** How long the server asks to wait. */
	readonly retryAfterMs: number | null;
}

export type Reply = Answer | Failure;
