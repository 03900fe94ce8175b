/** What a chat request wants of a practice teacher: form, language and material. */

import { hash32 } from "../core/generate/seeded-random.ts";
import { systemPrompts } from "../core/generate/system-prompts.ts";
import { languages } from "../core/languages.ts";
import type { Message } from "../core/sample-row.ts";
import type { PracticeText, PracticeTexts } from "./teachers-texts.ts";

export interface Question {
	/** Language the answer should be in. */
	readonly language: string;
	/** A JSON object with prompt and response, or plain text. */
	readonly form: "pair" | "text";
	/** The last user turn. */
	readonly content: string;
	/** The known text the question is about: to be translated or answered. */
	readonly about: PracticeText | undefined;
	readonly isTranslation: boolean;
	/** Equal requests have equal numbers. */
	readonly number: number;
}

export function readQuestion(messages: readonly Message[], seed: number | undefined, texts: PracticeTexts): Question {
	const first = messages.findIndex(({ role }) => role === "user");
	const content = messages[first]?.content ?? "";
	const form = content.includes('"prompt"') && content.includes('"response"') ? "pair" : "text";
	const last = messages.findLast(({ role }) => role === "user")?.content ?? "";
	const source = form === "pair" ? between(content, "<<<\n", "\n>>>") : last;
	const about = source === undefined ? undefined : texts.withPrompt(source);
	const language = languageOf(messages, content) ?? about?.language ?? "en";
	return {
		language,
		form,
		content: form === "pair" ? content : last,
		about,
		isTranslation: form === "pair" && source !== undefined,
		number: hash32(JSON.stringify(messages), seed ?? 0),
	};
}

function languageOf(messages: readonly Message[], content: string): string | undefined {
	const system = messages.find(({ role }) => role === "system")?.content;
	const addressed = Object.entries(systemPrompts).find(([, prompt]) => prompt === system);
	const named = languages.find(({ name }) => content.includes(`in ${name}`) || content.includes(`into ${name}`));
	return addressed?.[0] ?? named?.code;
}

function between(text: string, open: string, close: string): string | undefined {
	const start = text.indexOf(open);
	const end = text.lastIndexOf(close);
	return start === -1 || end < start ? undefined : text.slice(start + open.length, end);
}
