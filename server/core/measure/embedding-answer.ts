/** Reads what an `/embeddings` endpoint answered: each text's vector, or why it has none. */
import * as z from "zod/mini";

const Answer = z.looseObject({
	data: z.array(z.looseObject({ index: z.nullish(z.int()), embedding: z.unknown() })),
});

/** One text's vector, or in a few words why there is none. */
export type EmbeddingRead = Float32Array | { readonly fault: string };

/**
 * In the order of the texts asked for. `dimensions` is what the model was found to have; null accepts any.
 * An answer that can't be put in order has no vector at all: a wrong order would be worse than none.
 */
export function readEmbeddings(body: unknown, texts: number, dimensions: number | null): EmbeddingRead[] {
	const answer = Answer.safeParse(body);
	if (!answer.success) return all(texts, "the answer is no list of embeddings");
	const { data } = answer.data;
	const hasIndex = data.some(({ index }) => index !== null && index !== undefined);
	if (!hasIndex && data.length !== texts) return all(texts, "embeddings without index, and not one for each text");
	const read = all(texts, "the answer left the text out");
	const seen = new Set<number>();
	for (const [at, one] of data.entries()) {
		const place = hasIndex ? (one.index ?? -1) : at;
		if (place < 0 || place >= texts || seen.has(place)) return all(texts, "the answer's indexes are wrong");
		seen.add(place);
		read[place] = readVector(one.embedding, dimensions);
	}
	return read;
}

function all(texts: number, fault: string): EmbeddingRead[] {
	return Array.from({ length: texts }, () => ({ fault }));
}

function readVector(value: unknown, dimensions: number | null): EmbeddingRead {
	if (typeof value === "string") return { fault: "base64 text although numbers were asked for" };
	if (!Array.isArray(value) || value.length === 0) return { fault: "no vector" };
	if (dimensions !== null && value.length !== dimensions)
		return { fault: `${value.length} dimensions instead of ${dimensions}` };
	const vector = new Float32Array(value.length);
	let hasDirection = false;
	for (const [at, number] of value.entries()) {
		if (typeof number !== "number") return { fault: "numbers that are not finite" };
		vector[at] = number;
		// Infinity may also come of a number too large for float32.
		if (!Number.isFinite(vector[at])) return { fault: "numbers that are not finite" };
		hasDirection ||= vector[at] !== 0;
	}
	return hasDirection ? vector : { fault: "a vector of zeros" };
}
