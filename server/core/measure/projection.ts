/**
 * Brings embeddings of any width to a few dimensions by random signs (sparse Johnson–Lindenstrauss), so that a map of many
 * samples fits in memory. Angles are kept to about 1/√dimensions; narrow embeddings are kept as they are.
 */
import type { Embedding } from "./diversity-sum.ts";

const width = 128;
/** Places a coordinate is spread over. */
const spread = 4;

export class Projection {
	static readonly dimensions = width;
	readonly #isNarrow: boolean;

	constructor(dimensions: number) {
		this.#isNarrow = dimensions <= width;
	}

	/** How the map says where it comes from. */
	get name(): string {
		return this.#isNarrow ? "" : `, random projection to ${width} dimensions`;
	}

	/** Adds the unit vector of the embedding to zeros at `at`; leaves them where it has no direction. */
	project(embedding: Embedding, into: Float32Array, at: number): void {
		if ("places" in embedding) {
			const scale = 1 / norm(embedding.values);
			if (!Number.isFinite(scale)) return;
			for (let index = 0; index < embedding.places.length; index += 1)
				this.#add(embedding.places[index] ?? 0, (embedding.values[index] ?? 0) * scale, into, at);
			return;
		}
		const scale = 1 / norm(embedding);
		if (!Number.isFinite(scale)) return;
		for (let place = 0; place < embedding.length; place += 1)
			this.#add(place, (embedding[place] ?? 0) * scale, into, at);
	}

	#add(place: number, value: number, into: Float32Array, at: number): void {
		if (this.#isNarrow) {
			into[at + place] = (into[at + place] ?? 0) + value;
			return;
		}
		let hash = mixed(place + 1);
		for (let turn = 0; turn < spread; turn += 1) {
			const to = at + (hash & (width - 1));
			into[to] = (into[to] ?? 0) + ((hash & 0x80) === 0 ? value : -value) / 2;
			hash = turn === 1 ? mixed(hash) : hash >>> 8;
		}
	}
}

function norm(values: ArrayLike<number>): number {
	let squared = 0;
	for (let at = 0; at < values.length; at += 1) squared += (values[at] ?? 0) ** 2;
	return Math.sqrt(squared);
}

/** lowbias32, C. Wellons. */
function mixed(value: number): number {
	let hash = Math.imul(value ^ (value >>> 16), 0x7feb352d);
	hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
	return hash ^ (hash >>> 16);
}
