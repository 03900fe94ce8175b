/** Signatures of many texts as typed arrays, so that a thread can hand them over without a copy. */
import { binCount, createSigner, type Signer } from "./signature.ts";

/** One row a text, in the order they came. */
export interface SignatureColumns {
	readonly count: number;
	/** `count × binCount` values, row after row; zeros for blank text. */
	readonly values: Uint16Array<ArrayBuffer>;
	/** 53-bit hash of each folded text; NaN for blank text, which is nobody's duplicate. */
	readonly hashes: Float64Array<ArrayBuffer>;
}

export interface SignatureCollector {
	add(text: string): void;
	/** The rows so far. The collector is spent afterwards. */
	finish(): SignatureColumns;
}

/**
 * Signs a stream of texts; `expected` rows are made room for at the start, more are fine. A signer takes 10 ms to make:
 * who signs after every keystroke keeps one.
 */
export function collectSignatures(expected = 1024, signer: Signer = createSigner()): SignatureCollector {
	let capacity = Math.max(16, expected);
	let values = new Uint16Array(capacity * binCount);
	let hashes = new Float64Array(capacity);
	let count = 0;
	const grow = () => {
		capacity = Math.ceil(capacity * 1.5);
		values = copied(values, new Uint16Array(capacity * binCount));
		hashes = copied(hashes, new Float64Array(capacity));
	};
	return {
		add(text) {
			if (count === capacity) grow();
			hashes[count] = signer.sign(text, values, count * binCount);
			count += 1;
		},
		finish: () => ({ count, values: values.slice(0, count * binCount), hashes: hashes.slice(0, count) }),
	};
}

/** The rows of several parts, one after the other: files beside each other, or what threads returned. */
export function joinSignatures(parts: readonly SignatureColumns[]): SignatureColumns {
	const count = parts.reduce((sum, part) => sum + part.count, 0);
	const values = new Uint16Array(count * binCount);
	const hashes = new Float64Array(count);
	let row = 0;
	for (const part of parts) {
		values.set(part.values, row * binCount);
		hashes.set(part.hashes, row);
		row += part.count;
	}
	return { count, values, hashes };
}

function copied<A extends Uint16Array | Float64Array>(from: A, to: A): A {
	to.set(from);
	return to;
}
