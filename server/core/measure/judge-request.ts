/** What a judge is asked about one sample: the rubric, then the instruction and the response as material. */
import { readLanguage } from "../languages.ts";
import type { Message } from "../sample-row.ts";
import { rubricFor } from "./rubrics.ts";

/** Characters of the response a judge reads; the rubric and the request for an answer are never cut (R20). */
export const judgedCharacters = 24_000;

/** Characters of the instruction. */
const instructionCharacters = 12_000;

export interface JudgedSample {
	readonly prompt: string;
	readonly response: string;
	/** As a row writes it. */
	readonly language: string | null;
}

/** Texts in place of our own, by language code, or * for all languages. What form the answer has stays ours. */
export type OwnRubrics = Readonly<Record<string, string>>;

export function judgeMessages({ prompt, response, language }: JudgedSample, own: OwnRubrics = {}): Message[] {
	const { text, closing } = rubricFor(language);
	return [
		{ role: "system", content: ownRubric(own, language) ?? text },
		{
			role: "user",
			content: [
				`<instruction>\n${cut(prompt, instructionCharacters)}\n</instruction>`,
				`<response>\n${cut(response, judgedCharacters)}\n</response>`,
				closing,
			].join("\n\n"),
		},
	];
}

function ownRubric(own: OwnRubrics, language: string | null): string | undefined {
	const code = readLanguage(language)?.code ?? language ?? "";
	return Object.hasOwn(own, code) ? own[code] : Object.hasOwn(own, "*") ? own["*"] : undefined;
}

/** Never between the halves of a pair, which no JSON can carry. */
function cut(text: string, most: number): string {
	if (text.length <= most) return text;
	const end = /[\ud800-\udbff]/.test(text[most - 1] ?? "") ? most - 1 : most;
	return `${text.slice(0, end)}…`;
}
