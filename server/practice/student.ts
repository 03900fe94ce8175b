/**
 * The practice student: a byte n-gram language model, trained for real on the rows it is given.
 * Interpolated after Witten and Bell (1991): at every context length, as much mass goes to the shorter context
 * as the context has had different successors, so there is nothing to tune and every byte has a probability.
 */
import type { TrainingPair } from "../core/trainer/rows.ts";
import { Counts } from "./student-counts.ts";

/** Bytes of context at most. Eight were no better on any practice language, and cost more. */
export const contextBytes = 5;
/** Between prompt and response, and after the response, so that the model learns to stop. */
const endOfText = 0;

export class NgramModel {
	readonly contextBytes: number;
	/** (context, next byte) → count. */
	readonly #grams = new Counts();
	/** context → bytes seen after it, and different bytes seen after it. */
	readonly #totals = new Counts();
	readonly #kinds = new Counts();

	constructor(context: number = contextBytes) {
		this.contextBytes = context;
	}

	/** Learns the bytes from `from` on; those before are context only. */
	learn(text: Uint8Array, from = 0): void {
		for (let at = from; at < text.length; at += 1) {
			const byte = text[at] ?? 0;
			for (let length = 0, context = 1; ; length += 1) {
				if (this.#grams.add(context * 256 + byte) === 0) this.#kinds.add(context);
				this.#totals.add(context);
				if (length === this.contextBytes || length === at) break;
				context = longer(context, text[at - length - 1] ?? 0);
			}
		}
	}

	/** Natural logarithm of the probability of the bytes from `from` on, given all bytes before. */
	logLikelihood(text: Uint8Array, from = 0): number {
		let sum = 0;
		for (let at = from; at < text.length; at += 1) sum += Math.log(this.#probability(text, at));
		return sum;
	}

	/** (context, next byte) → count, from which all else follows; sorted, so that equal models are equal bytes. */
	grams(): (readonly [gram: number, count: number])[] {
		return [...this.#grams.entries()].sort(([a], [b]) => a - b);
	}

	/** The model that `grams` came from. */
	static fromGrams(context: number, grams: Iterable<readonly [gram: number, count: number]>): NgramModel {
		const model = new NgramModel(context);
		for (const [gram, count] of grams) {
			const before = Math.floor(gram / 256);
			model.#kinds.add(before);
			model.#grams.add(gram, count);
			model.#totals.add(before, count);
		}
		return model;
	}

	#probability(text: Uint8Array, at: number): number {
		const byte = text[at] ?? 0;
		let probability = 1 / 256;
		for (let length = 0, context = 1; ; length += 1) {
			const total = this.#totals.get(context);
			if (total === 0) return probability;
			const kinds = this.#kinds.get(context);
			probability = (this.#grams.get(context * 256 + byte) + kinds * probability) / (total + kinds);
			if (length === this.contextBytes || length === at) return probability;
			context = longer(context, text[at - length - 1] ?? 0);
		}
	}
}

/** The context that reaches one byte further back; the leading 1 tells lengths apart, and 5 bytes stay below 2^41. */
const longer = (context: number, byte: number) => context * 256 + byte;

export interface EncodedPair {
	readonly text: Uint8Array;
	/** Where the trained bytes begin. */
	readonly from: number;
}

/** Prompt, mark, response, mark. A trained token is a byte; the mark after the response is one of them. */
export function encodePair({ prompt, response }: TrainingPair, lossOn: "assistant" | "all" = "assistant"): EncodedPair {
	const before = encoder.encode(prompt);
	const after = encoder.encode(response);
	const text = new Uint8Array(before.length + after.length + 2);
	text.set(before);
	text[before.length] = endOfText;
	text.set(after, before.length + 1);
	text[text.length - 1] = endOfText;
	return { text, from: lossOn === "all" ? 0 : before.length + 1 };
}

/** Nats per trained byte, or null without any. */
export function meanLoss(model: NgramModel, pairs: readonly EncodedPair[]): number | null {
	const bytes = pairs.reduce((sum, { text, from }) => sum + text.length - from, 0);
	if (bytes === 0) return null;
	return -pairs.reduce((sum, { text, from }) => sum + model.logLikelihood(text, from), 0) / bytes;
}

const encoder = new TextEncoder();
