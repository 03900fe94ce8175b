/** Turns a chat request into the practice teacher's answer, with the fault it was told to have. */
import * as z from "zod/mini";
import { Message } from "../core/sample-row.ts";
import { practiceJudgement } from "./judge.ts";
import { type CannedAnswer, characters } from "./teachers-characters.ts";
import { codeWordAnswer } from "./teachers-context.ts";
import type { FaultName, TeacherKnobs } from "./teachers-knobs.ts";
import { readQuestion } from "./teachers-question.ts";
import type { PracticeTexts } from "./teachers-texts.ts";

export const ChatBody = z.looseObject({
	model: z.string(),
	messages: z.array(Message).check(z.minLength(1)),
	stream: z.optional(z.nullable(z.boolean())),
	stream_options: z.optional(z.nullable(z.looseObject({ include_usage: z.optional(z.boolean()) }))),
	seed: z.optional(z.nullable(z.int())),
	max_tokens: z.optional(z.nullable(z.int())),
	max_completion_tokens: z.optional(z.nullable(z.int())),
	response_format: z.optional(
		z.looseObject({
			type: z.string(),
			json_schema: z.optional(
				z.looseObject({
					strict: z.optional(z.boolean()),
					schema: z.looseObject({ required: z.optional(z.array(z.string())) }),
				}),
			),
		}),
	),
});
export type ChatBody = z.infer<typeof ChatBody>;

export const judgeModel = "practice-judge";
export const practiceModels: readonly string[] = [...Object.keys(characters), judgeModel];

/** A token of practice text, in characters; real tokenizers differ by language. */
export const charactersPerToken = 4;
export const tokensOf = (text: string): number => Math.ceil(text.length / charactersPerToken);

export function practiceAnswer(
	body: ChatBody,
	texts: PracticeTexts,
	knobs: TeacherKnobs,
	fault: FaultName | undefined,
): CannedAnswer {
	const answer = faulty(sized(rawAnswer(body, texts, knobs), knobs), fault);
	const limit = limitOf(body, knobs);
	if (limit === undefined || limit === null || knobs.ignoresTokenLimit || tokensOf(answer.text) <= limit) return answer;
	return { text: answer.text.slice(0, limit * charactersPerToken), finishReason: "length" };
}

function limitOf(
	{ max_tokens, max_completion_tokens }: ChatBody,
	{ tokenField }: TeacherKnobs,
): number | null | undefined {
	if (tokenField === undefined) return max_completion_tokens ?? max_tokens;
	return tokenField === "max_tokens" ? max_tokens : max_completion_tokens;
}

/** Why the server does not take the request's options; undefined where it does. */
export function refusedOption(
	body: ChatBody,
	{ schemaSupport, tokenField, otherTokenField }: TeacherKnobs,
): string | undefined {
	const other = tokenField === "max_tokens" ? "max_completion_tokens" : "max_tokens";
	if (tokenField !== undefined && otherTokenField === "refused" && body[other] != null)
		return `Unsupported parameter: ${other}.`;
	const asked = formOf(body);
	if (asked === undefined || schemaSupport === undefined || schemaSupport === "ignored") return undefined;
	return rank[asked] < rank[schemaSupport] ? `response_format ${asked} is not supported.` : undefined;
}

const rank = { strict: 0, schema: 1, object: 2, refused: 3, ignored: 3 } as const;

function formOf({ response_format: format }: ChatBody): "strict" | "schema" | "object" | undefined {
	if (format?.type === "json_object") return "object";
	if (format?.type !== "json_schema") return undefined;
	return format.json_schema?.strict ? "strict" : "schema";
}

/** Texts under the names a schema requires, where the request has one and the server keeps to it. */
function bySchema(body: ChatBody, { schemaSupport }: TeacherKnobs): CannedAnswer | undefined {
	const form = formOf(body);
	if (form === undefined || schemaSupport === undefined || schemaSupport === "ignored") return undefined;
	const inPrompt = /"required":(\[[^\]]*\])/.exec(body.messages.at(-1)?.content ?? "")?.[1];
	const names =
		form === "object"
			? z.array(z.string()).parse(JSON.parse(inPrompt ?? "[]"))
			: (body.response_format?.json_schema?.schema.required ?? []);
	if (names.length === 0 || names.includes("response")) return undefined;
	return { text: JSON.stringify(Object.fromEntries(names.map((name) => [name, "practice"]))), finishReason: "stop" };
}

function rawAnswer(body: ChatBody, texts: PracticeTexts, knobs: TeacherKnobs): CannedAnswer {
	if (body.model === judgeModel)
		return { text: JSON.stringify(practiceJudgement(body.messages)), finishReason: "stop" };
	const codeWord = codeWordAnswer(body.messages);
	if (codeWord !== undefined) return { text: codeWord, finishReason: "stop" };
	const shaped = bySchema(body, knobs);
	if (shaped) return shaped;
	const character = characters[body.model];
	if (!character) throw new Error(`There is no practice teacher ${body.model}.`);
	const question = readQuestion(body.messages, body.seed ?? undefined, texts);
	const answer = character(question, texts);
	return knobs.numbered ? numbered(answer, question.number, question.form === "pair") : answer;
}

/** Puts the request's number into the text, in front of the closing quote of a pair's response. */
function numbered(answer: CannedAnswer, number: number, isPair: boolean): CannedAnswer {
	const mark = ` (${number.toString(36)})`;
	return { ...answer, text: isPair ? answer.text.replace(/"\}$/, `${mark}"}`) : answer.text + mark };
}

function sized(answer: CannedAnswer, { answerSize = 0 }: TeacherKnobs): CannedAnswer {
	const missing = answerSize - answer.text.length;
	if (missing <= 0) return answer;
	const padding = " …".repeat(Math.ceil(missing / 2));
	return {
		...answer,
		text: answer.text.endsWith('"}') ? answer.text.replace(/"\}$/, `${padding}"}`) : answer.text + padding,
	};
}

function faulty(answer: CannedAnswer, fault: FaultName | undefined): CannedAnswer {
	switch (fault) {
		case "brokenJson":
			return { text: answer.text.replace(/"\}$/, ""), finishReason: "stop" };
		case "length":
			return { text: answer.text.slice(0, Math.ceil(answer.text.length / 2)), finishReason: "length" };
		case "blankLoop":
			return { text: `${answer.text.slice(0, 12)}${"\n ".repeat(2_000)}`, finishReason: "length" };
		case "empty":
			return { text: "", finishReason: "stop" };
		default:
			return answer;
	}
}
