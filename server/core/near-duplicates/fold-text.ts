/** Texts as near-duplicate search sees them: Unicode form, case and white space do not count. */

const space = 32;

/** Folds texts into one reused buffer, so that a pass over a file leaves no garbage behind. */
export interface TextFolder {
	/** The folded UTF-16 units; valid until the next call. Lone surrogates stay as they are. */
	fold(text: string): Uint16Array;
}

/** Buffers of more units are not kept: one 20 MB line must not hold 40 MB for good. */
export const keptUnits = 1 << 20;

export function createTextFolder(): TextFolder {
	const table = foldTable();
	let buffer = new Uint16Array(4096);
	return {
		fold(text) {
			const normal = text.normalize("NFC");
			const target = normal.length <= buffer.length ? buffer : new Uint16Array(normal.length);
			if (target.length <= keptUnits) buffer = target;
			return target.subarray(0, foldInto(target, normal, table));
		},
	};
}

/** Returns the number of units written: runs of white space become one space, those at either end nothing. */
function foldInto(target: Uint16Array, text: string, table: Uint16Array): number {
	let count = 0;
	let isSpacePending = false;
	for (let at = 0; at < text.length; at += 1) {
		const unit = table[text.charCodeAt(at)] as number;
		if (unit === space) {
			isSpacePending = count > 0;
			continue;
		}
		if (isSpacePending) target[count++] = space;
		isSpacePending = false;
		target[count++] = unit;
	}
	return count;
}

/** One folded unit for each UTF-16 unit; where lower case is longer than one unit (İ), the unit itself. */
function foldTable(): Uint16Array {
	return Uint16Array.from({ length: 65536 }, (_, unit) => {
		const letter = String.fromCharCode(unit);
		if (/\s/u.test(letter)) return space;
		const lower = letter.toLowerCase();
		return lower.length === 1 ? lower.charCodeAt(0) : unit;
	});
}
