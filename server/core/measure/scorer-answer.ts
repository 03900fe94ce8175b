/** Reads the log-probabilities a completions server echoes, and finds where the response begins among its tokens. */
import * as z from "zod/mini";
import type { ResponseLikelihood } from "./perplexity.ts";
import { codePoints, utf8Bytes } from "./text-length.ts";

const Answer = z.looseObject({
	choices: z
		.array(
			z.looseObject({
				logprobs: z.nullish(
					z.looseObject({
						tokens: z.array(z.string()),
						token_logprobs: z.array(z.nullable(z.number())),
						text_offset: z.nullish(z.array(z.number())),
					}),
				),
			}),
		)
		.check(z.minLength(1)),
	usage: z.nullish(z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.nullish(z.int()) })),
});

/** The tokens of the text that was sent, what the server added left out. */
export interface EchoedTokens {
	readonly tokens: readonly string[];
	/** Natural logarithms; the first is null, for nothing comes before it. */
	readonly logprobs: readonly (number | null)[];
	/** In code points, as servers count; null where the server gives none. */
	readonly offsets: readonly number[] | null;
}

export type EchoRead = EchoedTokens | { readonly fault: string };

/** What vLLM puts for a token of probability zero. */
const floor = -9_999;

/** The mechanical half of the acceptance test (generation.md 3.3): a server that fails it gives chance scores. */
export function readEcho(body: unknown): EchoRead {
	const answer = Answer.safeParse(body);
	if (!answer.success) return { fault: "the answer is no completion" };
	const { choices, usage } = answer.data;
	const echoed = choices[0]?.logprobs;
	if (!echoed) return { fault: "the server returns no log-probabilities for completions" };
	if (!usage) return { fault: "the server does not say how many tokens it read" };
	const added = usage.completion_tokens ?? 0;
	const { tokens, token_logprobs: all, text_offset: offsets } = echoed;
	if (all.length !== usage.prompt_tokens + added || tokens.length !== all.length)
		return {
			fault: `${all.length} log-probabilities for ${usage.prompt_tokens} + ${added} tokens; the text is not echoed`,
		};
	const isOrdered = offsets?.length === all.length && offsets.every((offset, at) => offset >= (offsets[at - 1] ?? 0));
	return checkedEcho(
		tokens.slice(0, usage.prompt_tokens),
		all.slice(0, usage.prompt_tokens),
		isOrdered ? offsets.slice(0, usage.prompt_tokens) : null,
	);
}

/** The tokens of a text where their log-probabilities can be such, else why not. */
export function checkedEcho(
	tokens: readonly string[],
	logprobs: readonly (number | null)[],
	offsets: readonly number[] | null,
): EchoRead {
	const fault = faultOf(logprobs);
	return fault === null ? { tokens, logprobs, offsets } : { fault };
}

function faultOf(logprobs: readonly (number | null)[]): string | null {
	if (logprobs.length < 2) return "the text has fewer than two tokens";
	if (logprobs[0] !== null) return "the first token has a log-probability, though nothing comes before it";
	for (const logprob of logprobs.slice(1)) {
		if (logprob === null || !Number.isFinite(logprob)) return "a token has no finite log-probability";
		if (logprob > 0) return `a token has the log-probability ${logprob}, above 0`;
		if (logprob <= floor) return `a token has the floor value ${floor} instead of a log-probability`;
	}
	return null;
}

/** Σ of the response's tokens. A token that straddles the border belongs to the prompt; its bytes are left out too. */
export function responseLikelihood(
	echo: EchoedTokens,
	before: string,
	response: string,
): ResponseLikelihood | { readonly fault: string } {
	const split = splitByOffset(echo, before, response) ?? splitByTokens(echo, before, response);
	if (!split) return { fault: "the server's tokens can't be laid over the text that was sent" };
	let nll = 0;
	let tokens = 0;
	for (const logprob of echo.logprobs.slice(split.first)) {
		if (logprob === null) continue;
		nll -= logprob;
		tokens += 1;
	}
	if (tokens === 0) return { fault: "the response has no token of its own" };
	return { nll, tokens, bytes: utf8Bytes(response) - split.straddledBytes };
}

interface Split {
	/** Place of the first token of the response. */
	readonly first: number;
	readonly straddledBytes: number;
}

/**
 * Trusted only where the last token ends with the text: a token that is not valid UTF-8 by itself is counted as several
 * characters by some servers, and from there on all their offsets drift.
 */
function splitByOffset({ tokens, offsets }: EchoedTokens, before: string, response: string): Split | undefined {
	if (!offsets) return undefined;
	const length = codePoints(before) + codePoints(response);
	const end = (offsets.at(-1) ?? 0) + codePoints(tokens.at(-1) ?? "");
	// A token such as <bos> stands before the text and shifts it.
	const shift = end - length;
	if (shift !== 0 && shift !== codePoints(tokens[0] ?? "")) return undefined;
	const border = codePoints(before) + shift;
	const first = offsets.findIndex((offset) => offset >= border);
	if (first === -1) return undefined;
	const straddled = [...response].slice(0, (offsets[first] ?? border) - border).join("");
	return { first, straddledBytes: utf8Bytes(straddled) };
}

/** Where one side of the border is spelled out exactly by its tokens. */
function splitByTokens({ tokens }: EchoedTokens, before: string, response: string): Split | undefined {
	for (let at = tokens.length, tail = ""; at > 0 && tail.length < response.length; ) {
		at -= 1;
		tail = (tokens[at] ?? "") + tail;
		if (tail === response) return { first: at, straddledBytes: 0 };
	}
	for (const lead of [0, 1]) {
		for (let at = lead, head = ""; at < tokens.length && head.length < before.length; ) {
			head += tokens[at] ?? "";
			at += 1;
			if (head === before && at < tokens.length) return { first: at, straddledBytes: 0 };
		}
	}
	return undefined;
}

/** Ordinary sentences, and their own words in an order no model should prefer. */
export const acceptanceTexts: readonly { readonly plain: string; readonly shuffled: string }[] = [
	{
		plain: "The children went to school by bus because it was raining in the morning.",
		shuffled: "raining The bus morning to by it school children in was because went the.",
	},
	{
		plain: "She opened the window and looked out over the quiet street.",
		shuffled: "the quiet She over and the opened street out looked window.",
	},
	{
		plain: "Please put the milk back into the fridge when you have finished your breakfast.",
		shuffled: "fridge your the Please when back breakfast you milk into finished put have the.",
	},
];

/** The other half of the acceptance test: why the scorer is refused, or null where it is fit. */
export function acceptanceFault(plain: readonly EchoedTokens[], shuffled: readonly EchoedTokens[]): string | null {
	const better = totalNll(plain);
	const worse = totalNll(shuffled);
	if (better < worse) return null;
	return `ordinary sentences score no better (${better.toFixed(1)} nats) than their own words shuffled (${worse.toFixed(1)})`;
}

function totalNll(echoes: readonly EchoedTokens[]): number {
	return echoes.flatMap(({ logprobs }) => logprobs).reduce<number>((sum, logprob) => sum - (logprob ?? 0), 0);
}
