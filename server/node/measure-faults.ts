/** Why values of a backend are missing, with counts; for the warnings below the table. */
export class FaultCounts {
	readonly #counts = new Map<string, number>();
	#asked = 0;

	asked(values: number): void {
		this.#asked += values;
	}

	add(fault: string): void {
		// Messages of a server may differ each time; a cap keeps them from filling the memory.
		const reason = this.#counts.size < 50 || this.#counts.has(fault) ? fault : "other reasons";
		this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
	}

	/** One sentence, the commonest reasons first; none where nothing failed. */
	warnings(backend: string, what: string): string[] {
		const failed = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
		if (failed === 0) return [];
		const reasons = [...this.#counts]
			.sort(([, left], [, right]) => right - left)
			.slice(0, 3)
			.map(([reason, count]) => `${count} × ${reason}`);
		const more = this.#counts.size > reasons.length ? "; …" : "";
		return [`${backend}: ${failed} of ${this.#asked} ${what} are missing: ${sentence(`${reasons.join("; ")}${more}`)}`];
	}
}

/** Reasons of ours end without a stop, those of servers with one. */
export function sentence(reason: string): string {
	return /[.!?]$/u.test(reason) ? reason : `${reason}.`;
}
