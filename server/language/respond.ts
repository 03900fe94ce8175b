/** Answers the editor's own requests: parses what comes in, and is the one edge where their errors leave the engine. */
import { ConnectionError, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type * as z from "zod/mini";
import { UserError } from "../core/problem.ts";
import type { NotificationType, RequestType } from "../core/request-type.ts";
import type { ServerContext } from "./feature.ts";

/** Registers the handler of one request. What it throws reaches the user with its own words; its origin goes to the log. */
export function respond<P extends z.ZodMiniType, R extends z.ZodMiniType>(
	server: ServerContext,
	type: RequestType<P, R>,
	answer: (params: z.infer<P>) => Promise<z.infer<R>> | z.infer<R>,
): void {
	server.connection.onRequest(type.method, async (params: unknown) => {
		try {
			return await answer(type.params.parse(params));
		} catch (cause) {
			if (!(cause instanceof UserError)) server.runtime.log(`${type.method}: ${stackOf(cause)}`);
			return new ResponseError(LSPErrorCodes.RequestFailed, cause instanceof Error ? cause.message : String(cause));
		}
	});
}

/** Tells the editor something; an editor without this extension ignores it. */
export function notify<P extends z.ZodMiniType>(
	server: ServerContext,
	type: NotificationType<P>,
	params: z.infer<P>,
): void {
	try {
		void server.connection.sendNotification(type.method, params as object);
	} catch (cause) {
		// What was found out as the editor left needs no word any more.
		if (!(cause instanceof ConnectionError)) throw cause;
	}
}

/** Throws unless the workspace is trusted: then nothing may be sent or written. */
export function requireTrust(server: ServerContext): void {
	if (server.isTrusted()) return;
	throw new UserError("untrusted", "This workspace is not trusted, so nothing is sent anywhere. Trust it to go on.");
}

/** The folder that runs, students and scores are stored in. Throws without one. */
export function requireFolder(server: ServerContext): string {
	const folder = server.folder();
	if (folder !== undefined) return folder;
	throw new UserError("no-folder", "Open a folder first: samples, runs and scores are stored in it.");
}

function stackOf(cause: unknown): string {
	return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
