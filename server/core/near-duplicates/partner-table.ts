/** The earlier rows each row was found to resemble, a bounded number a row, in typed arrays. */
import { binCount } from "./signature.ts";

/** More partners than a row keeps tell nobody more: it is one of a crowd. Bounds memory at 80 bytes a row. */
export const partnersKept = 16;

export interface PartnerTable {
	has(later: number, earlier: number): boolean;
	isFull(later: number): boolean;
	/** `equal` of `binCount` values agree. Nothing happens where the row is full or has the partner already. */
	add(later: number, earlier: number, equal: number): void;
	/** Earlier rows and their similarities, the most alike first, of equals the first. */
	of(later: number): readonly { readonly earlier: number; readonly similarity: number }[];
}

export function createPartnerTable(count: number): PartnerTable {
	const partners = new Int32Array(count * partnersKept);
	const equals = new Uint8Array(count * partnersKept);
	const counts = new Uint8Array(count);
	const countOf = (row: number) => counts[row] ?? 0;
	const has = (later: number, earlier: number) => {
		const start = later * partnersKept;
		for (let at = start; at < start + countOf(later); at += 1) if (partners[at] === earlier) return true;
		return false;
	};
	const isFull = (later: number) => countOf(later) === partnersKept;
	return {
		has,
		isFull,
		add(later, earlier, equal) {
			if (isFull(later) || has(later, earlier)) return;
			const at = later * partnersKept + countOf(later);
			partners[at] = earlier;
			equals[at] = equal;
			counts[later] = countOf(later) + 1;
		},
		of(later) {
			const start = later * partnersKept;
			return Array.from({ length: countOf(later) }, (_, at) => ({
				earlier: partners[start + at] as number,
				similarity: (equals[start + at] as number) / binCount,
			})).sort((a, b) => b.similarity - a.similarity || a.earlier - b.earlier);
		},
	};
}
