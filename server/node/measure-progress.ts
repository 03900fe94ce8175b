/** Tells how far a measurement is, at most four times a second. */
import type { MeasureProgress } from "../core/measure/measure-progress.ts";
import type { MeasureJournal } from "./measure-journal.ts";
import type { MeasureLane } from "./measure-lane.ts";

const everyMs = 250;

export class ProgressTeller {
	readonly #tell: ((progress: MeasureProgress) => void) | undefined;
	readonly #lanes: readonly MeasureLane[];
	readonly #journal: MeasureJournal | null;
	#phase: MeasureProgress["phase"] = "counting";
	#startedAt = performance.now();
	#done = 0;
	#total: number | null = null;
	#toldAt = Number.NEGATIVE_INFINITY;
	#ticker: NodeJS.Timeout | undefined;

	constructor(
		tell: ((progress: MeasureProgress) => void) | undefined,
		lanes: readonly MeasureLane[],
		journal: MeasureJournal | null,
	) {
		this.#tell = tell;
		this.#lanes = lanes;
		this.#journal = journal;
	}

	/** Tells on by itself, so that a pause of all endpoints shows its reason. */
	start(): void {
		if (this.#tell) this.#ticker = setInterval(() => this.#report(false), everyMs).unref();
	}

	stop(): void {
		clearInterval(this.#ticker);
	}

	enter(phase: MeasureProgress["phase"], total: number | null): void {
		this.#phase = phase;
		this.#total = total;
		this.#done = 0;
		this.#startedAt = performance.now();
		this.#report(true);
	}

	advance(rows: number): void {
		this.#done += rows;
		this.#report(false);
	}

	#report(isNow: boolean): void {
		const now = performance.now();
		if (!this.#tell || (!isNow && now - this.#toldAt < everyMs)) return;
		this.#toldAt = now;
		const left = this.#total === null ? null : this.#total - this.#done;
		const seconds = (now - this.#startedAt) / 1000;
		this.#tell({
			phase: this.#phase,
			done: this.#done,
			total: this.#total,
			calls: this.#journal?.attempts ?? 0,
			inFlight: this.#lanes.reduce((sum, { inFlight }) => sum + inFlight, 0),
			spent: { ...this.#journal?.spent },
			waiting: this.#lanes.map(({ waiting }) => waiting).find((reason) => reason !== null) ?? null,
			etaS: left === null || this.#done === 0 ? null : (seconds / this.#done) * left,
		});
	}
}
