/** What a completion says it used. */
import * as z from "zod/mini";
import type { Usage } from "../sample-row.ts";

const Used = z.looseObject({
	usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.nullish(z.int()) }),
});

/** Null where the server does not say. */
export function usageIn(body: unknown): Usage | null {
	const used = Used.safeParse(body);
	if (!used.success) return null;
	const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = used.data.usage;
	return { promptTokens, completionTokens: completionTokens ?? 0 };
}
