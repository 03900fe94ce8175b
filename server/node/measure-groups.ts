/** The groups a dataset falls into, in order of their names, with the hash of what was measured in each. */
import { createHash, type Hash } from "node:crypto";
import { GroupMeasure } from "../core/measure/group-measure.ts";
import type { GroupKey, MeasuredSample } from "../core/measure/measured-sample.ts";
import { createSigner } from "../core/near-duplicates/signature.ts";
import { UserError } from "../core/problem.ts";

/** Each group keeps two sums of 2 MB for the lexical embedding. */
const mostGroups = 200;

interface HashedGroup {
	readonly measure: GroupMeasure;
	readonly hash: Hash;
}

export class MeasureGroups {
	readonly #by: readonly GroupKey[];
	readonly #groups = new Map<string, HashedGroup>();
	readonly #signer = createSigner();

	constructor(by: readonly GroupKey[]) {
		this.#by = by;
	}

	/** First pass: makes the group where it is the first of it. */
	count(sample: MeasuredSample, place: string): void {
		const name = groupName(sample, this.#by);
		const group = this.#groups.get(name) ?? this.#newGroup(name, sample);
		group.measure.count(sample, place);
		group.hash.update(JSON.stringify([sample.prompt, sample.response]));
	}

	/** The group of a sample that was counted; undefined where the file has changed since. */
	of(sample: MeasuredSample): GroupMeasure | undefined {
		return this.#groups.get(groupName(sample, this.#by))?.measure;
	}

	/** Every group with the SHA-256 of its measured texts. */
	finished(): { readonly measure: GroupMeasure; readonly sha256: string }[] {
		return [...this.#groups]
			.sort(([left], [right]) => (left < right ? -1 : 1))
			.map(([, { measure, hash }]) => ({ measure, sha256: hash.copy().digest("hex") }));
	}

	#newGroup(name: string, sample: MeasuredSample): HashedGroup {
		if (this.#groups.size === mostGroups)
			throw new UserError(
				"too-many-groups",
				`More than ${mostGroups} groups of ${this.#by.join(", ")}; group by less.`,
			);
		const labels = Object.fromEntries(this.#by.map((key) => [key, sample[key]]));
		const group = { measure: new GroupMeasure(labels, this.#groups.size, this.#signer), hash: createHash("sha256") };
		this.#groups.set(name, group);
		return group;
	}
}

export function groupName(sample: MeasuredSample, by: readonly GroupKey[]): string {
	return JSON.stringify(by.map((key) => sample[key]));
}
