/** A set of numbers above 0 in one typed array: a `Set` of as many 52-bit hashes weighs five times as much. */
export class NumberSet {
	/** 0 marks an empty place. */
	#places = new Float64Array(1024);
	#size = 0;

	get size(): number {
		return this.#size;
	}

	has(value: number): boolean {
		return this.#places[this.#find(value)] === value;
	}

	add(value: number): void {
		const at = this.#find(value);
		if (this.#places[at] === value) return;
		this.#places[at] = value;
		this.#size += 1;
		if (this.#size * 2 > this.#places.length) this.#grow();
	}

	/** Where the value is, or would be: linear probing from its low bits. */
	#find(value: number): number {
		const last = this.#places.length - 1;
		let at = (value % 4294967296) & last;
		while (this.#places[at] !== 0 && this.#places[at] !== value) at = (at + 1) & last;
		return at;
	}

	#grow(): void {
		const old = this.#places;
		this.#places = new Float64Array(old.length * 2);
		for (const value of old) if (value !== 0) this.#places[this.#find(value)] = value;
	}
}
