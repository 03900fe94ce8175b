/** Locality-sensitive hashing: rows that agree in one whole band of their signatures are worth a comparison. */
import { mix } from "./shingles.ts";
import { binCount } from "./signature.ts";
import type { SignatureColumns } from "./signature-columns.ts";

const bandWidth = 4;
export const bandCount = binCount / bandWidth;

/** Whether the rows agree in this band. */
export function agreeInBand(values: Uint16Array, one: number, other: number, band: number): boolean {
	const a = one * binCount + band * bandWidth;
	const b = other * binCount + band * bandWidth;
	return (
		values[a] === values[b] &&
		values[a + 1] === values[b + 1] &&
		values[a + 2] === values[b + 2] &&
		values[a + 3] === values[b + 3]
	);
}

/**
 * Calls `visit` with a later and an earlier row of `rows` that fall into the same bucket, band after band, at most
 * `perBand` earlier rows each, the newest first; `visitCut` where there were more. So a million rows from one template
 * cost a bounded number of comparisons each, not a million.
 */
export function visitCandidates(
	columns: SignatureColumns,
	rows: Uint32Array,
	perBand: number,
	visit: (later: number, earlier: number, band: number) => void,
	visitCut: (later: number, band: number) => void,
): void {
	const keys = new Int32Array(columns.count);
	const previous = new Int32Array(columns.count);
	const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(2, rows.length * 2))));
	for (let band = 0; band < bandCount; band += 1) {
		slots.fill(-1);
		for (const row of rows) {
			keys[row] = bandKey(columns.values, row, band);
			const slot = slotOf(slots, keys, keys[row] as number);
			let earlier = slots[slot] as number;
			previous[row] = earlier;
			slots[slot] = row;
			for (let seen = 0; earlier !== -1; seen += 1) {
				if (seen === perBand) {
					visitCut(row, band);
					break;
				}
				visit(row, earlier, band);
				earlier = previous[earlier] as number;
			}
		}
	}
}

/** Where the newest row with this key stands, or may stand. Half of the slots are free at least, so it ends soon. */
function slotOf(slots: Int32Array, keys: Int32Array, key: number): number {
	let slot = key & (slots.length - 1);
	while (slots[slot] !== -1 && keys[slots[slot] as number] !== key) slot = (slot + 1) & (slots.length - 1);
	return slot;
}

function bandKey(values: Uint16Array, row: number, band: number): number {
	const at = row * binCount + band * bandWidth;
	const left = (values[at] as number) | ((values[at + 1] as number) << 16);
	const right = (values[at + 2] as number) | ((values[at + 3] as number) << 16);
	return mix(Math.imul(mix(left), 0x9e3779b1) ^ right);
}
