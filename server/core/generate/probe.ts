/** Finds out what an endpoint really does with a schema and a token limit: the effect counts, not the status code. */
import * as z from "zod/mini";
import { type Ask, isPassing } from "./probe-ask.ts";
import { ContextVerdict, probeContext } from "./probe-context.ts";
import { type AnswerForm, type TokenField, textsSchema } from "./reply.ts";

/** Kept in the manifest. */
export const ProbeVerdict = z.object({
	/** The strictest rung the endpoint keeps to. */
	form: z.enum(["strict", "schema", "object", "text"]),
	/** The field whose limit it keeps to; null where it keeps to none. */
	tokenField: z.nullable(z.enum(["max_tokens", "max_completion_tokens"])),
	/** True where it streams answers with their usage. */
	isStreaming: z.optional(z.boolean()),
	/** Whether a prompt as long as the run's own reaches the model whole; absent where nobody needed to know. */
	context: z.optional(ContextVerdict),
	/** What it broke or refused, one sentence each. */
	notes: z.array(z.string()),
});
export type ProbeVerdict = z.infer<typeof ProbeVerdict>;

/** Names no model would think of by itself: only a server that enforces the schema can make it use them. */
const schema = textsSchema("kleur_7", "pootaantal_7");
const question = "Describe a cat in one short sentence.";
const rungs: readonly AnswerForm[] = ["strict", "schema", "object"];
const tokenFields: readonly TokenField[] = ["max_tokens", "max_completion_tokens"];
const probeTokens = 16;
/** No tokenizer makes tokens of more characters than this out of numbers and blanks. */
const longestToken = 8;

/**
 * The verdict, or undefined where the endpoint was busy or away: that says nothing about what it can, so nothing is
 * stored and the probe comes again.
 */
export async function probeEndpoint(ask: Ask, contextTokens?: number): Promise<ProbeVerdict | undefined> {
	const notes: string[] = [];
	const tokenField = await probeTokenField(ask, notes);
	if (tokenField === undefined) return undefined;
	const form = await probeForm(ask, notes);
	const isStreaming = form && (await probeStreaming(ask, notes));
	if (!form || isStreaming === undefined) return undefined;
	if (contextTokens === undefined) return { form, tokenField, isStreaming, notes };
	const context = await probeContext(ask, { tokens: contextTokens, tokenField: tokenField ?? undefined }, notes);
	return context && { form, tokenField, isStreaming, context, notes };
}

async function probeTokenField(ask: Ask, notes: string[]): Promise<TokenField | null | undefined> {
	for (const tokenField of tokenFields) {
		const content = "Count from 1 to 200. Write the numbers with blanks between them and nothing else.";
		const reply = await ask({ messages: [{ role: "user", content }], maxTokens: probeTokens, tokenField });
		if (isPassing(reply)) return undefined;
		if (reply.type === "failure") notes.push(`${tokenField} is refused (${reply.status}).`);
		else if (reply.text.length <= probeTokens * longestToken) return tokenField;
		else
			notes.push(
				`${tokenField} is accepted and not kept to: ${reply.text.length} characters for ${probeTokens} tokens.`,
			);
	}
	notes.push("No token limit is kept to; answers may be of any length.");
	return null;
}

async function probeStreaming(ask: Ask, notes: string[]): Promise<boolean | undefined> {
	const reply = await ask({ messages: [{ role: "user", content: question }], isStreamed: true });
	if (isPassing(reply)) return undefined;
	if (reply.type === "failure") notes.push(`Streaming is refused (${reply.status}).`);
	else if (reply.text === "") notes.push("Streaming brings no text.");
	else if (!reply.usage) notes.push("Streaming brings no usage; answers are asked for whole.");
	else return true;
	return false;
}

async function probeForm(ask: Ask, notes: string[]): Promise<AnswerForm | undefined> {
	for (const form of rungs) {
		const content =
			form === "object" ? `${question} Answer with a JSON object of this schema: ${JSON.stringify(schema)}` : question;
		const reply = await ask({ messages: [{ role: "user", content }], answer: { form, schema } });
		if (isPassing(reply)) return undefined;
		if (reply.type === "failure") notes.push(`Answer form ${form} is refused (${reply.status}).`);
		else if (obeys(reply.text)) return form;
		else notes.push(`Answer form ${form} is accepted and not kept to.`);
	}
	return "text";
}

function obeys(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text);
		return (
			typeof value === "object" &&
			value !== null &&
			schema.required.every((name) => name in value) &&
			Object.keys(value).length === schema.required.length
		);
	} catch {
		return false;
	}
}
