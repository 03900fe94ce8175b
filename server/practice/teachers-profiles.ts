/** What real servers do with schemas and token limits, as knobs of the practice server. None of them was run here. */
import type { TeacherKnobs } from "./teachers-knobs.ts";

export interface ServerProfile {
	readonly name: string;
	readonly knobs: TeacherKnobs;
	/** Where the behaviour is described (generation.md 3.1 and 3.2). */
	readonly source: string;
}

export const serverProfiles: readonly ServerProfile[] = [
	{
		name: "OpenAI, o-series",
		knobs: { schemaSupport: "strict", tokenField: "max_completion_tokens", otherTokenField: "refused" },
		source: "npm types of openai; max_tokens is refused by o-series",
	},
	{
		name: "Azure v1",
		knobs: { schemaSupport: "strict", tokenField: "max_completion_tokens", otherTokenField: "refused" },
		source: "docs: plain client with base URL …/openai/v1/",
	},
	{ name: "vLLM", knobs: { schemaSupport: "schema" }, source: "source of vLLM: json_schema and both token fields" },
	{ name: "llama.cpp", knobs: { schemaSupport: "schema" }, source: "ggml-org/llama.cpp#28697, #19831" },
	{
		name: "Ollama",
		knobs: { schemaSupport: "schema", tokenField: "max_tokens", otherTokenField: "ignored", contextTokens: 4_096 },
		source: "ollama/ollama#7125; a context of 4,096 by default, cut without an error (source, docs)",
	},
	{
		name: "TGI",
		knobs: { schemaSupport: "refused" },
		source: "huggingface/text-generation-inference#3276: OpenAI's key not yet",
	},
	{
		name: "LM Studio",
		knobs: { schemaSupport: "schema", tokenField: "max_tokens", otherTokenField: "ignored" },
		source: "lmstudio.ai/docs/advanced/structured-output; token field by third parties",
	},
	{
		name: "OpenRouter, a model without structured output",
		knobs: { schemaSupport: "object" },
		source: "openrouter.ai/docs/structured-outputs: where the model supports it",
	},
	{
		name: "Mistral",
		knobs: { schemaSupport: "object", tokenField: "max_tokens", otherTokenField: "refused" },
		source: "yazinsai/OpenOats#319: 422 to max_completion_tokens",
	},
	{
		name: "llama.cpp with a grammar it cannot parse",
		knobs: { schemaSupport: "ignored" },
		source: "ggml-org/llama.cpp#19051: dropped silently",
	},
];
