/** A streamed chat answer: put together piece by piece, and watched while it grows. */
import * as z from "zod/mini";
import { isBlankLoop } from "../core/generate/answer.ts";
import type { Answer } from "../core/generate/reply.ts";

/** The parts of a chunk we read; servers leave out what they like. */
const Chunk = z.looseObject({
	system_fingerprint: z.nullish(z.string()),
	choices: z.nullish(
		z.array(
			z.looseObject({
				finish_reason: z.nullish(z.string()),
				delta: z.nullish(
					z.looseObject({
						content: z.nullish(z.string()),
						refusal: z.nullish(z.string()),
						reasoning: z.nullish(z.unknown()),
						reasoning_content: z.nullish(z.unknown()),
					}),
				),
			}),
		),
	),
	usage: z.nullish(z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int() })),
});

/** Characters per token that no language exceeds; a server beyond them has lost its token limit. */
const longestToken = 16;
/** Without a limit of tokens. */
const longestAnswer = 1 << 20;
const blankTail = 201;

export class StreamedAnswer {
	readonly #longest: number;
	#pieces: string[] = [];
	#length = 0;
	#tail = "";
	#finishReason: string | null = null;
	#usage: Answer["usage"] = null;
	#isRefusal = false;
	#hasReasoning = false;
	#isPractice = false;
	hasStarted = false;

	constructor(maxTokens: number | undefined) {
		this.#longest = maxTokens === undefined ? longestAnswer : maxTokens * longestToken;
	}

	add(value: unknown): void {
		const chunk = Chunk.safeParse(value);
		if (!chunk.success) return;
		const { choices, usage, system_fingerprint: fingerprint } = chunk.data;
		if (fingerprint === "practice") this.#isPractice = true;
		if (usage) this.#usage = { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
		const choice = choices?.[0];
		if (!choice) return;
		this.hasStarted = true;
		this.#finishReason = choice.finish_reason ?? this.#finishReason;
		const { content, refusal, reasoning, reasoning_content: thoughts } = choice.delta ?? {};
		if (refusal) this.#isRefusal = true;
		if (reasoning ?? thoughts) this.#hasReasoning = true;
		if (content) this.#append(content);
	}

	/** Nothing good can follow: blanks without end, or more text than any limit allows. */
	get isRunaway(): boolean {
		return this.#length > this.#longest || isBlankLoop(this.#tail);
	}

	reply(isMarkedPractice: boolean): Answer {
		return {
			type: "answer",
			text: this.#pieces.join(""),
			finishReason: this.isRunaway ? "length" : this.#finishReason,
			usage: this.#usage,
			isRefusal: this.#isRefusal || this.#finishReason === "content_filter",
			hasReasoning: this.#hasReasoning,
			isPractice: this.#isPractice || isMarkedPractice,
		};
	}

	#append(content: string): void {
		this.#pieces.push(content);
		this.#length += content.length;
		this.#tail = (this.#tail + content).slice(-blankTail);
	}
}

export class IdleError extends Error {
	override readonly name = "IdleError";
}

/** Passes the values on; throws an `IdleError` when none comes for so long. */
export async function* withIdleLimit<T>(values: AsyncIterable<T>, ms: number): AsyncGenerator<T> {
	const iterator = values[Symbol.asyncIterator]();
	try {
		for (;;) {
			const next = await beforeIdle(iterator.next(), ms);
			if (next.done) return;
			yield next.value;
		}
	} finally {
		// A stream that hangs would hang here as well.
		void iterator.return?.().catch(() => {});
	}
}

async function beforeIdle<T>(next: Promise<T>, ms: number): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const idle = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new IdleError(`The answer stopped in the middle for ${ms / 1000} s.`)), ms);
	});
	try {
		return await Promise.race([next, idle]);
	} finally {
		clearTimeout(timer);
	}
}
