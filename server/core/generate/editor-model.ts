/** How the engine's question is put to one of the editor's language models, and how its refusals are read. */

import type { Message } from "../sample-row.ts";
import type { LanguageModelReply } from "./language-model-request.ts";

export interface EditorTurn {
	readonly role: "user" | "assistant";
	readonly text: string;
}

/** The editor's models know no system role: what it says goes ahead of the first user turn. */
export function editorTurns(messages: readonly Message[]): EditorTurn[] {
	const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
	const turns = messages.flatMap(({ role, content }) => (role === "system" ? [] : [{ role, text: content }]));
	if (system.length === 0) return turns;
	const first = turns.findIndex(({ role }) => role === "user");
	const said = system.join("\n\n");
	if (first === -1) return [{ role: "user", text: said }, ...turns];
	return turns.map((turn, index) => (index === first ? { ...turn, text: `${said}\n\n${turn.text}` } : turn));
}

type Failure = Extract<LanguageModelReply, { type: "failure" }>;

/** What an error of the editor's API tells: `code` of a `LanguageModelError`, its name, its words. */
export interface EditorFault {
	readonly code: string | undefined;
	readonly name: string;
	readonly message: string;
}

/** Reads a fault. A quota or rate limit is told by the provider's own name or words; the API has no code for it. */
export function editorFailure({ code, name, message }: EditorFault, model: string): Failure {
	const fault = { type: "failure" as const };
	if (/quota|rate.?limit/i.test(name) || /quota|rate.?limit|too many requests/i.test(message))
		return { ...fault, reason: "busy", message: `${model} is at its limit: ${message}` };
	if (code === "NoPermissions") return noConsent(model);
	if (code === "NotFound")
		return { ...fault, reason: "no-model", message: `The editor no longer has ${model}. Choose another one.` };
	if (code === "Blocked" || /filter|off.?topic/i.test(name))
		return { ...fault, reason: "refused", message: `${model} declined: ${message}` };
	return { ...fault, reason: "transient", message: `${model}: ${message}` };
}

export const noConsent = (model: string): Failure => ({
	type: "failure",
	reason: "no-consent",
	message: `Polyglot Lens may not use ${model}: you have not allowed it. Test the teacher or resume the run, and allow it when the editor asks.`,
});

/** What to say where nothing fits: with the models there are, or with where models come from. */
export function noModel(wanted: Readonly<Record<string, string>>, available: readonly string[]): Failure {
	const asked = Object.entries(wanted).map(([name, value]) => `${name} ${value}`);
	const has =
		available.length > 0
			? `It has: ${available.slice(0, 12).join(", ")}${available.length > 12 ? ", …" : ""}.`
			: "It has none: models come with an extension such as GitHub Copilot Chat, once you are signed in.";
	return {
		type: "failure",
		reason: "no-model",
		message: `The editor has no language model with ${asked.join(", ") || "no name"}. ${has}`,
	};
}
