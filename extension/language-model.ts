/** The editor's own language models as teachers: asked for the engine, with the user's consent, streamed, cancellable. */
import * as vscode from "vscode";
import { editorFailure, editorTurns, noConsent, noModel } from "../server/core/generate/editor-model.ts";
import type { LanguageModelQuestion, LanguageModelReply } from "../server/core/generate/language-model-request.ts";

/** An answer longer than this for each token allowed is a model that does not stop. An assumption. */
const charactersPerToken = 16;
const mostTokens = 32_000;

/** Where it is kept which models the user allowed; by `nameOf`. */
const slot = "languageModelsAllowed";

export class LanguageModels {
	readonly #allowed: vscode.Memento;
	/** Teachers a command of the user is about to ask: only for them the question of consent is put. */
	readonly #invited = new Set<string>();
	/** Questions under way, so that a second request waits for the answer instead of asking again. */
	readonly #asking = new Map<string, Promise<boolean>>();

	/** `allowed` remembers the user's answers, such as the extension's global state. */
	constructor(allowed: vscode.Memento) {
		this.#allowed = allowed;
	}

	/** Called by a command of the user, before its teachers are asked. */
	invite(teachers: readonly string[]): void {
		for (const name of teachers) this.#invited.add(name);
	}

	/** All models of the editor; none where nobody provides one. */
	async available(): Promise<readonly vscode.LanguageModelChat[]> {
		return vscode.lm.selectChatModels({});
	}

	/** Answers the engine. Never rejects: what goes wrong is a value. */
	async ask(question: LanguageModelQuestion, token: vscode.CancellationToken): Promise<LanguageModelReply> {
		try {
			const [model] = await vscode.lm.selectChatModels(question.selector);
			if (!model) return noModel(question.selector, (await this.available()).map(nameOf));
			if (!(await this.#isAllowed(model, question.teacher))) return noConsent(nameOf(model));
			return await answered(model, question, token);
		} catch (cause) {
			return failureOf(cause, question.selector.id ?? question.selector.family ?? "the model");
		}
	}

	/**
	 * Whether the user allowed this model to be asked. Newer editors put no question of their own to the user, and
	 * what is asked here costs somebody's quota, so it is put once a model, and only on a command of the user.
	 */
	async #isAllowed(model: vscode.LanguageModelChat, teacher: string): Promise<boolean> {
		const name = nameOf(model);
		if (this.#allowed.get<readonly string[]>(slot, []).includes(name)) return true;
		const before = this.#asking.get(name);
		if (before !== undefined) return before;
		if (!this.#invited.delete(teacher)) return false;
		const asked = this.#question(name, teacher).finally(() => this.#asking.delete(name));
		this.#asking.set(name, asked);
		return asked;
	}

	async #question(name: string, teacher: string): Promise<boolean> {
		const detail = `Polyglot Lens sends it prompts and keeps its answers as samples, as the teacher ${teacher}. It counts against your quota with its provider, whose terms apply.`;
		const chosen = await vscode.window.showInformationMessage(
			`Allow Polyglot Lens to use the language model ${name}?`,
			{ modal: true, detail },
			"Allow",
		);
		if (chosen !== "Allow") return false;
		await this.#allowed.update(slot, [...this.#allowed.get<readonly string[]>(slot, []), name]);
		return true;
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
		return failureOf(cause, nameOf(model));
	}
}

function failureOf(cause: unknown, model: string): LanguageModelReply {
	const code = cause instanceof vscode.LanguageModelError ? cause.code : undefined;
	const { name, message } = cause instanceof Error ? cause : { name: "", message: String(cause) };
	return editorFailure({ code, name, message }, model);
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
