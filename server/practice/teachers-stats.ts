/** What the practice server saw, so that tests and benchmarks count at the server and not at the client. */
import { createHash } from "node:crypto";

export interface TeacherStats {
	/** Chat requests received. */
	readonly attempts: number;
	/** Answered in full. */
	readonly served: number;
	readonly peakInFlight: number;
	readonly inFlight: number;
	/** Attempts beyond the first for the same messages and seed. */
	readonly repeats: number;
	/** Batch files uploaded or written, and batches created. */
	readonly files: number;
	readonly batches: number;
	/** Answers by HTTP status. */
	readonly statuses: Readonly<Record<string, number>>;
	/** Milliseconds since the server started, of the newest arrivals, oldest first. */
	readonly arrivalsMs: readonly number[];
	/** Keys presented, as the header spelled them: never logged, only for tests of who gets which key. */
	readonly authorizations: readonly string[];
}

const arrivalsKept = 5_000;

export class StatsCounter {
	readonly #startedAt = performance.now();
	/** By hash: requests are long, and a practice server may see very many. */
	readonly #seen = new Map<string, number>();
	readonly #statuses = new Map<number, number>();
	readonly #authorizations = new Set<string>();
	readonly #arrivals: number[] = [];
	#attempts = 0;
	#served = 0;
	#peak = 0;
	inFlight = 0;

	/** Counts an attempt; returns how many came before it for the same request. */
	arrived(request: string, authorization: string | undefined): number {
		const fingerprint = createHash("sha1").update(request).digest("base64");
		this.#attempts += 1;
		this.inFlight += 1;
		this.#peak = Math.max(this.#peak, this.inFlight);
		this.#arrivals.push(Math.round(performance.now() - this.#startedAt));
		if (this.#arrivals.length > arrivalsKept) this.#arrivals.shift();
		if (authorization !== undefined) this.#authorizations.add(authorization);
		const before = this.#seen.get(fingerprint) ?? 0;
		this.#seen.set(fingerprint, before + 1);
		return before;
	}

	answered(status: number, isServed: boolean): void {
		this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
		if (isServed) this.#served += 1;
	}

	get attempts(): number {
		return this.#attempts;
	}

	summary({ files, batches }: { files: number; batches: number }): TeacherStats {
		return {
			attempts: this.#attempts,
			served: this.#served,
			peakInFlight: this.#peak,
			inFlight: this.inFlight,
			repeats: this.#attempts - this.#seen.size,
			files,
			batches,
			statuses: Object.fromEntries(this.#statuses),
			arrivalsMs: [...this.#arrivals],
			authorizations: [...this.#authorizations],
		};
	}
}
