/** Reads one websocket text message of the trainer protocol, from either side (§2). */
import * as z from "zod/mini";
import { RpcError, TrainerError } from "./errors.ts";
import { RunEventOfRun } from "./events.ts";
import type { Limits } from "./limits.ts";
import { isMethod, type MethodName, methods, type Params } from "./methods.ts";
import { Count, TransferId } from "./objects.ts";

const Request = z.object({
	jsonrpc: z.literal("2.0"),
	id: z.int().check(z.gte(1)),
	method: z.string(),
	params: z.optional(z.record(z.string(), z.unknown())),
});

export const Response = z.union([
	z.object({ jsonrpc: z.literal("2.0"), id: z.int(), result: z.record(z.string(), z.unknown()) }),
	z.object({ jsonrpc: z.literal("2.0"), id: z.nullable(z.int()), error: RpcError }),
]);

export const Notice = z.looseObject({
	kind: z.string(),
	runIds: z.optional(z.array(z.string())),
	runId: z.optional(z.string()),
	inS: z.optional(z.number()),
});
export const UploadProgress = z.object({ uploadId: TransferId, offset: Count, error: z.optional(z.string()) });
export type UploadProgress = z.infer<typeof UploadProgress>;

export const Notification = z.discriminatedUnion("method", [
	z.object({ jsonrpc: z.literal("2.0"), method: z.literal("event"), params: RunEventOfRun }),
	z.object({ jsonrpc: z.literal("2.0"), method: z.literal("notice"), params: Notice }),
	z.object({ jsonrpc: z.literal("2.0"), method: z.literal("datasets.progress"), params: UploadProgress }),
]);

export type ServerMessage = z.infer<typeof Response> | z.infer<typeof Notification>;

/** What the server said, or undefined for something this version does not know. Throws on text that is not JSON. */
export function readServerMessage(text: string): ServerMessage | undefined {
	const value: unknown = JSON.parse(text);
	const isReply = typeof value === "object" && value !== null && !Object.hasOwn(value, "method");
	const parsed = isReply ? Response.safeParse(value) : Notification.safeParse(value);
	return parsed.success ? parsed.data : undefined;
}

export interface ReadRequest {
	readonly id: number;
	readonly method: string;
	readonly params: Readonly<Record<string, unknown>>;
}

/** The request in `text`. Throws a TrainerError `parse_error` (answered with id null) or `invalid_request`. */
export function readRequest(text: string, limits: Pick<Limits, "jsonDepth" | "jsonValues">): ReadRequest {
	const value = parseJson(text);
	const complaint = measure(value, limits);
	if (complaint) throw new TrainerError("invalid_request", complaint);
	const parsed = Request.safeParse(value);
	if (!parsed.success) throw new TrainerError("invalid_request", `Not a request: ${firstIssue(parsed.error).message}`);
	const { id, method, params = {} } = parsed.data;
	return { id, method, params };
}

/** The params as the method wants them. Throws `method_not_found` or `invalid_params`. */
export function readParams<M extends MethodName>(method: M, params: unknown): Params<M>;
export function readParams(method: string, params: unknown): unknown;
export function readParams(method: string, params: unknown): unknown {
	if (!isMethod(method)) throw new TrainerError("method_not_found", `There is no method ${quoted(method)}.`);
	if (!isWellFormed(params)) throw new TrainerError("invalid_params", "A text in params is not well-formed Unicode.");
	const parsed = methods[method].params.safeParse(params);
	if (parsed.success) return parsed.data;
	const { message, param } = firstIssue(parsed.error);
	throw new TrainerError("invalid_params", `${param || "params"}: ${message}`, { param });
}

/** The first thing wrong, with a JSON Pointer to it. */
export function firstIssue(error: z.core.$ZodError): { readonly message: string; readonly param: string } {
	const [issue] = error.issues;
	if (!issue) return { message: "invalid", param: "" };
	const unknownKey = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
	return { message: issue.message, param: jsonPointer([...issue.path, ...unknownKey]) };
}

export function jsonPointer(path: readonly PropertyKey[]): string {
	return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new TrainerError("parse_error", `Not JSON: ${String(cause instanceof Error ? cause.message : cause)}`);
	}
}

/** Depth and number of values, without recursion, so that a hostile message costs no stack. */
function measure(root: unknown, limits: Pick<Limits, "jsonDepth" | "jsonValues">): string | undefined {
	const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
	let values = 0;
	for (let next = open.pop(); next; next = open.pop()) {
		const { value, depth } = next;
		values += 1;
		if (values > limits.jsonValues) return `More than ${limits.jsonValues} values.`;
		if (typeof value !== "object" || value === null) continue;
		if (depth >= limits.jsonDepth) return `Nested deeper than ${limits.jsonDepth}.`;
		for (const child of Object.values(value)) open.push({ value: child, depth: depth + 1 });
	}
	return undefined;
}

function isWellFormed(value: unknown): boolean {
	if (typeof value === "string") return value.isWellFormed();
	if (typeof value !== "object" || value === null) return true;
	return Object.entries(value).every(([key, child]) => key.isWellFormed() && isWellFormed(child));
}

const quoted = (text: string) => JSON.stringify(text.slice(0, 80));
