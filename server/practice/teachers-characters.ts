/** The practice teachers: three characters who answer out of canned text. None of them is a language model. */
import type { Pair } from "../core/generate/answer.ts";
import type { Question } from "./teachers-question.ts";
import type { PracticeText, PracticeTexts } from "./teachers-texts.ts";

export interface CannedAnswer {
	readonly text: string;
	readonly finishReason: "stop" | "length";
}

export type Character = (question: Question, texts: PracticeTexts) => CannedAnswer;

/** By model name. */
export const characters: Readonly<Record<string, Character>> = {
	"practice-careful": (question, texts) => written(question, pairFor(question, texts)),
	"practice-terse": (question, texts) => written(question, terse(pairFor(question, texts), question.number)),
	"practice-drifting": drifting,
};

/** Good answer to the question: the known parallel text, or one or two others of the language. */
function pairFor(question: Question, texts: PracticeTexts): Pair {
	const { about, language } = question;
	const known = about && texts.parallel(about.sourceId, language);
	if (known) return varied(known, question.number);
	const choices = texts.of(language).filter(({ prompt }) => !isShown(question, prompt));
	if (question.form === "text") return varied(closest(question.content, choices), question.number);
	return composed(choices.length > 1 ? choices : texts.of(language), question.number);
}

/** Examples in the question are JSON, so a prompt is looked for as JSON writes it. */
const isShown = ({ form, content }: Question, prompt: string) =>
	form === "pair" && content.includes(JSON.stringify(prompt));

/** One text as it stands, or two in a row, so that forty texts give over a thousand different samples. */
function composed(texts: readonly PracticeText[], number: number): Pair {
	const first = texts[number % texts.length] as PracticeText;
	const step = 1 + (Math.floor(number / texts.length) % Math.max(1, texts.length - 1));
	const second = texts[(number + step) % texts.length] as PracticeText;
	if ((number >>> 7) % 2 === 0 || first === second) return varied(first, number);
	return { prompt: `${first.prompt}\n\n${second.prompt}`, response: `${first.response}\n\n${second.response}` };
}

/** The answer in full, or without its last or its second sentence, so that one question has more than one good answer. */
function varied({ prompt, response }: Pair, number: number): Pair {
	const sentences = response.match(/[^.!?。！？؟\n]+[.!?。！？؟\n]+\s*/gu) ?? [];
	const isSplit = sentences.length >= 3 && sentences.join("").length === response.length;
	const left = isSplit ? ([0, sentences.length - 1, 1][(number >>> 11) % 3] ?? 0) : 0;
	if (left === 0) return { prompt, response };
	return {
		prompt,
		response: sentences
			.filter((_, index) => index !== left)
			.join("")
			.trim(),
	};
}

/** The text that shares most words with the question. */
function closest(content: string, texts: readonly PracticeText[]): PracticeText {
	const words = new Set(wordsOf(content));
	const shared = ({ prompt }: PracticeText) => wordsOf(prompt).filter((word) => words.has(word)).length;
	return texts.reduce((best, text) => (shared(text) > shared(best) ? text : best));
}

const wordsOf = (text: string) =>
	[...new Intl.Segmenter("und", { granularity: "word" }).segment(text)]
		.filter(({ isWordLike }) => isWordLike)
		.map(({ segment }) => segment.toLowerCase());

/** Only the first sentence of the answer, said up to three times. */
function terse({ prompt, response }: Pair, number: number): Pair {
	const sentence = firstSentence(response);
	return { prompt, response: Array.from({ length: 1 + ((number >>> 3) % 3) }, () => sentence).join(" ") };
}

const firstSentence = (text: string) => /^[^.!?。！？؟\n]*[.!?。！？؟]?/u.exec(text)?.[0].trim() || text.slice(0, 40);

/** Half of its answers are good; the others are in another language, cut off, looping or broken. */
function drifting(question: Question, texts: PracticeTexts): CannedAnswer {
	const pair = pairFor(question, texts);
	const mood = (question.number >>> 5) % 10;
	if (mood < 5) return written(question, pair);
	if (mood < 7) return written(question, { ...pair, response: foreign(question, texts) });
	if (mood === 7) return cut(written(question, pair).text);
	if (mood === 8) return written(question, { ...pair, response: looping(pair.response) });
	return question.form === "pair"
		? { text: `${written(question, pair).text.slice(0, -1)},`, finishReason: "stop" }
		: written(question, { ...pair, response: question.content });
}

function foreign({ language, number }: Question, texts: PracticeTexts): string {
	const others = texts.languages.filter((code) => code !== language);
	const choices = texts.of(others[number % Math.max(1, others.length)] ?? language);
	return choices[number % choices.length]?.response ?? "";
}

const looping = (text: string) => `${text}${` ${firstSentence(text)}`.repeat(12)}`;

const cut = (text: string): CannedAnswer => ({
	text: text.slice(0, Math.ceil(text.length * 0.6)),
	finishReason: "length",
});

function written({ form }: Question, { prompt, response }: Pair): CannedAnswer {
	return { text: form === "pair" ? JSON.stringify({ prompt, response }) : response, finishReason: "stop" };
}
