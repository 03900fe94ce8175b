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

/**
 * Rows in an order in which those follow each other that share memory, a language's weights and then, by `within`, a
 * group's sum or a model: they find it in the processor's cache.
 */
export function byLanguage(samples: readonly MeasuredSample[], within: (row: number) => number = () => 0): number[] {
	const places = new Map<string, number>();
	const keys = samples.map(({ language }, row) => {
		const name = language ?? "";
		const place = places.get(name) ?? places.size;
		places.set(name, place);
		return place * 65_536 + within(row);
	});
	return [...samples.keys()].sort((left, right) => (keys[left] ?? 0) - (keys[right] ?? 0) || left - right);
}

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
