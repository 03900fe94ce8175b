/** A chat request as the wire has it: the body of `/chat/completions`. */
import type { ChatRequest } from "./reply.ts";

export type ChatBody = {
	readonly model: string;
	readonly messages: { role: "system" | "user" | "assistant"; content: string }[];
} & Readonly<Record<string, unknown>>;

export function chatBody(request: ChatRequest): ChatBody {
	const { model, messages, temperature, topP, maxTokens, seed, tokenField = "max_tokens", answer } = request;
	return {
		model,
		messages: messages.map(({ role, content }) => ({ role, content })),
		...(temperature === undefined ? {} : { temperature }),
		...(topP === undefined ? {} : { top_p: topP }),
		...(maxTokens === undefined ? {} : { [tokenField]: maxTokens }),
		...(answer ? responseFormat(answer) : {}),
		...(seed === undefined ? {} : { seed }),
	};
}

/** OpenAI's nested form: the flat one of some manuals is accepted and ignored by llama.cpp (generation.md 3.1). */
function responseFormat({ form, schema }: NonNullable<ChatRequest["answer"]>) {
	if (form === "text") return {};
	if (form === "object") return { response_format: { type: "json_object" } };
	const json_schema = { name: "answer", schema: { ...schema }, ...(form === "strict" ? { strict: true } : {}) };
	return { response_format: { type: "json_schema", json_schema } };
}
