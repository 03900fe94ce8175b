/**
 * An offline embedding of spelling, for a first look: hashed character n-grams with TF-IDF weights. It knows no
 * meaning; its values are never compared with those of a language model, or of another number of buckets.
 */
import type { SparseEmbedding } from "./diversity-sum.ts";

/** Part of every result; a change of anything below changes the name. */
export const lexicalBackend = "lexical-char-ngrams-2^18-v1";

/** Fixed: fewer buckets collide more and lower the value by up to .015 (measured on German, 2^16 against 2^18). */
export const lexicalDimensions = 1 << 18;

/** Lengths of n-grams, in code points; one character of an unspaced script says about as much as three letters. */
const spacedOrders = { shortest: 3, longest: 5 } as const;
const unspacedOrders = { shortest: 1, longest: 3 } as const;

/** Counts a text's n-grams by bucket. What it returns is overwritten by its next call. */
export class NgramCounter {
	readonly #counts = new Uint32Array(lexicalDimensions);
	#touched = new Uint32Array(4096);
	#points = new Uint32Array(4096);

	/** The buckets a text falls into; empty for a text of nothing but white space. */
	count(text: string, isSpaced: boolean): { readonly places: Uint32Array; readonly counts: Uint32Array } {
		const length = this.#readPoints(text);
		const { shortest, longest } = isSpaced ? spacedOrders : unspacedOrders;
		const found = this.#countOrders(length, shortest, longest);
		const places = this.#touched.subarray(0, found);
		const counts = new Uint32Array(found);
		for (let at = 0; at < found; at += 1) {
			const place = places[at] ?? 0;
			counts[at] = this.#counts[place] ?? 0;
			this.#counts[place] = 0;
		}
		return { places, counts };
	}

	/** Code points with a space before and after, so that beginnings and ends of words differ from their middles. */
	#readPoints(text: string): number {
		const plain = text.normalize("NFC").toLowerCase().trim();
		if (plain.length === 0) return 0;
		if (this.#points.length < plain.length + 2) this.#points = new Uint32Array(2 * plain.length + 2);
		const points = this.#points;
		points[0] = space;
		let length = 1;
		for (let at = 0; at < plain.length; at += 1) {
			let point = plain.charCodeAt(at);
			if (point >= 0xd800 && point < 0xdc00) {
				point = plain.codePointAt(at) ?? point;
				if (point > 0xffff) at += 1;
			}
			if (isSpace(point)) point = space;
			if (point === space && points[length - 1] === space) continue;
			points[length] = point;
			length += 1;
		}
		points[length] = space;
		return length + 1;
	}

	#countOrders(length: number, shortest: number, longest: number): number {
		const most = length * (longest - shortest + 1);
		if (this.#touched.length < most) this.#touched = new Uint32Array(2 * most);
		const points = this.#points;
		const counts = this.#counts;
		const touched = this.#touched;
		let found = 0;
		for (let start = 0; start < length; start += 1) {
			const end = Math.min(length, start + longest);
			let hash = 0x811c9dc5;
			for (let at = start; at < end; at += 1) {
				hash = Math.imul(hash ^ (points[at] ?? 0), 0x01000193);
				if (at - start + 1 < shortest) continue;
				const place = mixed(hash) & (lexicalDimensions - 1);
				const before = counts[place] ?? 0;
				if (before === 0) {
					touched[found] = place;
					found += 1;
				}
				counts[place] = before + 1;
			}
		}
		return found;
	}
}

const space = 0x20;

function isSpace(point: number): boolean {
	return (point >= 9 && point <= 13) || point === 0xa0 || point === 0x3000 || (point >= 0x2000 && point <= 0x200a);
}

/** Spreads an FNV-1a state over its low bits (the 32-bit finisher of lowbias32, C. Wellons). */
function mixed(state: number): number {
	let hash = state ^ (state >>> 16);
	hash = Math.imul(hash, 0x7feb352d);
	hash ^= hash >>> 15;
	hash = Math.imul(hash, 0x846ca68b);
	return hash ^ (hash >>> 16);
}

/** Frequencies as they cross threads: the memory is shared, not copied. */
export interface SharedFrequency {
	readonly frequency: SharedArrayBuffer;
	readonly texts: number;
}

/** In how many texts each bucket occurs. One for each language and role, so that teachers share their weights. */
export class DocumentFrequency {
	readonly #frequency: Uint32Array<SharedArrayBuffer>;
	#texts = 0;

	constructor(frequency = new Uint32Array(new SharedArrayBuffer(4 * lexicalDimensions))) {
		this.#frequency = frequency;
	}

	static over({ frequency, texts }: SharedFrequency): DocumentFrequency {
		const made = new DocumentFrequency(new Uint32Array(frequency));
		made.#texts = texts;
		return made;
	}

	shared(): SharedFrequency {
		return { frequency: this.#frequency.buffer, texts: this.#texts };
	}

	/** Adds what another share of the texts counted. */
	merge(other: DocumentFrequency): void {
		this.#texts += other.#texts;
		for (let place = 0; place < lexicalDimensions; place += 1)
			this.#frequency[place] = (this.#frequency[place] ?? 0) + (other.#frequency[place] ?? 0);
	}

	get texts(): number {
		return this.#texts;
	}

	add(places: Uint32Array): void {
		if (places.length === 0) return;
		this.#texts += 1;
		for (const place of places) this.#frequency[place] = (this.#frequency[place] ?? 0) + 1;
	}

	/**
	 * ln((N + 1) / (df + ½)): close to 0 for what every text has, such as a template, but never 0, so that a set of equal
	 * texts keeps its direction and comes out as not diverse instead of as unknown.
	 */
	weights(): Float64Array<SharedArrayBuffer> {
		const weights = new Float64Array(new SharedArrayBuffer(8 * lexicalDimensions));
		for (let place = 0; place < lexicalDimensions; place += 1)
			weights[place] = Math.log((this.#texts + 1) / ((this.#frequency[place] ?? 0) + 0.5));
		return weights;
	}
}

/** (1 + ln tf) · idf of every bucket the text falls into. */
export function weighed(places: Uint32Array, counts: Uint32Array, weights: Float64Array): SparseEmbedding {
	const values = new Float64Array(places.length);
	for (let at = 0; at < places.length; at += 1) {
		const count = counts[at] ?? 1;
		values[at] = (count === 1 ? 1 : 1 + Math.log(count)) * (weights[places[at] ?? 0] ?? 0);
	}
	return { places, values };
}
