/** The wording of requests. A project may replace any template; the hash of what was used travels with each sample. */
import type { Templates } from "../project.ts";
import type { Strategy } from "../sample-row.ts";
import { languageName, systemPrompt, systemPrompts } from "./system-prompts.ts";

const answerForm =
	'Answer with one JSON object and nothing else, no commentary and no code fence. It has exactly two fields, both text: "prompt" and "response".';

export const defaultTemplates: Readonly<Record<Strategy, string>> = {
	generate: `You write training material for a language assistant. Invent one new exchange in {language}: a prompt that somebody could really send, and the answer a knowledgeable person would give.

Let the task be {task}. Do not say which kind of task it is. Make it demanding but solvable from what the prompt contains; choose its form, tone and difficulty freely. The answer is correct, complete and free of padding. Both are in {language}.

Here are exchanges of the kind wanted. Stay near their spirit, and write about something else.

{examples}

${answerForm}`,
	translate: `Below is a prompt from another language, between the marks. First put it into {language} as a native speaker would have written it: keep its meaning and all it asks for, and adapt names, units and examples where a literal rendering would sound foreign. Then answer your version, in {language}, correctly, completely and without padding. Nothing of the original wording stays in either.

<<<
{prompt}
>>>

${answerForm} "prompt" holds your version, "response" its answer.`,
	respond: "{prompt}",
};

/** The template in force for a strategy. */
export function templateOf(strategy: Strategy, custom: Templates | undefined): string {
	return custom?.[strategy] ?? defaultTemplates[strategy];
}

/** All wording in force, in the form in which a project may replace it; `system` holds the languages we know. */
export function templatesInForce(custom: Templates | undefined): Templates {
	return { ...defaultTemplates, ...custom, system: { ...systemPrompts, ...custom?.system } };
}

/** The system prompt in force for a language. */
export function systemOf(language: string, custom: Templates | undefined): string {
	const own = custom?.system?.[language] ?? custom?.system?.["*"];
	return own === undefined ? systemPrompt(language) : filled(own, { language: languageName(language) });
}

/** What the template hash of a sample covers. */
export function templateText(strategy: Strategy, language: string, custom: Templates | undefined): string {
	return JSON.stringify([systemOf(language, custom), templateOf(strategy, custom)]);
}

/** Puts values into a template in one pass, so that braces inside a value stay what they are. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
	return template.replaceAll(/\{(language|task|examples|prompt)\}/g, (whole, name: string) => values[name] ?? whole);
}
