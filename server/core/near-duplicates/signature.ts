/**
 * Signatures whose share of equal values estimates the Jaccard similarity of two texts' shingle sets: one-permutation
 * MinHash (Li, Owen, Zhang 2012) with empty bins filled by the optimal densification of Shrivastava (2017).
 */
import { createTextFolder, keptUnits } from "./fold-text.ts";
import { hashShingles, mix, shingleWidths } from "./shingles.ts";

/**
 * Values a signature holds. 128 finds 20 % edits where 64 misses a third of them (see test/bench/near-duplicates.ts);
 * 256 bytes a sample.
 */
export const binCount = 128;
const binBits = 7;
const emptyBin = 0x7fffffff;

export interface Signer {
	/**
	 * Writes `binCount` values into `values` from `at` on, and returns a 53-bit hash of the folded text. Blank text has
	 * neither: returns NaN and writes nothing.
	 */
	sign(text: string, values: Uint16Array, at: number): number;
}

export function createSigner(): Signer {
	const folder = createTextFolder();
	const widths = shingleWidths();
	const probes = probeTable();
	const minima = new Int32Array(binCount);
	let kept = new Int32Array(4096);
	return {
		sign(text, values, at) {
			const units = folder.fold(text);
			if (units.length === 0) return Number.NaN;
			const hashes = kept.length < units.length ? new Int32Array(units.length) : kept;
			if (hashes.length <= keptUnits) kept = hashes;
			keepMinima(minima, hashes, hashShingles(units, widths, hashes));
			fillEmptyBins(minima, probes, values, at);
			return hash53(units);
		},
	};
}

/** A hash's first bits choose its bin, the other 25 compete there. */
function keepMinima(minima: Int32Array, hashes: Int32Array, count: number): void {
	minima.fill(emptyBin);
	for (let at = 0; at < count; at += 1) {
		const hash = hashes[at] as number;
		const bin = hash >>> (32 - binBits);
		const value = hash & 0x1ffffff;
		if (value < (minima[bin] as number)) minima[bin] = value;
	}
}

/** Sixteen of a minimum's bits are kept: two different shingles agree by chance once in 65,536. */
function fillEmptyBins(minima: Int32Array, probes: Uint8Array, values: Uint16Array, at: number): void {
	for (let bin = 0; bin < binCount; bin += 1) {
		let lender = bin;
		for (let probe = bin * binCount; minima[lender] === emptyBin; probe += 1) lender = probes[probe] as number;
		values[at + bin] = minima[lender] as number;
	}
}

/** For each bin all bins in an order of its own: where an empty bin looks for a value. Ends, as one bin is never empty. */
function probeTable(): Uint8Array {
	const table = new Uint8Array(binCount * binCount);
	for (let bin = 0; bin < binCount; bin += 1) {
		const order = Array.from({ length: binCount }, (_, other) => other);
		order.sort((a, b) => mix(bin * binCount + a + 1) - mix(bin * binCount + b + 1));
		table.set(order, bin * binCount);
	}
	return table;
}

/** Two multiplicative hashes side by side: among a million texts a false match is a 1 in 20,000 event. */
function hash53(units: Uint16Array): number {
	let low = 0xdeadbeef;
	let high = 0x41c6ce57;
	for (let at = 0; at < units.length; at += 1) {
		const unit = units[at] as number;
		low = Math.imul(low ^ unit, 0x9e3779b1);
		high = Math.imul(high ^ unit, 0x5f356495);
	}
	return (mix(high ^ units.length) & 0x1fffff) * 0x100000000 + (mix(low ^ (high >>> 11)) >>> 0);
}
