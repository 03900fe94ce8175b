/** A request or notification between editor and engine: its method with its schemas. */
import type * as z from "zod/mini";

/** A request's method with the schemas of both directions; each side parses what it receives. */
export interface RequestType<P extends z.ZodMiniType, R extends z.ZodMiniType> {
	readonly method: string;
	readonly params: P;
	readonly result: R;
}

export interface NotificationType<P extends z.ZodMiniType> {
	readonly method: string;
	readonly params: P;
}

export function request<P extends z.ZodMiniType, R extends z.ZodMiniType>(
	method: string,
	params: P,
	result: R,
): RequestType<P, R> {
	return { method, params, result };
}

export function notification<P extends z.ZodMiniType>(method: string, params: P): NotificationType<P> {
	return { method, params };
}
