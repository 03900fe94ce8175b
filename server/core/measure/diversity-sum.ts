/** distinct_ri of any number of texts in memory for one vector: the closed form of the mean cosine distance of all pairs. */

/** A text's embedding by its numbers that are not zero; `places` are distinct. */
export interface SparseEmbedding {
	readonly places: Uint32Array;
	readonly values: Float64Array;
}

/** A sum as it crosses threads: its memory is shared, not copied. */
export interface SharedSum {
	readonly sum: SharedArrayBuffer;
	readonly count: number;
	readonly invalid: number;
}

/** Every number of it, or those that are not zero. */
export type Embedding = ArrayLike<number> | SparseEmbedding;

/**
 * The sum S of unit vectors u_i, in float64. distinct_ri = 1 − mean_{i≠j} u_i·u_j = 1 − (‖S‖² − n) / (n(n − 1)),
 * which needs no pair. The mean over pairs is the published statistic; the tests hold the two together.
 * Embeddings without a direction (zero, not finite, of other dimensions) are left out and counted.
 */
export class DiversitySum {
	readonly dimensions: number;
	readonly #sum: Float64Array<SharedArrayBuffer>;
	#count = 0;
	#invalid = 0;
	/** ‖S‖², until the sum changes. */
	#squaredNorm: number | null = null;

	constructor(dimensions: number, sum = new Float64Array(new SharedArrayBuffer(8 * dimensions))) {
		this.dimensions = sum.length;
		this.#sum = sum;
	}

	/** The same sum, over the same memory: another thread's, once that has finished adding. */
	static over({ sum, count, invalid }: SharedSum): DiversitySum {
		const made = new DiversitySum(0, new Float64Array(sum));
		made.#count = count;
		made.#invalid = invalid;
		return made;
	}

	shared(): SharedSum {
		return { sum: this.#sum.buffer, count: this.#count, invalid: this.#invalid };
	}

	/** Embeddings in the sum. */
	get count(): number {
		return this.#count;
	}

	/** Embeddings left out. */
	get invalid(): number {
		return this.#invalid;
	}

	/** False where the embedding was left out. */
	add(embedding: Embedding): boolean {
		const isIn = this.#accumulate(embedding, 1);
		if (isIn) this.#count += 1;
		else this.#invalid += 1;
		return isIn;
	}

	/** Takes back what `add` was given before. */
	remove(embedding: Embedding): void {
		if (this.#accumulate(embedding, -1)) this.#count -= 1;
		else this.#invalid -= 1;
	}

	/** Adds all that another sum holds, such as another worker's part of the file. */
	merge(other: DiversitySum): void {
		if (other.dimensions !== this.dimensions)
			throw new RangeError(`A sum of ${other.dimensions} dimensions can't be added to one of ${this.dimensions}.`);
		for (let at = 0; at < this.dimensions; at += 1) this.#sum[at] = (this.#sum[at] ?? 0) + (other.#sum[at] ?? 0);
		this.#squaredNorm = null;
		this.#count += other.#count;
		this.#invalid += other.#invalid;
	}

	/** Mean cosine distance of two different texts, in [0, n/(n − 1)]; null for fewer than two. */
	distinctRi(): number | null {
		const n = this.#count;
		if (n < 2) return null;
		return clampedDistance(1 - (this.#squared() - n) / (n * (n - 1)));
	}

	/** S·u of an embedding that is in the sum; null where it was left out. What a sample adds follows from it. */
	alignment(embedding: Embedding): number | null {
		const scale = inverseNorm(embedding, this.dimensions);
		if (scale === null) return null;
		let dot = 0;
		if (isSparse(embedding)) {
			const { places, values } = embedding;
			for (let at = 0; at < places.length; at += 1)
				dot += (this.#sum[places[at] ?? 0] ?? 0) * ((values[at] ?? 0) * scale);
			return dot;
		}
		for (let at = 0; at < this.dimensions; at += 1) dot += (this.#sum[at] ?? 0) * ((embedding[at] ?? 0) * scale);
		return dot;
	}

	/** Mean cosine distance of one text, by its alignment, to all others; its mean over the texts is distinct_ri. */
	distanceToOthers(alignment: number): number | null {
		return this.#count < 2 ? null : 1 - (alignment - 1) / (this.#count - 1);
	}

	/** distinct_ri of the others, without the text of this alignment; null where fewer than two are left. */
	withoutOne(alignment: number): number | null {
		const n = this.#count;
		if (n < 3) return null;
		return clampedDistance(1 - (this.#squared() - 2 * alignment + 1 - (n - 1)) / ((n - 1) * (n - 2)));
	}

	#squared(): number {
		if (this.#squaredNorm !== null) return this.#squaredNorm;
		let squared = 0;
		for (const value of this.#sum) squared += value * value;
		this.#squaredNorm = squared;
		return squared;
	}

	#accumulate(embedding: Embedding, sign: number): boolean {
		const norm = inverseNorm(embedding, this.dimensions);
		if (norm === null) return false;
		this.#squaredNorm = null;
		const scale = sign * norm;
		const sum = this.#sum;
		if (isSparse(embedding)) {
			const { places, values } = embedding;
			for (let at = 0; at < places.length; at += 1) {
				const place = places[at] ?? 0;
				sum[place] = (sum[place] ?? 0) + (values[at] ?? 0) * scale;
			}
			return true;
		}
		for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + (embedding[at] ?? 0) * scale;
		return true;
	}
}

/** Rounding can leave a set of equal texts a hair below 0. */
function clampedDistance(value: number): number {
	return value < 0 && value > -1e-9 ? 0 : value;
}

export function isSparse(embedding: Embedding): embedding is SparseEmbedding {
	return "places" in embedding;
}

/** 1 / ‖e‖; null where the embedding has no direction. */
function inverseNorm(embedding: Embedding, dimensions: number): number | null {
	if (isSparse(embedding)) return inverseOf(embedding.values);
	return embedding.length === dimensions ? inverseOf(embedding) : null;
}

function inverseOf(values: ArrayLike<number>): number | null {
	let squared = 0;
	for (let at = 0; at < values.length; at += 1) {
		const value = values[at] ?? 0;
		squared += value * value;
	}
	const inverse = 1 / Math.sqrt(squared);
	// The squares of ordinary numbers neither overflow nor vanish; what is left has no direction or an odd scale.
	if (squared > 1e-280 && squared < 1e280) return inverse;
	return inverseOfOddScale(values);
}

/** Numbers so large or small that their squares leave float64 still have a direction, if all are finite. */
function inverseOfOddScale(values: ArrayLike<number>): number | null {
	let largest = 0;
	for (let at = 0; at < values.length; at += 1) {
		const size = Math.abs(values[at] ?? 0);
		if (!Number.isFinite(size)) return null;
		if (size > largest) largest = size;
	}
	if (largest === 0) return null;
	let squared = 0;
	for (let at = 0; at < values.length; at += 1) squared += ((values[at] ?? 0) / largest) ** 2;
	const inverse = 1 / Math.sqrt(squared) / largest;
	return Number.isFinite(inverse) ? inverse : null;
}
