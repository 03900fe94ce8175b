/** Counts keyed by exact integers up to 2^53, in flat arrays: a dataset of megabytes leaves millions of n-grams. */

const firstSlots = 1024;
/** 2^32 / golden ratio: spreads neighbouring keys. */
const spread = 0x9e3779b1;

export class Counts {
	#keys = new Float64Array(firstSlots);
	#counts = new Uint32Array(firstSlots);
	#size = 0;

	get size(): number {
		return this.#size;
	}

	get(key: number): number {
		return this.#counts[this.#slot(key)] ?? 0;
	}

	/** Adds to the count and returns what it was before. */
	add(key: number, by = 1): number {
		let slot = this.#slot(key);
		const before = this.#counts[slot] ?? 0;
		if (before === 0) {
			if (this.#size * 2 >= this.#keys.length) {
				this.#grow();
				slot = this.#slot(key);
			}
			this.#keys[slot] = key;
			this.#size += 1;
		}
		this.#counts[slot] = before + by;
		return before;
	}

	/** Every key with its count, in no order one may rely on. */
	*entries(): Iterable<readonly [key: number, count: number]> {
		for (let slot = 0; slot < this.#keys.length; slot += 1) {
			const count = this.#counts[slot] ?? 0;
			if (count > 0) yield [this.#keys[slot] ?? 0, count];
		}
	}

	/** The key's slot, or the free one where it belongs: a count of 0 marks a free slot. */
	#slot(key: number): number {
		const mask = this.#keys.length - 1;
		const low = key >>> 0;
		const high = (key / 2 ** 32) >>> 0;
		let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), spread);
		slot = (slot ^ (slot >>> 15)) & mask;
		while (this.#counts[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
		return slot;
	}

	#grow(): void {
		const keys = this.#keys;
		const counts = this.#counts;
		this.#keys = new Float64Array(keys.length * 2);
		this.#counts = new Uint32Array(keys.length * 2);
		for (let old = 0; old < keys.length; old += 1) {
			const count = counts[old] ?? 0;
			if (count === 0) continue;
			const slot = this.#slot(keys[old] ?? 0);
			this.#keys[slot] = keys[old] ?? 0;
			this.#counts[slot] = count;
		}
	}
}
