/** Signatures of all measured texts of one role, in blocks as they came, and gathered by group when duplicates are sought. */
import { binCount } from "../near-duplicates/signature.ts";
import type { SignatureColumns } from "../near-duplicates/signature-columns.ts";

export class SignatureStore {
	readonly #blocks: SignatureColumns[] = [];
	/** First row of each block. */
	readonly #starts: number[] = [];
	#rows = 0;

	get rows(): number {
		return this.#rows;
	}

	add(block: SignatureColumns): void {
		this.#starts.push(this.#rows);
		this.#blocks.push(block);
		this.#rows += block.count;
	}

	/** Those of ascending rows, in their order. */
	gather(rows: ArrayLike<number>): SignatureColumns {
		const values = new Uint16Array(rows.length * binCount);
		const hashes = new Float64Array(rows.length);
		let block = 0;
		for (let at = 0; at < rows.length; at += 1) {
			const row = rows[at] ?? 0;
			while (row >= (this.#starts[block + 1] ?? Number.POSITIVE_INFINITY)) block += 1;
			const from = this.#blocks[block];
			if (!from) throw new RangeError(`There is no signature of row ${row}.`);
			const local = row - (this.#starts[block] ?? 0);
			values.set(from.values.subarray(local * binCount, (local + 1) * binCount), at * binCount);
			hashes[at] = from.hashes[local] ?? Number.NaN;
		}
		return { count: rows.length, values, hashes };
	}
}
