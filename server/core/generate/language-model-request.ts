/** What the engine asks the editor for a teacher of kind `vscode`: an answer of one of its own language models. */
import * as z from "zod/mini";
import { request } from "../request-type.ts";
import { Message, Usage } from "../sample-row.ts";

/** Which of the editor's own language models is meant: `vscode.lm.selectChatModels` takes it as it stands. */
export const ModelSelector = z.object({
	vendor: z.optional(z.string()),
	family: z.optional(z.string()),
	id: z.optional(z.string()),
});
export type ModelSelector = z.infer<typeof ModelSelector>;

/**
 * Asked by the engine for a teacher of kind `vscode`, answered by the editor with one of its own language models and
 * the user's consent. A cancelled request (`$/cancelRequest`) ends the model's answer. Wrong is a value, never an error.
 */
export const languageModelRequest = request(
	"polyglot/languageModel",
	z.object({
		/** The teacher's name, for the question of consent. */
		teacher: z.string(),
		selector: ModelSelector,
		/** The editor's models know no system role: what it says goes ahead of the first user message. */
		messages: z.array(Message),
		temperature: z.nullable(z.number()),
		topP: z.nullable(z.number()),
		maxTokens: z.nullable(z.int()),
	}),
	z.discriminatedUnion("type", [
		z.object({
			type: z.literal("answer"),
			text: z.string(),
			/** Who answered, as `vendor/id`. */
			model: z.string(),
			/** By the model's own counting; null where it does not count. */
			usage: z.nullable(Usage),
		}),
		z.object({
			type: z.literal("failure"),
			/**
			 * `no-model`: nothing fits the selector, or the editor has no models. `no-consent`: the user said no.
			 * `busy`: a rate limit or quota. `refused`: filtered. `transient`: anything that may pass.
			 */
			reason: z.enum(["no-model", "no-consent", "busy", "refused", "transient"]),
			/** One sentence; with `no-model` it names the models there are. */
			message: z.string(),
		}),
	]),
);
export type LanguageModelQuestion = z.infer<typeof languageModelRequest.params>;
export type LanguageModelReply = z.infer<typeof languageModelRequest.result>;
