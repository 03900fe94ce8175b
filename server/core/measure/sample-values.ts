/** What is known about one measured sample: for hovers, the map, and lists of what drags a teacher down. */
import * as z from "zod/mini";

const Value = z.nullable(z.number());

/** The most alike text that stands before in its group. */
export const NearestText = z.object({
	/** Index among the measured samples. */
	row: z.int(),
	/** Estimated Jaccard similarity of character n-grams. */
	similarity: z.number(),
	isExact: z.boolean(),
});
export type NearestText = z.infer<typeof NearestText>;

export const TextValues = z.object({
	characters: z.int(),
	words: z.int(),
	/** By the tokenizer of the measurement, or an estimate. */
	tokens: Value,
	/** Mean cosine distance to the group's other texts. */
	distance: Value,
	/** D − D₋ᵢ: what the group's diversity gains by this text; below 0, it drags it down. */
	gain: Value,
	nearest: z.nullable(NearestText),
});
export type TextValues = z.infer<typeof TextValues>;

export const SampleValues = z.object({
	/** Index among the measured samples, from 0. */
	row: z.int(),
	/** Index into the report's files. */
	file: z.int(),
	/** From 1. */
	line: z.int(),
	id: z.nullable(z.string()),
	/** Index into the report's rows. */
	group: z.int(),
	/** Null where the sample has no such text. */
	prompt: z.nullable(TextValues),
	response: z.nullable(TextValues),
	/** By each judge, in the report's order; null where it gave none. */
	ratings: z.array(Value),
	/** exp(nll / tokens) of the response. */
	perplexity: Value,
	bitsPerByte: Value,
	/** Bits per character by the spelling model, and its robust z in the language. */
	noiseBits: Value,
	noiseZ: Value,
	/** On the map of responses; null for samples that are not on it. */
	x: Value,
	y: Value,
});
export type SampleValues = z.infer<typeof SampleValues>;

/** How the map came about. */
export const SampleMap = z.object({
	backend: z.string(),
	/** Samples on the map; a seeded draw where there are more than it holds. */
	points: z.int(),
	/** Share of the variance that each axis shows, of all dimensions the axes were chosen from. */
	explained: z.tuple([z.number(), z.number()]),
});
export type SampleMap = z.infer<typeof SampleMap>;
