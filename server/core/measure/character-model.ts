/**
 * A model of a language's spelling: hashed character 5-grams, interpolated as by Witten and Bell (1991). It sees noise in
 * spelling, encoding, script and language, and hardly any fluency: shuffled words cost it next to nothing. Its bits per
 * character are never called the perplexity of a language model.
 */

/** Part of every result; a change of anything below changes the name. */
export const characterBackend = "character-5-grams-witten-bell-v1";

const order = 5;
/** A character the model has never seen costs about as much as one drawn from all of UTF-16. */
const unseen = 1 / 65_536;
/** Stands before and after a text. */
const border = 1;

export class CharacterModel {
	readonly #grams = new CountTable();
	readonly #contexts = new CountTable();
	/** Different characters seen after each context. */
	readonly #followers = new CountTable();
	#characters = 0;

	/** Characters learnt from so far. */
	get characters(): number {
		return this.#characters;
	}

	learn(text: string): void {
		const units = unitsOf(text);
		if (units.length === 0) return;
		this.#characters += units.length - order;
		const hashes = new Int32Array(order + 1);
		for (let at = order - 1; at < units.length; at += 1) {
			hashContexts(units, at, hashes);
			for (let length = 0; length < order; length += 1) {
				const context = hashes[length] ?? 0;
				const isNew = this.#grams.add(extended(context, units[at] ?? 0)) === 1;
				this.#contexts.add(context);
				if (isNew) this.#followers.add(context);
			}
		}
	}

	/** Mean −log2 p of the text's characters; null for a blank text or a model that has learnt nothing. */
	bitsPerCharacter(text: string): number | null {
		const units = unitsOf(text);
		if (units.length <= order || this.#characters === 0) return null;
		const hashes = new Int32Array(order + 1);
		let bits = 0;
		for (let at = order - 1; at < units.length; at += 1) {
			hashContexts(units, at, hashes);
			bits -= Math.log2(this.#probability(hashes, units[at] ?? 0));
		}
		return bits / (units.length - order + 1);
	}

	#probability(hashes: Int32Array, unit: number): number {
		let probability = unseen;
		for (let length = 0; length < order; length += 1) {
			const context = hashes[length] ?? 0;
			const total = this.#contexts.get(context);
			// A context never seen says nothing; neither do longer ones.
			if (total === 0) break;
			const types = this.#followers.get(context);
			probability = (this.#grams.get(extended(context, unit)) + types * probability) / (total + types);
		}
		return probability;
	}
}

/** NFC, lower case, digits as 0, white space folded; borders before and one after. */
function unitsOf(text: string): Uint16Array {
	const plain = text
		.normalize("NFC")
		.toLowerCase()
		.replace(/\s+/gu, " ")
		.trim()
		.replace(/\p{Nd}/gu, "0");
	if (plain.length === 0) return new Uint16Array(0);
	const units = new Uint16Array(plain.length + order);
	units.fill(border, 0, order - 1);
	for (let at = 0; at < plain.length; at += 1) units[at + order - 1] = plain.charCodeAt(at);
	units[units.length - 1] = border;
	return units;
}

/** `hashes[n]` becomes the hash of the n units before `at`. */
function hashContexts(units: Uint16Array, at: number, hashes: Int32Array): void {
	let hash = 0x2c1b3c6d;
	hashes[0] = hash;
	for (let length = 1; length < order; length += 1) {
		hash = extended(hash, (units[at - length] ?? 0) + (length << 16));
		hashes[length] = hash;
	}
}

/** Mixed well (lowbias32, C. Wellons), since the tables keep nothing but this hash; never 0, which marks a free slot. */
function extended(hash: number, unit: number): number {
	let mixed = Math.imul(hash ^ unit, 0x9e3779b1);
	mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
	return (mixed ^ (mixed >>> 16)) | 1;
}

/** Counts by 32-bit hash, in open addressing. Among a million keys one in 2,000 shares its count with another. */
class CountTable {
	#keys = new Int32Array(1 << 12);
	#counts = new Uint32Array(1 << 12);
	#used = 0;

	get(key: number): number {
		return this.#counts[this.#slot(key)] ?? 0;
	}

	/** Returns the new count. */
	add(key: number): number {
		let slot = this.#slot(key);
		if (this.#keys[slot] === 0) {
			if (this.#used * 2 >= this.#keys.length) {
				this.#grow();
				slot = this.#slot(key);
			}
			this.#keys[slot] = key;
			this.#used += 1;
		}
		const count = (this.#counts[slot] ?? 0) + 1;
		this.#counts[slot] = count;
		return count;
	}

	#slot(key: number): number {
		const mask = this.#keys.length - 1;
		let slot = (key >>> 1) & mask;
		while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
		return slot;
	}

	#grow(): void {
		const keys = this.#keys;
		const counts = this.#counts;
		this.#keys = new Int32Array(keys.length * 2);
		this.#counts = new Uint32Array(keys.length * 2);
		for (const [at, key] of keys.entries()) {
			if (key === 0) continue;
			const slot = this.#slot(key);
			this.#keys[slot] = key;
			this.#counts[slot] = counts[at] ?? 0;
		}
	}
}
