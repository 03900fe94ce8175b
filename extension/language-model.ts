/** The editor's own language models as teachers: asked for the engine, with the user's consent, streamed, cancellable. */
import * as vscode from "vscode";
import type { LanguageModelQuestion, LanguageModelReply } from "../server/core/engine-api.ts";
import { editorFailure, editorTurns, noConsent, noModel } from "../server/core/generate/editor-model.ts";

/** An answer longer than this for each token allowed is a model that does not stop. An assumption. */
const charactersPerToken = 16;
const mostTokens = 32_000;

export class LanguageModels {
	readonly #access: vscode.LanguageModelAccessInformation;
	/** Teachers a command of the user is about to ask: only for them may the editor put its question of consent. */
	readonly #invited = new Set<string>();
	/** Questions of consent under way, so that a second request waits for the answer instead of asking again. */
	readonly #asking = new Map<string, Promise<LanguageModelReply>>();

	constructor(access: vscode.LanguageModelAccessInformation) {
		this.#access = access;
	}

	/** Called by a command of the user, before its teachers are asked. */
	invite(teachers: readonly string[]): void {
		for (const name of teachers) this.#invited.add(name);
	}

	/** All models of the editor; none where it has no such API or no provider. */
	async available(): Promise<readonly vscode.LanguageModelChat[]> {
		return vscode.lm?.selectChatModels({}) ?? [];
	}

	/** Answers the engine. Never rejects: what goes wrong is a value. */
	async ask(question: LanguageModelQuestion, token: vscode.CancellationToken): Promise<LanguageModelReply> {
		const [model] = (await vscode.lm?.selectChatModels(question.selector)) ?? [];
		if (!model) return noModel(question.selector, (await this.available()).map(nameOf));
		if (this.#access.canSendRequest(model) === true) return answered(model, question, token);
		return this.#askFirst(model, question, token);
	}

	/** The first request of a teacher brings up the editor's question; those after it wait for what the user says. */
	async #askFirst(
		model: vscode.LanguageModelChat,
		question: LanguageModelQuestion,
		token: vscode.CancellationToken,
	): Promise<LanguageModelReply> {
		const before = this.#asking.get(question.teacher);
		if (before) {
			const reply = await before;
			return reply.type === "failure" && reply.reason === "no-consent" ? reply : answered(model, question, token);
		}
		if (!this.#invited.delete(question.teacher)) return noConsent(nameOf(model));
		const asked = answered(model, question, token);
		this.#asking.set(question.teacher, asked);
		return asked.finally(() => this.#asking.delete(question.teacher));
	}
}

export const nameOf = ({ vendor, id }: vscode.LanguageModelChat): string => `${vendor}/${id}`;

async function answered(
	model: vscode.LanguageModelChat,
	{ teacher, messages, temperature, topP, maxTokens }: LanguageModelQuestion,
	token: vscode.CancellationToken,
): Promise<LanguageModelReply> {
	const turns = editorTurns(messages).map(({ role, text }) =>
		role === "user" ? vscode.LanguageModelChatMessage.User(text) : vscode.LanguageModelChatMessage.Assistant(text),
	);
	const modelOptions = {
		...(temperature === null ? {} : { temperature }),
		...(topP === null ? {} : { top_p: topP }),
		...(maxTokens === null ? {} : { max_tokens: maxTokens }),
	};
	const justification = `Polyglot Lens asks it for training samples, as the teacher ${teacher} of polyglot.json.`;
	try {
		const response = await model.sendRequest(turns, { justification, modelOptions }, token);
		let text = "";
		for await (const part of response.text) {
			text += part;
			if (text.length > (maxTokens ?? mostTokens) * charactersPerToken)
				throw new Error(`The answer did not end after ${text.length.toLocaleString("en")} characters.`);
		}
		return { type: "answer", text, model: nameOf(model), usage: await usageOf(model, turns, text, token) };
	} catch (cause) {
		const code = cause instanceof vscode.LanguageModelError ? cause.code : undefined;
		const { name, message } = cause instanceof Error ? cause : { name: "", message: String(cause) };
		return editorFailure({ code, name, message }, nameOf(model));
	}
}

/** By the model's own counting; null where it does not count, so that nobody takes a guess for a figure. */
async function usageOf(
	model: vscode.LanguageModelChat,
	turns: readonly vscode.LanguageModelChatMessage[],
	text: string,
	token: vscode.CancellationToken,
): Promise<{ promptTokens: number; completionTokens: number } | null> {
	try {
		const counted = await Promise.all([...turns, text].map((one) => model.countTokens(one, token)));
		if (!counted.every((count) => Number.isSafeInteger(count) && count >= 0)) return null;
		const completionTokens = counted.at(-1) ?? 0;
		return { promptTokens: counted.reduce((sum, count) => sum + count, -completionTokens), completionTokens };
	} catch {
		return null;
	}
}
