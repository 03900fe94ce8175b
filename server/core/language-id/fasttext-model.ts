/**
 * Reads a quantised, supervised fastText model such as lid.176.ftz: a dictionary of words and labels, the buckets of
 * character n-grams that were kept, and product-quantised vectors. Joulin et al. 2016, arXiv 1612.03651; fastText 0.9.2.
 */

export interface FastTextModel {
	readonly dimension: number;
	/** Buckets n-grams are hashed into; an even number. */
	readonly bucket: number;
	/** Characters of the shortest and the longest n-gram. */
	readonly shortest: number;
	readonly longest: number;
	readonly words: WordTable;
	/** Row of an n-gram's bucket, plus one; 0 where the bucket was pruned. */
	readonly bucketRows: Uint16Array;
	/** One vector a row, words first, then buckets; `dimension` values each. */
	readonly vectors: Float32Array;
	readonly labels: readonly string[];
	readonly tree: LabelTree;
}

/** Words by the FNV hash of their bytes, in open addressing. */
export interface WordTable {
	/** Row plus one, 0 where the slot is free; a power of two of them. */
	readonly slots: Uint16Array;
	readonly hashes: Int32Array;
	readonly bytes: Uint8Array;
	/** Where each row's word begins in `bytes`; one more at the end. */
	readonly starts: Int32Array;
	/** Row of the end of a line. */
	readonly endOfLine: number;
}

/** The Huffman tree of the hierarchical softmax; leaves are labels, inner node `labels + i` has row `i` of `weights`. */
export interface LabelTree {
	readonly left: Int32Array;
	readonly right: Int32Array;
	readonly weights: Float32Array;
}

const magic = 793712314;
const version = 12;
const hierarchicalSoftmax = 1;
const supervised = 3;
/** Centroids of a product quantiser's part: one byte says which. */
const centroidsPerPart = 256;

/** Throws an Error where the bytes are no such model. */
export function readFastTextModel(bytes: Uint8Array): FastTextModel {
	const reader = new Reader(bytes);
	if (reader.int32() !== magic || reader.int32() !== version)
		throw new Error("This is no fastText model of version 12.");
	const [dimension, , , , , wordNgrams, loss, kind, bucket, shortest, longest] = reader.int32s(12);
	reader.skip(8);
	if (loss !== hierarchicalSoftmax || kind !== supervised || wordNgrams !== 1)
		throw new Error("Only supervised fastText models with a hierarchical softmax over single words are read.");
	if (!dimension || !bucket || !shortest || !longest) throw new Error("The fastText model lacks its sizes.");
	if (bucket % 2 !== 0) throw new Error("Only fastText models with an even number of buckets are read.");
	const dictionary = readDictionary(reader, bucket);
	const vectors = readQuantised(reader, dimension);
	const weights = readDense(reader, dimension, dictionary.labels.length);
	const tree = { ...huffmanTree(dictionary.counts), weights };
	return { dimension, bucket, shortest, longest, vectors, tree, ...dictionary };
}

function readDictionary(reader: Reader, bucket: number) {
	const [size = 0, wordCount = 0] = reader.int32s(3);
	reader.skip(8);
	const prunedCount = reader.int64();
	if (wordCount + prunedCount >= 65535) throw new Error("The fastText model has more rows than are read.");
	const words: Uint8Array[] = [];
	const labels: string[] = [];
	const counts: number[] = [];
	for (let at = 0; at < size; at += 1) {
		const word = reader.text();
		const count = reader.int64();
		if (reader.int8() === 0) words.push(word);
		else {
			labels.push(new TextDecoder().decode(word).slice("__label__".length));
			counts.push(count);
		}
	}
	const bucketRows = new Uint16Array(bucket);
	for (let at = 0; at < prunedCount; at += 1) {
		const hashed = reader.int32();
		bucketRows[hashed] = wordCount + reader.int32() + 1;
	}
	return { words: wordTable(words), labels, counts, bucketRows };
}

function wordTable(words: readonly Uint8Array[]): WordTable {
	const slots = new Uint16Array(2 ** Math.ceil(Math.log2(words.length * 4 + 2)));
	const hashes = new Int32Array(words.length);
	const starts = new Int32Array(words.length + 1);
	const bytes = new Uint8Array(words.reduce((sum, word) => sum + word.length, 0));
	let endOfLine = -1;
	for (const [row, word] of words.entries()) {
		bytes.set(word, starts[row]);
		starts[row + 1] = (starts[row] ?? 0) + word.length;
		const hash = word.reduce(fnv, fnvStart);
		hashes[row] = hash;
		let slot = hash & (slots.length - 1);
		while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
		slots[slot] = row + 1;
		if (new TextDecoder().decode(word) === "</s>") endOfLine = row;
	}
	return { slots, hashes, bytes, starts, endOfLine };
}

