/** The lines of OpenAI's batch files: what is asked, and what comes back. */
import * as z from "zod/mini";
import { type ChatBody, chatBody } from "./chat-body.ts";
import { classifyHttp } from "./classify-failure.ts";
import { type BodyFailure, readCompletion } from "./completion-body.ts";
import type { Answer, ChatRequest } from "./reply.ts";

export const batchRoute = "/v1/chat/completions";

/** One line of an input file; `place` is the request's place in its group. */
export function inputLine(place: number, request: ChatRequest): string {
	const body: ChatBody = chatBody(request);
	return `${JSON.stringify({ custom_id: customId(place), method: "POST", url: batchRoute, body })}\n`;
}

const customId = (place: number) => `request-${place}`;

const OutputLine = z.looseObject({
	custom_id: z.string(),
	response: z.nullish(z.looseObject({ status_code: z.int(), body: z.nullish(z.unknown()) })),
	error: z.nullish(z.looseObject({ code: z.nullish(z.string()), message: z.nullish(z.string()) })),
});

const HttpError = z.looseObject({
	error: z.looseObject({ message: z.nullish(z.string()), code: z.nullish(z.union([z.string(), z.number()])) }),
});

export type BatchAnswer = Answer | BodyFailure | "unanswered";

/** The place of the request and what came of it; undefined for a line that is none. */
export function readOutputLine(
	value: unknown,
	isPractice: boolean,
): { readonly place: number; readonly status: number | null; readonly answer: BatchAnswer } | undefined {
	const line = OutputLine.safeParse(value);
	const place = /^request-(\d{1,9})$/.exec(line.data?.custom_id ?? "")?.[1];
	if (!line.success || place === undefined) return undefined;
	const { response, error } = line.data;
	if (response) {
		const { status_code: status, body } = response;
		return { place: Number(place), status, answer: answerOf(status, body, isPractice) };
	}
	return {
		place: Number(place),
		status: null,
		answer: errorOf(error?.code ?? "", error?.message ?? "no reason given"),
	};
}

function answerOf(status: number, body: unknown, isPractice: boolean): BatchAnswer {
	if (status === 200)
		return readCompletion(body, isPractice) ?? failure("transient", "The batch's answer is no chat completion.");
	const { error } = HttpError.safeParse(body).data ?? {};
	const message = error?.message ?? `The batch's request failed with status ${status}.`;
	const code = error?.code === null || error?.code === undefined ? null : String(error.code);
	return failure(classifyHttp({ status, code, message }), message);
}

/** Requests that a batch did not get to were not asked, and cost nothing. */
function errorOf(code: string, message: string): BatchAnswer {
	return code === "batch_expired" || code === "batch_cancelled" ? "unanswered" : failure("transient", message);
}

const failure = (kind: BodyFailure["kind"], message: string): BodyFailure => ({ type: "body-failure", kind, message });
