/** fastText's language identification in JavaScript: several times as fast as through WebAssembly, to which texts are copied. */
import type { Candidate, Detect } from "./detector.ts";
import { type FastTextModel, fnv, fnvStart, readFastTextModel } from "./fasttext-model.ts";
import { WordSums } from "./word-sums.ts";

/** Candidates given where not said: those beyond are less likely than one in ten thousand. */
const candidates = 8;
/** fastText names no label less likely than this. */
const leastScore = 1e-5;
/** Longer words are read in parts; a text without spaces may be one word. */
const longestWord = 60_000;

/** `bytes` is a model such as lid.176.ftz. Throws an Error where it can't be read. */
export function fastTextDetector(bytes: Uint8Array): Detect {
	const model = readFastTextModel(bytes);
	const scorer = new Scorer(model);
	return (text, most = candidates) => best(scorer.score(text), model.labels, most);
}

/** The `most` likeliest; `scores` holds one of each label. */
function best(scores: Float64Array, labels: readonly string[], most: number): Candidate[] {
	const found: Candidate[] = [];
	let bar = leastScore;
	for (let at = 0; at < labels.length; at += 1) {
		const score = scores[at] as number;
		if (score < bar) continue;
		let place = found.length;
		while (place > 0 && (found[place - 1] as Candidate).score < score) place -= 1;
		found.splice(place, 0, { label: labels[at] as string, score: Math.min(1, score) });
		if (found.length > most) found.pop();
		if (found.length === most) bar = (found[most - 1] as Candidate).score;
	}
	return found;
}

/** Scores one text at a time with buffers of its own. */
class Scorer {
	readonly #model: FastTextModel;
	readonly #sum: Float64Array;
	readonly #scores: Float64Array;
	/** UTF-8 of the word being read between "<" and ">", and where each of its characters begins. */
	#word = new Uint8Array(256);
	#starts = new Int32Array(256);
	#rows = 0;
	/** Rows of the word being read. */
	#found = new Uint16Array(1024);
	readonly #single: Float64Array;
	readonly #known: WordSums;

	constructor(model: FastTextModel) {
		this.#single = new Float64Array(model.dimension);
		this.#known = new WordSums(model.dimension);
		this.#model = model;
		this.#sum = new Float64Array(model.dimension);
		this.#scores = new Float64Array(model.tree.left.length);
	}

	/** The labels' probabilities; valid until the next call. */
	score(text: string): Float64Array {
		this.#sum.fill(0);
		this.#rows = 0;
		this.#addWords(text);
		if (this.#model.words.endOfLine >= 0) {
			this.#addVector(this.#sum, 0, this.#model.words.endOfLine);
			this.#rows += 1;
		}
		return this.#softmax();
	}

	#addWords(text: string): void {
		let bytes = 1;
		let characters = 1;
		this.#word[0] = 0x3c;
		for (let at = 0; at <= text.length; at += 1) {
			const unit = at < text.length ? text.charCodeAt(at) : 0;
			if (isSpace(unit) || bytes >= longestWord) {
				if (bytes > 1) this.#addWord(bytes, characters);
				bytes = 1;
				characters = 1;
				if (isSpace(unit)) continue;
			}
			if (bytes + 8 > this.#word.length) this.#grow();
			this.#starts[characters] = bytes;
			characters += 1;
			const isPair = (unit & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
			bytes = encode(this.#word, bytes, isPair ? (text.codePointAt(at) ?? unit) : unit);
			if (isPair) at += 1;
		}
	}

	#grow(): void {
		const [word, starts] = [this.#word, this.#starts];
		this.#word = new Uint8Array(word.length * 4);
		this.#starts = new Int32Array(word.length * 4);
		this.#word.set(word);
		this.#starts.set(starts);
	}

	/** Its vectors are added up apart first, so that a sum that was kept changes nothing in the result. */
	#addWord(end: number, characters: number): void {
		const word = this.#word;
		let hash = fnvStart;
		for (let at = 1; at < end; at += 1) hash = fnv(hash, word[at] as number);
		const known = this.#known.find(word, 1, end, hash);
		if (known >= 0) {
			this.#addSum(this.#known.sums, known * this.#model.dimension, this.#known.rows[known] as number);
			return;
		}
		const rows = this.#rowsOf(end, characters, hash);
		const slot = this.#known.take(word, 1, end, hash);
		const sums = slot < 0 ? this.#single.fill(0) : this.#known.sums;
		const from = slot < 0 ? 0 : slot * this.#model.dimension;
		for (let at = 0; at < rows; at += 1) this.#addVector(sums, from, this.#found[at] as number);
		if (slot >= 0) this.#known.rows[slot] = rows;
		this.#addSum(sums, from, rows);
	}

	/** Writes the rows of the word and of its n-grams into `#found`; returns how many. */
	#rowsOf(end: number, characters: number, wordHash: number): number {
		const { bucket, bucketRows, shortest, longest, words } = this.#model;
		const half = bucket / 2;
		const word = this.#word;
		const starts = this.#starts;
		word[end] = 0x3e;
		starts[characters] = end;
		const count = characters + 1;
		starts[count] = end + 1;
		if (this.#found.length < count * longest + 1) this.#found = new Uint16Array(count * longest * 2);
		const found = this.#found;
		let rows = 0;
		const row = wordRow(word, end, wordHash, words);
		if (row >= 0) found[rows++] = row;
		for (let first = 0; first < count; first += 1) {
			let hash = fnvStart;
			const last = Math.min(first + longest, count);
			let at = starts[first] as number;
			for (let next = first; next < last; next += 1) {
				for (const until = starts[next + 1] as number; at < until; at += 1) hash = fnv(hash, word[at] as number);
				if (next - first + 1 < shortest) continue;
				// The unsigned rest, by numbers that fit 32 bits with a sign: three times as fast.
				const kept = bucketRows[((hash >>> 1) % half) * 2 + (hash & 1)] as number;
				if (kept !== 0) found[rows++] = kept - 1;
			}
		}
		return rows;
	}

	#addVector(sums: Float64Array, from: number, row: number): void {
		const { dimension, vectors } = this.#model;
		const start = row * dimension;
		for (let at = 0; at < dimension; at += 1)
			sums[from + at] = (sums[from + at] as number) + (vectors[start + at] as number);
	}

