/** Collects what the monitor panel shows of one session: histories are kept short, texts are cut. */

import type { FailureClasses } from "../core/generate/failure-classes.ts";
import type { MonitorLane, MonitorMessage, MonitorSample } from "../core/generate/monitor-message.ts";
import type { JournalLine, Manifest } from "../core/generate/run-records.ts";
import { isPractice } from "../core/generate/run-records.ts";
import type { SampleRow } from "../core/sample-row.ts";
import type { SessionProgress } from "./generate-progress.ts";

/** Points a history keeps; older ones are thinned out by half. */
const pointsKept = 600;
const pausesKept = 100;
const samplesKept = 5;
const longestText = 1_200;

type History = Pick<MonitorLane, "limits" | "pauses">;

export class RunMonitor {
	readonly #manifest: Manifest;
	readonly #startedAt = performance.now();
	readonly #histories = new Map<string, { limits: History["limits"]; pauses: History["pauses"] }>();
	readonly #latest: MonitorSample[] = [];
	readonly #failures: FailureClasses;
	#rates: MonitorMessage["rates"] = [];
	#counted = { atS: 0, accepted: 0 };

	/** `failures` holds those of earlier sessions. */
	constructor(manifest: Manifest, accepted: number, failures: FailureClasses) {
		this.#manifest = manifest;
		this.#failures = failures;
		this.#counted.accepted = accepted;
		for (const { name } of manifest.teachers) this.#histories.set(name, { limits: [], pauses: [] });
	}

	limit(teacher: string, limit: number): void {
		const history = this.#histories.get(teacher);
		if (history) history.limits = thinned([...history.limits, { atS: this.#now(), limit }]);
	}

	pause(teacher: string, ms: number, reason: string): void {
		const pauses = this.#histories.get(teacher)?.pauses;
		pauses?.push({ atS: this.#now(), seconds: ms / 1000, reason });
		if (pauses && pauses.length > pausesKept) pauses.shift();
	}

	attempt(teacher: string, line: JournalLine): void {
		this.#failures.add(teacher, line);
	}

	sample(teacher: string, { language, strategy, prompt, response }: SampleRow): void {
		this.#latest.unshift({ teacher, language, strategy, prompt: cut(prompt), response: cut(response) });
		this.#latest.length = Math.min(this.#latest.length, samplesKept);
	}

	message(progress: SessionProgress, title: string): MonitorMessage {
		this.#countRate(progress.accepted);
		const { runId, state, accepted, rejected, target, reused, ratePerS, etaS, waiting, message } = progress;
		return {
			...{ runId, title, state, accepted, rejected, target, reused, ratePerS, etaS, waiting, message },
			rates: this.#rates,
			spent: { ...progress.spent },
			projected: progress.projected && { ...progress.projected },
			budget: progress.budget,
			cells: [...progress.cells],
			lanes: progress.lanes.map((lane) => ({
				...lane,
				isPractice: isPractice(this.#manifest, lane.teacher),
				limits: this.#histories.get(lane.teacher)?.limits ?? [],
				pauses: this.#histories.get(lane.teacher)?.pauses ?? [],
			})),
			reasons: Object.entries(progress.reasons).map(([reason, count]) => ({ reason, count })),
			failures: this.#failures.list(),
			latest: [...this.#latest],
		};
	}

	#countRate(accepted: number): void {
		const atS = this.#now();
		const { atS: before, accepted: had } = this.#counted;
		if (atS - before < 1) return;
		this.#rates = thinned([...this.#rates, { atS, perS: (accepted - had) / (atS - before) }]);
		this.#counted = { atS, accepted };
	}

	#now(): number {
		return Math.round(performance.now() - this.#startedAt) / 1000;
	}
}

function thinned<T>(points: T[]): T[] {
	return points.length <= pointsKept ? points : points.filter((_, index) => index % 2 === 1);
}

const cut = (text: string) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);
