/** Reads the body of a chat completion; everything in it is optional, since servers leave out what they like. */
import * as z from "zod/mini";
import { classifyInBody } from "./classify-failure.ts";
import type { Answer, FailureKind } from "./reply.ts";

const Completion = z.looseObject({
	system_fingerprint: z.nullish(z.string()),
	choices: z.array(
		z.looseObject({
			finish_reason: z.nullish(z.string()),
			message: z.looseObject({
				content: z.nullish(z.string()),
				refusal: z.nullish(z.string()),
				reasoning: z.nullish(z.unknown()),
				reasoning_content: z.nullish(z.unknown()),
			}),
		}),
	),
	usage: z.nullish(z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int() })),
});

const BodyError = z.looseObject({
	error: z.looseObject({ message: z.nullish(z.string()), code: z.nullish(z.union([z.string(), z.number()])) }),
});

/** Not redacted yet. */
export interface BodyFailure {
	readonly type: "body-failure";
	readonly kind: FailureKind;
	readonly message: string;
}

/** Some gateways answer 200 and put the error into the body. */
export function errorInside(body: unknown): BodyFailure | undefined {
	const error = BodyError.safeParse(body);
	if (!error.success) return undefined;
	const { message, code } = error.data.error;
	const text = message ?? "no reason given";
	const kind = classifyInBody(code === null || code === undefined ? null : String(code), text);
	return { type: "body-failure", kind, message: `The server answered 200 with an error inside: ${text}` };
}

/** The answer, or why there is none; undefined where the body is no chat completion at all. */
export function readCompletion(body: unknown, isMarkedPractice: boolean): Answer | BodyFailure | undefined {
	const failure = errorInside(body);
	if (failure) return failure;
	const completion = Completion.safeParse(body);
	const choice = completion.data?.choices[0];
	if (!completion.success || !choice) return undefined;
	const { message, finish_reason: finishReason = null } = choice;
	if (finishReason === "error")
		return { type: "body-failure", kind: "transient", message: "The server broke off with finish reason `error`." };
	const { usage, system_fingerprint: fingerprint } = completion.data;
	return {
		type: "answer",
		text: message.content ?? "",
		finishReason,
		usage: usage ? { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens } : null,
		isRefusal: finishReason === "content_filter" || (message.refusal ?? "") !== "",
		hasReasoning: Boolean(message.reasoning ?? message.reasoning_content),
		isPractice: isMarkedPractice || fingerprint === "practice",
	};
}