export const fnvStart = 2166136261 | 0;

/** One byte more of the 32-bit FNV-1a hash; fastText takes bytes as signed. */
export function fnv(hash: number, byte: number): number {
	return Math.imul(hash ^ ((byte << 24) >> 24), 16777619);
}

/** The rows of the input matrix, each part of a vector replaced by its centroid, times the row's own quantised norm. */
function readQuantised(reader: Reader, dimension: number): Float32Array {
	if (reader.int8() !== 1) throw new Error("Only quantised fastText models are read.");
	const hasNorms = reader.int8() === 1;
	const rows = reader.int64();
	reader.skip(8);
	const codes = reader.bytes(reader.int32());
	const quantiser = readQuantiser(reader);
	const normCodes = hasNorms ? reader.bytes(rows) : undefined;
	const norms = hasNorms ? readQuantiser(reader).centroids : undefined;
	const vectors = new Float32Array(rows * dimension);
	for (let row = 0; row < rows; row += 1) {
		const norm = norms && normCodes ? (norms[normCodes[row] ?? 0] ?? 1) : 1;
		for (let at = 0; at < dimension; at += 1) {
			const part = Math.floor(at / quantiser.width);
			const code = codes[row * quantiser.parts + part] ?? 0;
			const from = (part * centroidsPerPart + code) * quantiser.width + (at % quantiser.width);
			vectors[row * dimension + at] = norm * (quantiser.centroids[from] ?? 0);
		}
	}
	return vectors;
}

function readQuantiser(reader: Reader): { parts: number; width: number; centroids: Float32Array } {
	const [dimension = 0, parts = 0, width = 0, lastWidth = 0] = reader.int32s(4);
	if (lastWidth !== width) throw new Error("Only fastText models with parts of equal width are read.");
	return { parts, width, centroids: reader.floats(dimension * centroidsPerPart) };
}

function readDense(reader: Reader, dimension: number, labels: number): Float32Array {
	if (reader.int8() !== 0) throw new Error("Only fastText models with a plain output matrix are read.");
	if (reader.int64() !== labels || reader.int64() !== dimension) throw new Error("The fastText model's sizes differ.");
	return reader.floats(labels * dimension);
}

/** As `Loss::buildTree` does it, so that the rows of the output matrix meet their nodes. Counts fall. */
function huffmanTree(counts: readonly number[]): Pick<LabelTree, "left" | "right"> {
	const labels = counts.length;
	const totals = new Float64Array(2 * labels - 1).fill(1e15);
	totals.set(counts);
	const left = new Int32Array(2 * labels - 1);
	const right = new Int32Array(2 * labels - 1);
	let leaf = labels - 1;
	let inner = labels;
	const least = () => (leaf >= 0 && (totals[leaf] ?? 0) < (totals[inner] ?? 0) ? leaf-- : inner++);
	for (let node = labels; node < totals.length; node += 1) {
		const [one, other] = [least(), least()];
		left[node] = one;
		right[node] = other;
		totals[node] = (totals[one] ?? 0) + (totals[other] ?? 0);
	}
	return { left, right };
}

/** Little-endian values one after the other. */
class Reader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	int8(): number {
		return this.#view.getInt8(this.#take(1));
	}

	int32(): number {
		return this.#view.getInt32(this.#take(4), true);
	}

	int32s(count: number): number[] {
		return Array.from({ length: count }, () => this.int32());
	}

	int64(): number {
		return Number(this.#view.getBigInt64(this.#take(8), true));
	}

	floats(count: number): Float32Array {
		return Float32Array.from({ length: count }, () => this.#view.getFloat32(this.#take(4), true));
	}

	bytes(count: number): Uint8Array {
		const start = this.#take(count);
		return this.#bytes.subarray(start, start + count);
	}

	/** Up to the next zero byte. */
	text(): Uint8Array {
		const end = this.#bytes.indexOf(0, this.#at);
		const text = this.#bytes.subarray(this.#at, end);
		this.#at = end + 1;
		return text;
	}

	skip(count: number): void {
		this.#take(count);
	}

	#take(count: number): number {
		const start = this.#at;
		this.#at += count;
		return start;
	}
}
