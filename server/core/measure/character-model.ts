/**
 * A model of a language's spelling: hashed character 5-grams, interpolated as by Witten and Bell (1991). It sees noise in
 * spelling, encoding, script and language, and hardly any fluency: shuffled words cost it next to nothing. Its bits per
 * character are never called the perplexity of a language model.
 */
import { GramTable, type SharedGrams } from "./gram-table.ts";

/** Part of every result; a change of anything below changes the name. */
export const characterBackend = "character-5-grams-witten-bell-v2";

const order = 5;
/** A character the model has never seen costs about as much as one drawn from all of UTF-16. */
const unseen = 1 / 65_536;
/** Stand before and after a text. */
const startMark = 1;
const endMark = 2;
/** Seed of all hashes of grams. */
const root = 0x2c1b3c6d;

/** A model as another thread can use it: the table is shared, not copied. */
export interface SharedModel {
	readonly grams: SharedGrams;
	readonly characters: number;
	readonly predicted: number;
	readonly types: number;
}

/**
 * A gram is both a context with its next character and the context of the character after it, so that one table, and one
 * look at it for each length, serves a whole position.
 */
export class CharacterModel {
	readonly #grams: GramTable;
	#characters = 0;
	/** Characters learnt with the ends of texts, and how many different ones: what follows the empty context. */
	#predicted = 0;
	#types = 0;
	/** Places of the grams of each length that end at the last position; -1 where there is none. */
	readonly #places = new Int32Array(order + 1);

	constructor(grams: GramTable = new GramTable()) {
		this.#grams = grams;
	}

	static from({ grams, characters, predicted, types }: SharedModel): CharacterModel {
		const model = new CharacterModel(GramTable.from(grams));
		model.#characters = characters;
		model.#predicted = predicted;
		model.#types = types;
		return model;
	}

	shared(): SharedModel {
		const counts = { characters: this.#characters, predicted: this.#predicted, types: this.#types };
		return { grams: this.#grams.shared(), ...counts };
	}

	/** Characters learnt from so far. */
	get characters(): number {
		return this.#characters;
	}

	learn(text: string): void {
		const units = unitsOf(text);
		if (units.length === 0) return;
		this.#characters += units.length - order;
		this.#places.fill(-1);
		for (let at = order - 2; at < units.length; at += 1) {
			// The start marks are a context of the first character and follow nothing.
			const isPredicted = at >= order - 1;
			if (this.#grams.isFull(order)) this.#grow(units, at - 1);
			if (isPredicted) this.#predicted += 1;
			const longest = isPredicted ? order : order - 1;
			let context = -1;
			let hash = root;
			for (let length = 1; length <= longest; length += 1) {
				hash = extended(hash, (units[at - length + 1] ?? 0) + (length << 16));
				const place = this.#grams.add(hash);
				const isNew = this.#grams.count(place) === 1;
				if (isNew && isPredicted) {
					if (length === 1) this.#types += 1;
					else if (context >= 0) this.#grams.addFollower(context);
				}
				context = this.#places[length] ?? -1;
				this.#places[length] = place;
			}
		}
	}

	/** Mean −log2 p of the text's characters; null for a blank text or a model that has learnt nothing. */
	bitsPerCharacter(text: string): number | null {
		const units = unitsOf(text);
		if (units.length <= order || this.#characters === 0) return null;
		let bits = 0;
		this.#find(units, order - 2);
		for (let at = order - 1; at < units.length; at += 1) bits -= Math.log2(this.#probability(units, at));
		return bits / (units.length - order + 1);
	}

	/** Of the unit at `at` after those before it, whose grams are in `#places`; leaves its own grams there. */
	#probability(units: Uint16Array, at: number): number {
		const grams = this.#grams;
		const places = this.#places;
		let probability = unseen;
		let hash = root;
		let context = -1;
		let isKnown = true;
		for (let length = 1; length <= order; length += 1) {
			let place = -1;
			if (isKnown) {
				hash = extended(hash, (units[at - length + 1] ?? 0) + (length << 16));
				place = grams.find(hash);
				// Of a gram that was never seen, no longer one was.
				isKnown = place >= 0;
			}
			const total = length === 1 ? this.#predicted : context >= 0 ? grams.count(context) : 0;
			if (total > 0) {
				const types = length === 1 ? this.#types : grams.followers(context);
				probability = ((place >= 0 ? grams.count(place) : 0) + types * probability) / (total + types);
			}
			context = places[length] ?? -1;
			places[length] = place;
		}
		return probability;
	}

	/** Looks up the grams that end at `at`. */
	#find(units: Uint16Array, at: number): void {
		let hash = root;
		for (let length = 1; length <= order; length += 1) {
			if (length > at + 1) this.#places[length] = -1;
			else {
				hash = extended(hash, (units[at - length + 1] ?? 0) + (length << 16));
				this.#places[length] = this.#grams.find(hash);
			}
		}
	}

	/** Places move when the table grows. */
	#grow(units: Uint16Array, at: number): void {
		this.#grams.grow();
		if (at >= order - 2) this.#find(units, at);
	}
}

/** NFC, lower case, digits as 0, white space folded; marks before and after. */
function unitsOf(text: string): Uint16Array {
	const plain = text
		.normalize("NFC")
		.toLowerCase()
		.replace(/\s+/gu, " ")
		.trim()
		.replace(/\p{Nd}/gu, "0");
	if (plain.length === 0) return new Uint16Array(0);
	const units = new Uint16Array(plain.length + order);
	units.fill(startMark, 0, order - 1);
	for (let at = 0; at < plain.length; at += 1) units[at + order - 1] = plain.charCodeAt(at);
	units[units.length - 1] = endMark;
	return units;
}

/** Mixed well (lowbias32, C. Wellons), since the table keeps nothing but this hash; never 0, which marks a free place. */
function extended(hash: number, unit: number): number {
	let mixed = Math.imul(hash ^ unit, 0x9e3779b1);
	mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
	return (mixed ^ (mixed >>> 16)) | 1;
}
