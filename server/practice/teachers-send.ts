/** Writes practice answers as an OpenAI-compatible server would, whole or as a stream, or broken on purpose. */
import type { ServerResponse } from "node:http";
import { type ChatBody, tokensOf } from "./teachers-answer.ts";
import type { CannedAnswer } from "./teachers-characters.ts";
import type { FaultName } from "./teachers-knobs.ts";

/** On every answer, so that no reader can take canned text for a model's. */
export const practiceHeader = { "x-polyglot-practice": "canned text, not a language model" };

export function sendJson(
	response: ServerResponse,
	status: number,
	body: unknown,
	headers: Record<string, string> = {},
): void {
	response.writeHead(status, { "content-type": "application/json", ...practiceHeader, ...headers });
	response.end(JSON.stringify(body));
}

export function sendError(
	response: ServerResponse,
	status: number,
	code: string,
	message: string,
	headers: Record<string, string> = {},
): void {
	sendJson(response, status, { error: { message, type: code, param: null, code } }, headers);
}

/** Faults that replace the whole answer; true where one was sent. */
export function sendFaultyBody(response: ServerResponse, fault: FaultName): boolean {
	switch (fault) {
		case "error500":
			sendError(response, 500, "server_error", "The server had an error.");
			return true;
		case "error503":
			sendError(response, 503, "overloaded", "The server is overloaded.");
			return true;
		case "reset":
			response.destroy();
			return true;
		case "okWithError":
			sendJson(response, 200, { error: { message: "Upstream failed.", code: 502 } });
			return true;
		case "brokenBody":
			response.writeHead(200, { "content-type": "application/json" }).end('{"id": "practice", "choices": [');
			return true;
		case "stall":
			response.writeHead(200, { "content-type": "application/json" }).write('{"id": "practice", ');
			return true;
		default:
			return false;
	}
}

export function sendAnswer(
	response: ServerResponse,
	body: ChatBody,
	answer: CannedAnswer,
	options: AnswerOptions,
): void {
	if (body.stream) sendStream(response, body, answer, usageOf(body, answer, options));
	else sendJson(response, 200, completionBody(body, answer, options));
}

export interface AnswerOptions {
	readonly fault: FaultName | undefined;
	readonly noUsage: boolean;
}

/** An answer as the body of a chat completion. */
export function completionBody(body: ChatBody, answer: CannedAnswer, options: AnswerOptions): object {
	const refusal = options.fault === "refusal" ? "I can't help with that." : null;
	const message = { role: "assistant", content: refusal === null ? answer.text : null, refusal };
	return {
		...envelope(body, "chat.completion"),
		choices: [{ index: 0, message, finish_reason: answer.finishReason, logprobs: null }],
		usage: usageOf(body, answer, options),
	};
}

function usageOf({ messages }: ChatBody, { text }: CannedAnswer, { noUsage }: AnswerOptions): object | undefined {
	if (noUsage) return undefined;
	const counts = {
		prompt_tokens: tokensOf(messages.map(({ content }) => content).join("\n")),
		completion_tokens: tokensOf(text),
	};
	return { ...counts, total_tokens: counts.prompt_tokens + counts.completion_tokens };
}

const envelope = ({ model }: ChatBody, object: string) => ({
	id: "chatcmpl-practice",
	object,
	created: 0,
	model,
	system_fingerprint: "practice",
});

const chunkCharacters = 48;

function sendStream(
	response: ServerResponse,
	body: ChatBody,
	{ text, finishReason }: CannedAnswer,
	usage: object | undefined,
): void {
	response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache", ...practiceHeader });
	const write = (choices: object[], rest: object = {}) =>
		response.write(`data: ${JSON.stringify({ ...envelope(body, "chat.completion.chunk"), choices, ...rest })}\n\n`);
	for (const content of pieces(text)) write([{ index: 0, delta: { role: "assistant", content }, finish_reason: null }]);
	write([{ index: 0, delta: {}, finish_reason: finishReason }]);
	if (body.stream_options?.include_usage && usage) write([], { usage });
	response.end("data: [DONE]\n\n");
}

/** Never cuts a character in two. */
function* pieces(text: string): Generator<string> {
	const characters = [...text];
	for (let start = 0; start < characters.length; start += chunkCharacters)
		yield characters.slice(start, start + chunkCharacters).join("");
}
