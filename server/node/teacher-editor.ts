/** A teacher that is one of the editor's own language models: asked through a door, judged like any other. */

import { type CompletionDoor, editorFailures } from "../core/generate/completion-door.ts";
import type { LanguageModelQuestion, LanguageModelReply } from "../core/generate/language-model-request.ts";
import { redact } from "../core/generate/redact.ts";
import type { ChatRequest, Reply } from "../core/generate/reply.ts";
import type { EditorTeacher } from "../core/project.ts";

const defaultTimeoutMs = 10 * 60_000;

export class EditorEndpoint {
	readonly #teacher: EditorTeacher;
	readonly #door: CompletionDoor;
	readonly #timeoutMs: number;

	constructor(teacher: EditorTeacher, door: CompletionDoor, timeoutMs = defaultTimeoutMs) {
		this.#teacher = teacher;
		this.#door = door;
		this.#timeoutMs = timeoutMs;
	}

	/** Asks once. Rejects only when `signal` was aborted. */
	async complete(request: ChatRequest, signal: AbortSignal): Promise<Reply> {
		signal.throwIfAborted();
		const timeout = AbortSignal.timeout(this.#timeoutMs);
		try {
			const reply = await this.#door.ask(question(this.#teacher, request), AbortSignal.any([signal, timeout]));
			return readReply(reply);
		} catch (cause) {
			signal.throwIfAborted();
			const text = timeout.aborted ? `No complete answer within ${this.#timeoutMs / 1000} s.` : String(cause);
			return failure("transient", text);
		}
	}

	async close(): Promise<void> {}
}

function question({ name, vendor, family, id }: EditorTeacher, request: ChatRequest): LanguageModelQuestion {
	const { messages, temperature = null, topP = null, maxTokens = null } = request;
	const selector = {
		...(vendor === undefined ? {} : { vendor }),
		...(family === undefined ? {} : { family }),
		...(id === undefined ? {} : { id }),
	};
	return { teacher: name, selector, messages: [...messages], temperature, topP, maxTokens };
}

function readReply(reply: LanguageModelReply): Reply {
	if (reply.type === "answer") return answer(reply.text, reply.usage);
	if (reply.reason === "refused") return { ...answer("", null), isRefusal: true };
	return failure(editorFailures[reply.reason], reply.message);
}

/** The editor says nothing of why an answer ended. */
const answer = (text: string, usage: Extract<LanguageModelReply, { type: "answer" }>["usage"]) => ({
	type: "answer" as const,
	text,
	finishReason: null,
	usage,
	isRefusal: false,
	hasReasoning: false,
	isPractice: false,
});

const failure = (kind: "fatal" | "busy" | "transient" | "unreachable" | "rejected", message: string): Reply => ({
	type: "failure",
	kind,
	status: null,
	message: redact(message),
	retryAfterMs: null,
});
