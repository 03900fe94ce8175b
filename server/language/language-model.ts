/** The engine's door to the editor's own language models: an LSP request to the client, which asks them with the user's consent. */
import { CancellationTokenSource, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { CompletionDoor } from "../core/generate/completion-door.ts";
import { type LanguageModelReply, languageModelRequest } from "../core/generate/language-model-request.ts";
import type { ServerContext } from "./feature.ts";

export function editorDoor({ connection }: Pick<ServerContext, "connection">): CompletionDoor {
	return {
		async ask(question, signal) {
			signal.throwIfAborted();
			const source = new CancellationTokenSource();
			const aborted = abortion(signal, () => source.cancel());
			try {
				const asked = connection.sendRequest(languageModelRequest.method, question, source.token);
				return readReply(await Promise.race([asked, aborted.rejected]));
			} catch (cause) {
				signal.throwIfAborted();
				return failedReply(cause);
			} finally {
				aborted.forget();
				source.dispose();
			}
		},
	};
}

/** An editor that goes on silently after a cancelled request must not keep the engine waiting. */
function abortion(signal: AbortSignal, cancel: () => void) {
	let stop: () => void = () => {};
	const rejected = new Promise<never>((_, reject) => {
		stop = () => {
			cancel();
			reject(signal.reason);
		};
		signal.addEventListener("abort", stop, { once: true });
	});
	return { rejected, forget: () => signal.removeEventListener("abort", stop) };
}

function readReply(answer: unknown): LanguageModelReply {
	const reply = languageModelRequest.result.safeParse(answer);
	if (reply.success) return reply.data;
	return { type: "failure", reason: "transient", message: "The editor's answer is none of the agreed form." };
}

function failedReply(cause: unknown): LanguageModelReply {
	if (cause instanceof ResponseError && cause.code === ErrorCodes.MethodNotFound)
		return { type: "failure", reason: "no-model", message: "This editor lends out no language models." };
	const message = cause instanceof Error ? cause.message : String(cause);
	return { type: "failure", reason: "transient", message: `The editor could not ask its model: ${message}` };
}
