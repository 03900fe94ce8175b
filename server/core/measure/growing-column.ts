/** A column of numbers that grows row by row, in a typed array. */
type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export class GrowingColumn<A extends Numbers> {
	readonly #make: (length: number) => A;
	#values: A;
	#length = 0;

	constructor(make: (length: number) => A) {
		this.#make = make;
		this.#values = make(1024);
	}

	get length(): number {
		return this.#length;
	}

	push(value: number): void {
		this.#reserve(this.#length + 1);
		this.#values[this.#length] = value;
		this.#length += 1;
	}

	append(values: ArrayLike<number>): void {
		this.#reserve(this.#length + values.length);
		this.#values.set(values, this.#length);
		this.#length += values.length;
	}

	/** Fills up to `length` rows. */
	fill(value: number, length: number): void {
		this.#reserve(length);
		this.#values.fill(value, this.#length, length);
		this.#length = Math.max(this.#length, length);
	}

	set(row: number, value: number): void {
		this.#values[row] = value;
	}

	at(row: number): number {
		return row < this.#length ? (this.#values[row] ?? Number.NaN) : Number.NaN;
	}

	#reserve(length: number): void {
		if (length <= this.#values.length) return;
		const grown = this.#make(Math.max(length, Math.ceil(this.#values.length * 1.5)));
		grown.set(this.#values);
		this.#values = grown;
	}
}

export const uint8Column = () => new GrowingColumn((length) => new Uint8Array(length));
export const uint16Column = () => new GrowingColumn((length) => new Uint16Array(length));
export const uint32Column = () => new GrowingColumn((length) => new Uint32Array(length));
export const int32Column = () => new GrowingColumn((length) => new Int32Array(length));
export const float32Column = () => new GrowingColumn((length) => new Float32Array(length));
export const float64Column = () => new GrowingColumn((length) => new Float64Array(length));
