/** Finds texts that are almost the same among any number of them, from their signatures alone. */
import { agreeInBand, visitCandidates } from "./candidates.ts";
import { createPartnerTable, type PartnerTable } from "./partner-table.ts";
import { binCount } from "./signature.ts";
import type { SignatureColumns } from "./signature-columns.ts";

export interface NearDuplicateOptions {
	/** Least estimated Jaccard similarity of a pair. */
	readonly threshold?: number;
	/** Earlier rows a row is compared with in one band. */
	readonly comparisonsPerBand?: number;
}

/**
 * Estimated Jaccard similarity from which on a pair is reported. At 0.5 a sixth of the pairs with 20 % of their words
 * replaced is missed (test/bench/near-duplicates.ts); at 0.42 one pair in 25 of real documentation lies below an exact 0.4.
 */
export const defaultThreshold = 0.45;

export interface DuplicatePair {
	/** Rows, from 0; `earlier` < `later`. */
	readonly earlier: number;
	readonly later: number;
	/** Estimated Jaccard similarity of the shingle sets; 1 for exact pairs. */
	readonly similarity: number;
	/** The same but for case, white space and Unicode form. */
	readonly isExact: boolean;
}

/** Every pair was compared itself: that a resembles b and b resembles c says nothing about a and c. */
export interface NearDuplicates {
	/**
	 * The row's earlier partners, the most alike first, at most `partnersKept`. An exact copy has one: the first of its
	 * kind, whose own partners are its partners too.
	 */
	pairsOf(later: number): readonly DuplicatePair[];
	/** For each row the earlier row most like it, of equals the first; -1 where there is none. */
	readonly nearest: Int32Array<ArrayBuffer>;
	/** For each row the similarity to it, NaN where there is none. */
	readonly similarity: Float32Array<ArrayBuffer>;
	/** Rows alike to so many others that not all of them were compared. */
	readonly cutRows: number;
}

export function findNearDuplicates(columns: SignatureColumns, options: NearDuplicateOptions = {}): NearDuplicates {
	const partners = createPartnerTable(columns.count);
	const firsts = pairCopies(columns, partners);
	const cutRows = pairAlike(columns, firsts, partners, options);
	const { hashes } = columns;
	const pairsOf = (later: number): readonly DuplicatePair[] =>
		partners.of(later).map((partner) => ({ ...partner, later, isExact: hashes[partner.earlier] === hashes[later] }));
	return { pairsOf, ...nearestOf(pairsOf, columns.count), cutRows };
}

/** Pairs rows of equal hash; returns the rows left to compare, neither blank nor a copy. */
function pairCopies(columns: SignatureColumns, partners: PartnerTable): Uint32Array {
	const firstByHash = new Map<number, number>();
	const firsts = new Uint32Array(columns.count);
	let count = 0;
	for (let row = 0; row < columns.count; row += 1) {
		const hash = columns.hashes[row] as number;
		if (Number.isNaN(hash)) continue;
		const first = firstByHash.get(hash);
		if (first === undefined) {
			firstByHash.set(hash, row);
			firsts[count++] = row;
		} else partners.add(row, first, binCount);
	}
	return firsts.subarray(0, count);
}

/** Returns how many rows were not compared with all that share a band with them. */
function pairAlike(
	columns: SignatureColumns,
	rows: Uint32Array,
	partners: PartnerTable,
	{ threshold = defaultThreshold, comparisonsPerBand = 16 }: NearDuplicateOptions,
): number {
	const { values } = columns;
	const leastEqual = Math.ceil(threshold * binCount);
	/** A bit for each of a row's 32 bands in which not every earlier row was compared. */
	const cutBands = new Uint32Array(columns.count);
	const cut = (later: number, band: number) => {
		cutBands[later] = (cutBands[later] as number) | (1 << band);
	};
	const compare = (later: number, earlier: number, band: number) => {
		if (partners.has(later, earlier)) return;
		if (partners.isFull(later)) return cut(later, band);
		if (wasCompared(values, later, earlier, band, cutBands[later] as number)) return;
		const equal = equalValues(values, later, earlier, leastEqual);
		if (equal >= leastEqual) partners.add(later, earlier, equal);
	};
	visitCandidates(columns, rows, comparisonsPerBand, compare, cut);
	return cutBands.reduce((sum, bands) => sum + (bands === 0 ? 0 : 1), 0);
}

/** Whether an earlier band, not cut short, has brought these rows together before. */
function wasCompared(values: Uint16Array, later: number, earlier: number, band: number, cutBands: number): boolean {
	for (let before = 0; before < band; before += 1) {
		if ((cutBands & (1 << before)) === 0 && agreeInBand(values, later, earlier, before)) return true;
	}
	return false;
}

/** Number of equal values, or -1 as soon as `least` can no longer be reached. */
function equalValues(values: Uint16Array, one: number, other: number, least: number): number {
	const a = one * binCount;
	const b = other * binCount;
	let missesLeft = binCount - least;
	for (let bin = 0; bin < binCount; bin += 1) {
		if (values[a + bin] === values[b + bin]) continue;
		missesLeft -= 1;
		if (missesLeft < 0) return -1;
	}
	return least + missesLeft;
}

function nearestOf(pairsOf: NearDuplicates["pairsOf"], count: number) {
	const nearest = new Int32Array(count).fill(-1);
	const similarity = new Float32Array(count).fill(Number.NaN);
	for (let row = 0; row < count; row += 1) {
		const best = pairsOf(row)[0];
		if (!best) continue;
		nearest[row] = best.earlier;
		similarity[row] = best.similarity;
	}
	return { nearest, similarity };
}
