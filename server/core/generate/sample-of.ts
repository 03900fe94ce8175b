/** Builds the row of an accepted sample from what was asked and answered. */

import type { Templates } from "../project.ts";
import type { SampleRow, Usage } from "../sample-row.ts";
import type { Pair } from "./answer.ts";
import { chatMessages, type Material, sampleMessages } from "./chat-request.ts";

export interface Answered {
	readonly pair: Pair;
	readonly model: string;
	readonly origin: string;
	readonly key: string;
	/** How often the seed was drawn before in this cell. */
	readonly sample: number;
	readonly sampling: Readonly<Record<string, number | null>>;
	readonly templateHash: string;
	readonly finishReason: string | null;
	readonly usage: Usage | null;
	readonly isPractice: boolean;
}

export function sampleOf(material: Material, answered: Answered, templates: Templates | undefined): SampleRow {
	const { seed, strategy, language } = material;
	const { pair, sample } = answered;
	return {
		// A seed drawn again gives another sample, and (id, strategy, model, language) must stay a key.
		id: sample === 0 ? seed.id : `${seed.id}~${sample + 1}`,
		source: seed.source,
		language,
		seed_language: seed.language,
		strategy,
		source_id: seed.source_id,
		synth_prompt: chatMessages(material, templates).at(-1)?.content ?? "",
		model: answered.model,
		prompt_input: seed.prompt,
		response_input: seed.response === "" ? null : seed.response,
		prompt: pair.prompt,
		response: pair.response,
		messages: sampleMessages(material, pair.prompt, pair.response),
		provenance: {
			endpoint: answered.origin,
			request: answered.key,
			sampling: { ...answered.sampling },
			template: answered.templateHash,
			finishReason: answered.finishReason,
			usage: answered.usage,
			...(answered.isPractice ? { practice: true } : {}),
		},
	};
}
