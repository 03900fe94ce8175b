/** What a share says about the rows of a block, as columns: names by place, digests, orders. */
import { createHash } from "node:crypto";
import type { MeasuredSample } from "../core/measure/measured-sample.ts";

/** Names with their places, so that a block says each only once. */
export interface Labelled<T> {
	readonly names: readonly T[];
	/** Index into `names` by row. */
	readonly of: Uint16Array<ArrayBuffer>;
}

export const digestBytes = 32;

/** Texts of one language share their weights: one after the other, they find them in the processor's cache. */
export function byLanguage(samples: readonly MeasuredSample[]): number[] {
	const rows = [...samples.keys()];
	const languageOf = (row: number) => samples[row]?.language ?? "";
	return rows.sort((left, right) => compare(languageOf(left), languageOf(right)) || left - right);
}

const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);

export function labelled<T>(
	samples: readonly MeasuredSample[],
	keyOf: (sample: MeasuredSample) => string,
	nameOf: (key: string, sample: MeasuredSample) => T,
): Labelled<T> {
	const places = new Map<string, number>();
	const names: T[] = [];
	const of = new Uint16Array(samples.length);
	for (const [row, sample] of samples.entries()) {
		const key = keyOf(sample);
		let place = places.get(key);
		if (place === undefined) {
			place = names.length;
			places.set(key, place);
			names.push(nameOf(key, sample));
		}
		of[row] = place;
	}
	return { names, of };
}

export function digestsOf(samples: readonly MeasuredSample[]): Uint8Array<ArrayBuffer> {
	const digests = new Uint8Array(samples.length * digestBytes);
	for (const [row, { prompt, response }] of samples.entries()) {
		const digest = createHash("sha256")
			.update(JSON.stringify([prompt, response]))
			.digest();
		digests.set(digest, row * digestBytes);
	}
	return digests;
}

/** Place of each mapped row among the mapped ones. */
export function mappedPlaces(isMapped: Uint8Array): Uint32Array {
	let next = 0;
	return Uint32Array.from(isMapped, (is) => (is === 1 ? next++ : 0));
}
