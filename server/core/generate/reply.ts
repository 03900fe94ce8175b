/** What one attempt at an endpoint came to, before anybody judged its text. */
import type { Message, Usage } from "../sample-row.ts";
import type { Quota } from "./quota.ts";

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

/** How an answer's form is asked for, from the strictest rung of the ladder to none. */
export type AnswerForm = "strict" | "schema" | "object" | "text";
export type TokenField = "max_tokens" | "max_completion_tokens";

export interface ChatRequest {
	readonly model: string;
	readonly messages: readonly Message[];
	readonly temperature?: number | undefined;
	readonly topP?: number | undefined;
	readonly maxTokens?: number | undefined;
	readonly seed?: number | undefined;
	/** Absent: `max_tokens`. */
	readonly tokenField?: TokenField | undefined;
	/** Receives the answer piece by piece, so that silence and blank loops are noticed while they happen. */
	readonly isStreamed?: boolean | undefined;
	/** Absent: plain text. */
	readonly answer?: { readonly form: AnswerForm; readonly schema: JsonSchema } | undefined;
}

/** A plain schema: everything required, nothing besides, no patterns (generation.md 2.3). */
export interface JsonSchema {
	readonly type: "object";
	readonly properties: Readonly<Record<string, { readonly type: "string" }>>;
	readonly required: readonly string[];
	readonly additionalProperties: false;
}

/** Schema of an object of texts with these names. */
export function textsSchema(...names: readonly string[]): JsonSchema {
	return {
		type: "object",
		properties: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
		required: [...names],
		additionalProperties: false,
	};
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
	/** What the server says of its quota, where it says so. */
	readonly quota?: Quota;
}

export interface Failure {
	readonly type: "failure";
	readonly kind: FailureKind;
	readonly status: number | null;
	/** Redacted, one line, with the next step where there is one. */
	readonly message: string;
	/** How long the server asks to wait. */
	readonly retryAfterMs: number | null;
	readonly quota?: Quota;
}

export type Reply = Answer | Failure;
