/** Turns a chat request into the practice teacher's answer, with the fault it was told to have. */
import * as z from "zod/mini";
import { Message } from "../core/sample-row.ts";
import { practiceJudgement } from "./judge.ts";
import { type CannedAnswer, characters } from "./teachers-characters.ts";
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
});
export type ChatBody = z.infer<typeof ChatBody>;

export const judgeModel = "practice-judge";
export const practiceModels: readonly string[] = [...Object.keys(characters), judgeModel];

/** A token of practice text, in characters; real tokenizers differ by language. */
const charactersPerToken = 4;
export const tokensOf = (text: string): number => Math.ceil(text.length / charactersPerToken);

export function practiceAnswer(
	body: ChatBody,
	texts: PracticeTexts,
	knobs: TeacherKnobs,
	fault: FaultName | undefined,
): CannedAnswer {
	const answer = faulty(sized(rawAnswer(body, texts, knobs), knobs), fault);
	const limit = body.max_completion_tokens ?? body.max_tokens;
	if (limit === undefined || limit === null || knobs.ignoresTokenLimit || tokensOf(answer.text) <= limit) return answer;
	return { text: answer.text.slice(0, limit * charactersPerToken), finishReason: "length" };
}

function rawAnswer(body: ChatBody, texts: PracticeTexts, knobs: TeacherKnobs): CannedAnswer {
	if (body.model === judgeModel)
		return { text: JSON.stringify(practiceJudgement(body.messages)), finishReason: "stop" };
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
