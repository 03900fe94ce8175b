/** The row our own files hold: the published dataset's schema plus where the sample came from. */
import * as z from "zod/mini";

export const Strategy = z.enum(["generate", "translate", "respond"]);
export type Strategy = z.infer<typeof Strategy>;
export const strategies: readonly Strategy[] = Strategy.options;

export const Message = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });
export type Message = z.infer<typeof Message>;

/** Tokens one answer cost, as the server counted them. */
export const Usage = z.object({ promptTokens: z.int(), completionTokens: z.int() });
export type Usage = z.infer<typeof Usage>;

/** What is needed to know, later, how a sample was made. */
export const Provenance = z.object({
	/** Scheme, host and port of the endpoint; no user, path or query. */
	endpoint: z.string(),
	/** SHA-256 of the request's content key. */
	request: z.string(),
	sampling: z.record(z.string(), z.union([z.number(), z.null()])),
	template: z.string(),
	finishReason: z.nullable(z.string()),
	usage: z.nullable(Usage),
	/** True for canned text of practice mode, which no language model wrote. */
	practice: z.optional(z.boolean()),
});
export type Provenance = z.infer<typeof Provenance>;

/** One accepted sample. Key: id, strategy, model, language. Unknown fields are kept. */
export const SampleRow = z.looseObject({
	id: z.string(),
	source: z.string(),
	/** The language of the text. */
	language: z.string(),
	seed_language: z.string(),
	strategy: Strategy,
	source_id: z.string(),
	synth_prompt: z.string(),
	model: z.string(),
	prompt_input: z.nullable(z.string()),
	response_input: z.nullable(z.string()),
	prompt: z.string(),
	response: z.string(),
	messages: z.array(Message),
	provenance: z.optional(Provenance),
});
export type SampleRow = z.infer<typeof SampleRow>;

/** One seed. `strategy` lists what the row may serve; rows that only serve translation are in another language. */
export const SeedRow = z.looseObject({
	id: z.string(),
	source: z.string(),
	source_id: z.string(),
	language: z.string(),
	strategy: z.array(Strategy),
	prompt: z.string(),
	/** Empty only for rows that serve `respond` alone. */
	response: z.string(),
	split: z.optional(z.enum(["teacher", "reference", "held-out"])),
});
export type SeedRow = z.infer<typeof SeedRow>;
