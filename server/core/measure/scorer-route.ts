/** The routes by which servers give the log-probabilities of a text: vLLM's completions with echo, TGI's generate. */
import * as z from "zod/mini";
import { checkedEcho, type EchoRead, readEcho } from "./scorer-answer.ts";

export type ScorerRoute = "completions" | "tgi";

interface Route {
	/** Under the endpoint's base address. */
	readonly path: string;
	readonly body: (model: string, text: string) => Readonly<Record<string, unknown>>;
	readonly read: (body: unknown) => EchoRead;
}

export const scorerRoutes: Readonly<Record<ScorerRoute, Route>> = {
	completions: {
		path: "/completions",
		// One token more than nothing: some servers refuse to generate none.
		body: (model, prompt) => ({ model, prompt, echo: true, logprobs: 1, max_tokens: 1, temperature: 0 }),
		read: readEcho,
	},
	// TGI's OpenAI routes never give them (generation.md 3.3); its own stands beside /v1.
	tgi: {
		path: "/../generate",
		body: (_model, inputs) => ({
			inputs,
			parameters: { details: true, decoder_input_details: true, max_new_tokens: 1 },
		}),
		read: readPrefill,
	},
};

const Prefill = z.looseObject({
	details: z.looseObject({
		prefill: z.array(z.looseObject({ text: z.string(), logprob: z.nullish(z.number()) })),
	}),
});

/** The first token of a text has no log-probability: nothing comes before it. TGI gives no offsets. */
function readPrefill(body: unknown): EchoRead {
	const answers: unknown = Array.isArray(body) ? body[0] : body;
	const answer = Prefill.safeParse(answers);
	if (!answer.success) return { fault: "the server returns no details.prefill" };
	const { prefill } = answer.data.details;
	if (prefill.length === 0)
		return { fault: "details.prefill is empty; TGI gives it for requests without a stream only" };
	return checkedEcho(
		prefill.map(({ text }) => text),
		prefill.map(({ logprob }) => logprob ?? null),
		null,
	);
}
