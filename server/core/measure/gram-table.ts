/** Counts by 32-bit hash, in open addressing. Among a million keys one in 2,000 shares its count with another. */

/** Hash, and count with followers: side by side, so that a look costs one line of the processor's cache. */
const fields = 2;
const leastPlaces = 1 << 12;
/** A count has 20 bits, twice what a model learns from; followers have the 12 above and stop at their largest number. */
const countBits = 20;
const countMask = (1 << countBits) - 1;
const mostFollowers = (1 << (32 - countBits)) - 1;

export interface SharedGrams {
	readonly cells: SharedArrayBuffer;
	readonly used: number;
}

/** The memory may be shared with threads that only read. */
export class GramTable {
	#cells: Int32Array<SharedArrayBuffer>;
	#mask: number;
	#used = 0;

	constructor(cells: Int32Array<SharedArrayBuffer> = room(leastPlaces)) {
		this.#cells = cells;
		this.#mask = cells.length / fields - 1;
	}

	static from({ cells, used }: SharedGrams): GramTable {
		const table = new GramTable(new Int32Array(cells));
		table.#used = used;
		return table;
	}

	shared(): SharedGrams {
		return { cells: this.#cells.buffer, used: this.#used };
	}

	/** Whether `grow` must come before `more` new keys. */
	isFull(more: number): boolean {
		return (this.#used + more) * 3 > this.#mask * 2;
	}

	/** Place of the key, whose count it raises. */
	add(key: number): number {
		const place = this.#place(key);
		if (this.#cells[place] === 0) {
			this.#cells[place] = key;
			this.#used += 1;
		}
		if (this.count(place) < countMask) this.#cells[place + 1] = (this.#cells[place + 1] ?? 0) + 1;
		return place;
	}

	/** -1 where the key is not there. */
	find(key: number): number {
		const place = this.#place(key);
		return this.#cells[place] === 0 ? -1 : place;
	}

	count(place: number): number {
		return (this.#cells[place + 1] ?? 0) & countMask;
	}

	followers(place: number): number {
		return (this.#cells[place + 1] ?? 0) >>> countBits;
	}

	addFollower(place: number): void {
		if (this.followers(place) < mostFollowers)
			this.#cells[place + 1] = (this.#cells[place + 1] ?? 0) + (1 << countBits);
	}

	/** All places are others afterwards. */
	grow(): void {
		const before = this.#cells;
		this.#cells = room((before.length / fields) * 2);
		this.#mask = this.#cells.length / fields - 1;
		for (let from = 0; from < before.length; from += fields) {
			const key = before[from] ?? 0;
			if (key === 0) continue;
			const to = this.#place(key);
			this.#cells[to] = key;
			this.#cells[to + 1] = before[from + 1] ?? 0;
		}
	}

	#place(key: number): number {
		const cells = this.#cells;
		const mask = this.#mask;
		let slot = (key >>> 1) & mask;
		for (let found = cells[slot * fields]; found !== 0 && found !== key; found = cells[slot * fields])
			slot = (slot + 1) & mask;
		return slot * fields;
	}
}

function room(places: number): Int32Array<SharedArrayBuffer> {
	return new Int32Array(new SharedArrayBuffer(places * fields * 4));
}
