/** Where each group of characters of a text was seen last; a hash table of places, so that no substring is made. */

const factor = 0x01000193;

export class PlaceTable {
	readonly #text: string;
	readonly #length: number;
	/** Last place by slot, plus one; 0 where the slot is free. */
	readonly #slots: Int32Array;
	readonly #shift: number;
	/** The factor of a group's first character. */
	readonly #leaving: number;
	/** The place hashed last, and its sum. */
	#hashed = -2;
	#sum = 0;

	/** For groups of `length` characters. */
	constructor(text: string, length: number) {
		const bits = Math.max(4, 33 - Math.clz32(text.length));
		this.#text = text;
		this.#length = length;
		this.#slots = new Int32Array(2 ** bits);
		this.#shift = 32 - bits;
		let leaving = 1;
		for (let at = 1; at < length; at += 1) leaving = Math.imul(leaving, factor);
		this.#leaving = leaving;
	}

	/** The last place of the group that starts at `place`, -1 where it is new; from now on `place` is its last one. */
	exchange(place: number): number {
		for (let slot = this.#hash(place) >>> this.#shift; ; slot = (slot + 1) & (this.#slots.length - 1)) {
			const before = (this.#slots[slot] ?? 0) - 1;
			if (before >= 0 && !this.#isSame(before, place)) continue;
			this.#slots[slot] = place + 1;
			return before;
		}
	}

	/** A polynomial over the group; where the group before was the last one asked for, one character goes and one comes. */
	#hash(place: number): number {
		let sum = 0;
		if (place === this.#hashed + 1) {
			sum = this.#sum - Math.imul(this.#text.charCodeAt(place - 1), this.#leaving);
			sum = (Math.imul(sum, factor) + this.#text.charCodeAt(place + this.#length - 1)) | 0;
		} else {
			for (let at = place; at < place + this.#length; at += 1)
				sum = (Math.imul(sum, factor) + this.#text.charCodeAt(at)) | 0;
		}
		this.#hashed = place;
		this.#sum = sum;
		return Math.imul(sum ^ (sum >>> 15), 0x9e3779b1) >>> 0;
	}

	#isSame(one: number, other: number): boolean {
		for (let at = 0; at < this.#length; at += 1) {
			if (this.#text.charCodeAt(one + at) !== this.#text.charCodeAt(other + at)) return false;
		}
		return true;
	}
}
