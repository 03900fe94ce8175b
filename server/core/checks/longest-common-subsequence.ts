/** The length of the longest common subsequence of two word lists, 31 words of the first at a time in one number. */

/** Hyyrö's bit-parallel algorithm: O(first × second / 31). */
export function longestCommonSubsequence<W>(first: readonly W[], second: readonly W[]): number {
	const blocks = Math.ceil(first.length / bits);
	const masks = new Map<W, Int32Array>();
	for (const [index, word] of first.entries()) {
		let mask = masks.get(word);
		if (!mask) {
			mask = new Int32Array(blocks);
			masks.set(word, mask);
		}
		const block = Math.floor(index / bits);
		mask[block] = (mask[block] ?? 0) | (1 << (index % bits));
	}
	// A zero bit marks a place where the subsequence grew.
	const row = new Int32Array(blocks).fill(full);
	for (const word of second) {
		const mask = masks.get(word);
		if (mask) addWord(row, mask);
	}
	return first.length - ones(row, first.length);
}

const bits = 31;
const full = 0x7fffffff;

function addWord(row: Int32Array, mask: Int32Array): void {
	let carry = 0;
	for (let block = 0; block < row.length; block += 1) {
		const value = row[block] ?? 0;
		const shared = value & (mask[block] ?? 0);
		const sum = value + shared + carry;
		carry = sum > full ? 1 : 0;
		row[block] = ((sum & full) | (value & ~shared)) & full;
	}
}

function ones(row: Int32Array, length: number): number {
	let count = 0;
	for (let index = 0; index < length; index += 1) {
		count += ((row[Math.floor(index / bits)] ?? 0) >> (index % bits)) & 1;
	}
	return count;
}
