/** Counts by 32-bit hash, in open addressing. Among a million keys one in 2,000 shares its count with another. */

/** Hash, count, followers: side by side, so that a look costs one line of the processor's cache. */
const fields = 4;
const leastPlaces = 1 << 12;

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
		return (this.#used + more) * 2 > this.#mask;
	}

	/** Place of the key, whose count it raises. */
	add(key: number): number {
		const place = this.#place(key);
		if (this.#cells[place] === 0) {
			this.#cells[place] = key;
			this.#used += 1;
		}
		this.#cells[place + 1] = this.count(place) + 1;
		return place;
	}

	/** -1 where the key is not there. */
	find(key: number): number {
		const place = this.#place(key);
		return this.#cells[place] === 0 ? -1 : place;
	}

	count(place: number): number {
		return this.#cells[place + 1] ?? 0;
	}

	followers(place: number): number {
		return this.#cells[place + 2] ?? 0;
	}

	addFollower(place: number): void {
		this.#cells[place + 2] = this.followers(place) + 1;
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
			this.#cells[to + 2] = before[from + 2] ?? 0;
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
