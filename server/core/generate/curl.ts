/** A chat request as a command line, to be tried by hand: the key is the name of a variable, never its value. */
import { apiBase } from "./base-url.ts";
import { chatBody } from "./chat-body.ts";
import type { ChatRequest } from "./reply.ts";

/** `keyVariable` is the name of the environment variable that holds the key, such as `POLYGLOT_KEY_GEMMA`. */
export function curlCommand(baseUrl: string, request: ChatRequest, keyVariable: string): string {
	const streaming = request.isStreamed ? { stream: true, stream_options: { include_usage: true } } : {};
	const body = JSON.stringify({ ...chatBody(request), ...streaming });
	return [
		`curl -sS ${quoted(`${apiBase(baseUrl)}/chat/completions`)}`,
		`-H "Authorization: Bearer $${keyVariable}"`,
		`-H 'Content-Type: application/json'`,
		`--data-raw ${quoted(body)}`,
	].join(" \\\n  ");
}

/** One word for a POSIX shell, whatever the text holds. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