	#addSum(sums: Float64Array, from: number, rows: number): void {
		const sum = this.#sum;
		for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] as number) + (sums[from + at] as number);
		this.#rows += rows;
	}

	/**
	 * From the root down: an inner node shares its probability among its two children. What is less likely than anything
	 * fastText names is not looked into.
	 */
	#softmax(): Float64Array {
		const { dimension, labels, tree } = this.#model;
		const { left, right, weights } = tree;
		const scores = this.#scores;
		const mean = this.#sum;
		for (let at = 0; at < dimension; at += 1) mean[at] = (mean[at] as number) / this.#rows;
		scores.fill(0);
		scores[scores.length - 1] = 1;
		for (let node = scores.length - 1; node >= labels.length; node -= 1) {
			const score = scores[node] as number;
			if (score < leastScore) continue;
			const from = (node - labels.length) * dimension;
			let dot = 0;
			for (let at = 0; at < dimension; at += 1) dot += (mean[at] as number) * (weights[from + at] as number);
			const share = 1 / (1 + Math.exp(-dot));
			// fastText adds this within each logarithm.
			scores[left[node] as number] = score * (1 - share + leastScore);
			scores[right[node] as number] = score * (share + leastScore);
		}
		return scores;
	}
}

/** Row of the word in bytes 1 to `end`, -1 where the dictionary lacks it. */
function wordRow(
	word: Uint8Array,
	end: number,
	hash: number,
	{ slots, hashes, bytes, starts }: FastTextModel["words"],
): number {
	for (let slot = hash & (slots.length - 1); slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
		const row = (slots[slot] as number) - 1;
		if (hashes[row] !== hash) continue;
		const start = starts[row] as number;
		if ((starts[row + 1] as number) - start !== end - 1) continue;
		let at = 0;
		while (at < end - 1 && bytes[start + at] === word[at + 1]) at += 1;
		if (at === end - 1) return row;
	}
	return -1;
}

/** Writes a code point in UTF-8; returns where the next one goes. A lone surrogate becomes U+FFFD. */
function encode(target: Uint8Array, at: number, point: number): number {
	if (point < 0x80) {
		target[at] = point;
		return at + 1;
	}
	if (point < 0x800) {
		target[at] = 0xc0 | (point >> 6);
		target[at + 1] = 0x80 | (point & 63);
		return at + 2;
	}
	if (point < 0x10000) {
		const written = (point & 0xf800) === 0xd800 ? 0xfffd : point;
		target[at] = 0xe0 | (written >> 12);
		target[at + 1] = 0x80 | ((written >> 6) & 63);
		target[at + 2] = 0x80 | (written & 63);
		return at + 3;
	}
	target[at] = 0xf0 | (point >> 18);
	target[at + 1] = 0x80 | ((point >> 12) & 63);
	target[at + 2] = 0x80 | ((point >> 6) & 63);
	target[at + 3] = 0x80 | (point & 63);
	return at + 4;
}

/** White space of Unicode, as `\s`, and NUL. */
function isSpace(unit: number): boolean {
	if (unit <= 32) return unit === 32 || unit === 0 || (unit >= 9 && unit <= 13);
	if (unit < 0x1680) return unit === 0xa0;
	return (
		unit === 0x1680 ||
		(unit >= 0x2000 && unit <= 0x200a) ||
		unit === 0x2028 ||
		unit === 0x2029 ||
		unit === 0x202f ||
		unit === 0x205f ||
		unit === 0x3000 ||
		unit === 0xfeff
	);
}
