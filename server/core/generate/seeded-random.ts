/** Repeatable draws: the same text gives the same numbers on every machine. */

/** Numbers in [0, 1) drawn from `text`; sfc32 (Chris Doty-Humphrey, PractRand), seeded by four FNV-1a hashes. */
export function seededRandom(text: string): () => number {
	let a = hash32(text, 0);
	let b = hash32(text, 1);
	let c = hash32(text, 2);
	let counter = hash32(text, 3);
	const next = () => {
		const sum = (((a + b) | 0) + counter) | 0;
		counter = (counter + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = (((c << 21) | (c >>> 11)) + sum) | 0;
		return (sum >>> 0) / 4294967296;
	};
	for (let warmUp = 0; warmUp < 12; warmUp++) next();
	return next;
}

/** A new array in random order (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
	const order = [...values];
	for (let last = order.length - 1; last > 0; last--) {
		const other = Math.floor(random() * (last + 1));
		[order[last], order[other]] = [order[other] as T, order[last] as T];
	}
	return order;
}

/** Up to `count` different values in random order, without shuffling all of them. */
export function sampled<T>(values: readonly T[], count: number, random: () => number): T[] {
	const chosen = new Set<number>();
	const wanted = Math.min(count, values.length);
	while (chosen.size < wanted) chosen.add(Math.floor(random() * values.length));
	return [...chosen].map((index) => values[index] as T);
}

/** 32-bit FNV-1a over UTF-16 units, started from `salt`. */
export function hash32(text: string, salt = 0): number {
	let hash = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1);
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	return hash >>> 0;
}
