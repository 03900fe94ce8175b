/** What a connection's error says: whether anything was reached at all, and the system's own code. */

/** Errors before a connection stood; anything later may pass by itself. */
const neverConnected = new Set([
	"ECONNREFUSED",
	"ENOTFOUND",
	"EAI_AGAIN",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"UND_ERR_CONNECT_TIMEOUT",
	"CERT_HAS_EXPIRED",
	"DEPTH_ZERO_SELF_SIGNED_CERT",
	"SELF_SIGNED_CERT_IN_CHAIN",
	"UNABLE_TO_VERIFY_LEAF_SIGNATURE",
	"ERR_TLS_CERT_ALTNAME_INVALID",
	"ERR_SSL_WRONG_VERSION_NUMBER",
	"EPROTO",
]);

export interface ConnectionFailure {
	readonly kind: "unreachable" | "transient";
	readonly message: string;
}

export function connectionFailure(cause: unknown, origin: string): ConnectionFailure {
	const code = deepestCode(cause);
	if (code !== undefined && neverConnected.has(code))
		return { kind: "unreachable", message: `Nothing answers at ${origin} (${code}).` };
	return { kind: "transient", message: `The connection broke (${code ?? deepestMessage(cause)}).` };
}

/** fetch wraps the system's error several times over. */
function deepestCode(cause: unknown): string | undefined {
	let code: string | undefined;
	for (let error = cause, depth = 0; error instanceof Error && depth < 6; error = error.cause, depth++) {
		if ("code" in error && typeof error.code === "string") code = error.code;
		if (error instanceof AggregateError && error.errors[0] instanceof Error)
			code = deepestCode(error.errors[0]) ?? code;
	}
	return code;
}

function deepestMessage(cause: unknown): string {
	return cause instanceof Error
		? cause.cause instanceof Error
			? deepestMessage(cause.cause)
			: cause.message
		: String(cause);
}
