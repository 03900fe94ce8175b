/**
 * Which runs of characters two texts must share to be alike: five of an alphabet, three of a script written without spaces
 * or with a syllable in a unit, two of Han and kana, whose words are one or two characters long: replacing a fifth of a
 * Japanese text's words leaves 70 % of its pairs of characters, but only 60 % of its threes.
 */

/** Both ends belong. */
const threes: readonly (readonly [number, number])[] = [
	[0x0e00, 0x0eff], // Thai, Lao
	[0x1000, 0x109f], // Myanmar
	[0x1100, 0x11ff], // Hangul letters
	[0x1780, 0x17ff], // Khmer
	[0xac00, 0xd7a3], // Hangul syllables
];
const twos: readonly (readonly [number, number])[] = [
	[0x3000, 0x30ff], // marks of Chinese and Japanese, Hiragana, Katakana
	[0x3400, 0x9fff], // Han
	[0xd840, 0xd87f], // first units of Han outside the basic plane
	[0xf900, 0xfaff], // Han compatibility
	[0xff01, 0xff9f], // full-width marks and letters, half-width Katakana
];

/** For each UTF-16 unit how many units a shingle that ends with it has. */
export function shingleWidths(): Uint8Array {
	const widths = new Uint8Array(65536).fill(5);
	for (const [first, last] of threes) widths.fill(3, first, last + 1);
	for (const [first, last] of twos) widths.fill(2, first, last + 1);
	return widths;
}

/**
 * Writes a well mixed 32-bit hash of every shingle into `hashes`, which has room for one a unit, and returns how many.
 * The width follows the unit a shingle ends with, not the text as a whole, so that one English name more or less never
 * changes how the rest of a Japanese text is cut. A text too short for a shingle is one itself.
 */
export function hashShingles(units: Uint16Array, widths: Uint8Array, hashes: Int32Array): number {
	let count = 0;
	for (let end = 1; end < units.length; end += 1) {
		const last = units[end] as number;
		const width = widths[last] as number;
		if (width > end + 1) continue;
		let hash = units[end - 1] as number;
		if (width > 2) hash = (hash + Math.imul(units[end - 2] as number, factor) + threeUnits) | 0;
		if (width > 3) {
			const first = Math.imul(units[end - 4] as number, factor) + (units[end - 3] as number);
			hash = (hash + Math.imul(first, factorSquared) + fiveUnits) | 0;
		}
		hashes[count++] = mix(Math.imul(hash, factor) + last);
	}
	if (count === 0 && units.length > 0) hashes[count++] = mix(wholeHash(units));
	return count;
}

const factor = 0x01000193;
const factorSquared = Math.imul(factor, factor);
/** Keep shingles of one width apart from those of another that happen to have the same sum. */
const threeUnits = 0x27d4eb2f;
const fiveUnits = 0x5bd1e995;

function wholeHash(units: Uint16Array): number {
	return units.reduce((hash, unit) => (Math.imul(hash, factor) + unit) | 0, units.length);
}

/** The finaliser of MurmurHash3 (Appleby, public domain). Signed: an unsigned result would not stay a small integer. */
export function mix(hash: number): number {
	let mixed = hash ^ (hash >>> 16);
	mixed = Math.imul(mixed, 0x85ebca6b);
	mixed ^= mixed >>> 13;
	mixed = Math.imul(mixed, 0xc2b2ae35);
	return mixed ^ (mixed >>> 16);
}
