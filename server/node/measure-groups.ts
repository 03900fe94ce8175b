/** The groups a dataset falls into, in order of their names, with the hash of what was measured in each. */
import { createHash, type Hash } from "node:crypto";
import { GroupMeasure } from "../core/measure/group-measure.ts";
import type { GroupKey, MeasuredSample } from "../core/measure/measured-sample.ts";
import { UserError } from "../core/problem.ts";

/** Each group keeps two sums of 2 MB for the lexical embedding, in each of two threads. */
const mostGroups = 200;

interface HashedGroup {
	readonly name: string;
	readonly measure: GroupMeasure;
	readonly hash: Hash;
}

export class MeasureGroups {
	readonly #by: readonly GroupKey[];
	readonly #places = new Map<string, number>();
	readonly #groups: HashedGroup[] = [];

	constructor(by: readonly GroupKey[]) {
		this.#by = by;
	}

	/** Its place, in order of appearance; made where it is the first of it. */
	place(name: string, labels: Readonly<Record<GroupKey, string | null>>): number {
		const known = this.#places.get(name);
		if (known !== undefined) return known;
		if (this.#groups.length === mostGroups)
			throw new UserError(
				"too-many-groups",
				`More than ${mostGroups} groups of ${this.#by.join(", ")}; group by less.`,
			);
		const own = Object.fromEntries(this.#by.map((key) => [key, labels[key]]));
		this.#groups.push({ name, measure: new GroupMeasure(own), hash: createHash("sha256") });
		this.#places.set(name, this.#groups.length - 1);
		return this.#groups.length - 1;
	}

	/** Takes in a row of the table with the digest of its texts. */
	add(place: number, row: number, digest: Uint8Array): void {
		const group = this.#groups[place];
		group?.measure.rows.push(row);
		group?.hash.update(digest);
	}

	at(place: number): GroupMeasure {
		const group = this.#groups[place];
		if (!group) throw new RangeError(`There is no group ${place}.`);
		return group.measure;
	}

	/** By place. */
	all(): readonly GroupMeasure[] {
		return this.#groups.map(({ measure }) => measure);
	}

	/** Every group by name, with its place and the SHA-256 of its measured texts. */
	finished(): { readonly measure: GroupMeasure; readonly place: number; readonly sha256: string }[] {
		return this.#groups
			.map(({ name, measure, hash }, place) => ({ name, measure, place, sha256: hash.copy().digest("hex") }))
			.sort((left, right) => (left.name < right.name ? -1 : 1));
	}
}

export function groupName(sample: MeasuredSample, by: readonly GroupKey[]): string {
	return JSON.stringify(by.map((key) => sample[key]));
}
