/** The errors of the trainer protocol (§10): which JSON-RPC code each has and whether a repeat may help. */
import * as z from "zod/mini";

const table = {
	parse_error: [-32700, false],
	invalid_request: [-32600, false],
	method_not_found: [-32601, false],
	invalid_params: [-32602, false],
	internal: [-32603, true],
	not_initialized: [-32000, false],
	already_initialized: [-32000, false],
	protocol_unsupported: [-32000, false],
	rate_limited: [-32000, true],
	shutting_down: [-32000, true],
	too_many_subscriptions: [-32000, false],
	timeout: [-32000, true],
	not_found: [-32000, false],
	cursor_ahead: [-32000, false],
	invalid_spec: [-32000, false],
	capability_missing: [-32000, false],
	model_not_allowed: [-32000, false],
	dataset_missing: [-32000, false],
	idempotency_conflict: [-32000, false],
	launch_cancelled: [-32000, false],
	not_resumable: [-32000, false],
	checkpoint_missing: [-32000, false],
	run_active: [-32000, false],
	quota_exceeded: [-32000, false],
	disk_full: [-32000, true],
	upload_unknown: [-32000, false],
	length_mismatch: [-32000, false],
	hash_mismatch: [-32000, false],
	bad_rows: [-32000, false],
	artifact_missing: [-32000, false],
	range_invalid: [-32000, false],
} as const satisfies Record<string, readonly [number, boolean]>;

export type ErrorCode = keyof typeof table;
export const errorCodes = Object.keys(table) as readonly ErrorCode[];

/** An error as it travels. Branch on `data.code`; unknown codes are shown as they are. */
export const RpcError = z.object({
	code: z.int(),
	message: z.string(),
	data: z.looseObject({ code: z.string(), retryable: z.boolean(), param: z.optional(z.string()) }),
});
export type RpcError = z.infer<typeof RpcError>;

/** Thrown by a method of a trainer, and at the client by the request that was refused. */
export class TrainerError extends Error {
	override readonly name = "TrainerError";
	/** The protocol's own code where it is known to us. */
	readonly code: string;
	readonly retryable: boolean;
	readonly details: Readonly<Record<string, unknown>>;
	constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}, retryable?: boolean) {
		super(message);
		this.code = code;
		this.retryable = retryable ?? isRetryable(code);
		this.details = details;
	}
}

export function encodeError(error: TrainerError): RpcError {
	const { code, message, details, retryable } = error;
	const number = Object.hasOwn(table, code) ? table[code as ErrorCode][0] : -32000;
	return { code: number, message, data: { ...details, code, retryable } };
}

export function decodeError(error: RpcError): TrainerError {
	const { code, retryable, ...details } = error.data;
	return new TrainerError(code, error.message, details, retryable);
}

const isRetryable = (code: string) => Object.hasOwn(table, code) && table[code as ErrorCode][1];
