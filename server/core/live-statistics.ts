/** A file's statistics that follow edits: a sample that comes or goes costs its own group's place, not a new count of all. */
import type { LineShare } from "./annotate.ts";
import { type LengthQuartiles, quartilesOfSorted } from "./checks/length-outlier.ts";
import type { NearestByKey } from "./checks/near-duplicate.ts";
import { nothingSearched, type Searched, type SearchedStatistics } from "./searched-findings.ts";

/** The lengths of one group's answers, sorted. */
class Group {
	readonly lengths: number[] = [];
	#quartiles: LengthQuartiles | undefined | null = null;

	add(length: number): void {
		this.lengths.splice(placeOf(this.lengths, length), 0, length);
		this.#quartiles = null;
	}

	remove(length: number): void {
		this.lengths.splice(placeOf(this.lengths, length), 1);
		this.#quartiles = null;
	}

	/** The same object as long as the lengths are the same. */
	get quartiles(): LengthQuartiles | undefined {
		if (this.#quartiles === null) this.#quartiles = quartilesOfSorted(this.lengths);
		return this.#quartiles;
	}
}

/** The first place whose value is not less. */
function placeOf(sorted: readonly number[], value: number): number {
	let low = 0;
	for (let high = sorted.length; low < high; ) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] as number) < value) low = middle + 1;
		else high = middle;
	}
	return low;
}

export class LiveStatistics implements SearchedStatistics {
	readonly #groups = new Map<string, Group>();
	/** Samples by content. */
	readonly #counts = new Map<number, number>();
	readonly #lines: () => Iterable<LineShare | null | undefined>;
	/** As of the last search; by content, as `nearest` is. */
	searched: Searched = nothingSearched;
	#nearest: NearestByKey = new Map();
	#partners = new Set<number>();
	#firstLines: ReadonlyMap<number, number> | undefined;

	/** `lines` gives each line's share in their order; asked for only where something may stand twice. */
	constructor(lines: () => Iterable<LineShare | null | undefined>) {
		this.#lines = lines;
	}

	add({ group, length, key }: LineShare): void {
		this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
		this.moved();
		if (length === null) return;
		const known = this.#groups.get(group) ?? new Group();
		this.#groups.set(group, known);
		known.add(length);
	}

	remove({ group, length, key }: LineShare): void {
		const count = (this.#counts.get(key) ?? 0) - 1;
		if (count > 0) this.#counts.set(key, count);
		else this.#counts.delete(key);
		this.moved();
		if (length !== null) this.#groups.get(group)?.remove(length);
	}

	/** Lines have other numbers now. */
	moved(): void {
		this.#firstLines = undefined;
	}

	get nearest(): NearestByKey {
		return this.#nearest;
	}

	/** As of the last search; by content, so that an edit elsewhere leaves it true. */
	setNearest(nearest: NearestByKey): void {
		this.#nearest = nearest;
		this.#partners = new Set([...nearest.values()].map(({ key }) => key));
		this.moved();
	}

	readonly quartiles = { get: (group: string) => this.#groups.get(group)?.quartiles };

	/** The lengths of a group's answers, sorted. */
	lengthsOf(group: string): readonly number[] {
		return this.#groups.get(group)?.lengths ?? [];
	}

	/** Whether the content stands twice, or is like another. Where not, only its length can be a reason. */
	isShared(key: number): boolean {
		return (this.#counts.get(key) ?? 0) > 1 || this.#nearest.has(key);
	}

	/** Known for what stands twice or is like another. */
	readonly firstLines = {
		get: (key: number) => {
			this.#firstLines ??= this.#findFirstLines();
			return this.#firstLines.get(key);
		},
	};

	#findFirstLines(): ReadonlyMap<number, number> {
		const found = new Map<number, number>();
		let line = 0;
		for (const share of this.#lines()) {
			line += 1;
			if (!share || !(this.isShared(share.key) || this.#partners.has(share.key))) continue;
			if (!found.has(share.key)) found.set(share.key, line);
		}
		return found;
	}
}
