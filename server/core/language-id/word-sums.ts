/** The summed vectors of words seen before: texts of a language say most of their words again and again. */

/** A power of two; 2.6 MB with 16 dimensions. */
const slotCount = 16384;
/** Bytes of the longest word kept. */
const longestKept = 24;

/** One slot a hash: a word takes the place of the one before it. */
export class WordSums {
	readonly sums: Float64Array;
	/** Rows added up in each slot's sum. */
	readonly rows = new Int32Array(slotCount);
	readonly #dimension: number;
	readonly #hashes = new Int32Array(slotCount);
	readonly #lengths = new Uint8Array(slotCount);
	readonly #bytes = new Uint8Array(slotCount * longestKept);

	constructor(dimension: number) {
		this.#dimension = dimension;
		this.sums = new Float64Array(slotCount * dimension);
	}

	/** The slot of the word in bytes `start` to `end`, -1 where it is not kept. */
	find(word: Uint8Array, start: number, end: number, hash: number): number {
		const slot = hash & (slotCount - 1);
		const length = end - start;
		if (this.#hashes[slot] !== hash || this.#lengths[slot] !== length) return -1;
		const kept = slot * longestKept;
		for (let at = 0; at < length; at += 1) if (this.#bytes[kept + at] !== word[start + at]) return -1;
		return slot;
	}

	/** A slot for the word, whose sum is to be written; -1 where it is too long. */
	take(word: Uint8Array, start: number, end: number, hash: number): number {
		const length = end - start;
		if (length > longestKept || length === 0) return -1;
		const slot = hash & (slotCount - 1);
		this.#hashes[slot] = hash;
		this.#lengths[slot] = length;
		const kept = slot * longestKept;
		for (let at = 0; at < length; at += 1) this.#bytes[kept + at] = word[start + at] as number;
		this.sums.fill(0, slot * this.#dimension, (slot + 1) * this.#dimension);
		this.rows[slot] = 0;
		return slot;
	}
}
