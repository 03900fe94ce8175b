/** What the passes of one measurement share. */

import { sampled, seededRandom } from "../core/generate/seeded-random.ts";
import type { Draw } from "../core/measure/measure-wish.ts";
import { SampleTable } from "../core/measure/sample-table.ts";
import type { MeasureRequest } from "./measure-dataset.ts";
import { MeasureGroups } from "./measure-groups.ts";
import { ProgressTeller } from "./measure-progress.ts";
import type { Dataset } from "./measure-rows.ts";
import type { DrawnRows } from "./measure-sample.ts";
import type { Share } from "./measure-shares.ts";

/** Points a map holds: more hide each other, and its memory stays at 10 MB. */
const mostMapped = 20_000;

export class MeasureState {
	readonly request: MeasureRequest;
	readonly dataset: Dataset;
	readonly draw: Draw | null;
	readonly drawn: DrawnRows | null;
	readonly shares: readonly Share[];
	readonly signal: AbortSignal;
	readonly table: SampleTable;
	readonly groups: MeasureGroups;
	readonly progress: ProgressTeller;
	/** As rows state them. */
	readonly languages: (string | null)[] = [];
	/** Ratings by people, by row. */
	readonly humanRatings = new Map<number, number>();
	/** Samples in each block of the first pass. */
	readonly rowsOfBlocks: number[] = [];
	readonly counts = { lines: 0, unreadable: 0 };
	readonly #languagePlaces = new Map<string | null, number>();
	#mapped: Uint8Array | undefined;

	constructor(request: MeasureRequest, drawn: DrawnRows | null, shares: readonly Share[], signal: AbortSignal) {
		this.request = request;
		this.dataset = request;
		this.draw = request.draw;
		this.drawn = drawn;
		this.shares = shares;
		this.signal = signal;
		this.table = new SampleTable(request.judges.length);
		this.groups = new MeasureGroups(request.by);
		const lanes = [request.embeddings, ...request.judges, request.scorer].flatMap((backend) => backend?.lane ?? []);
		this.progress = new ProgressTeller(request.onProgress, lanes, request.journal ?? null);
	}

	/** No endpoint gives embeddings. */
	get hasLexical(): boolean {
		return this.request.embeddings === null;
	}

	get hasNoise(): boolean {
		return this.request.hasNoise;
	}

	languagePlace(language: string | null): number {
		const known = this.#languagePlaces.get(language);
		if (known !== undefined) return known;
		this.#languagePlaces.set(language, this.languages.length);
		return this.languages.push(language) - 1;
	}

	onMeasured(line: string): void {
		this.request.onMeasured?.(line);
	}

	/** Which of these rows are on the map of responses: all, or a seeded draw of them. */
	isMapped(firstRow: number, rows: number): Uint8Array {
		if (this.request.hasDetails !== true) return new Uint8Array(rows);
		this.#mapped ??= this.#drawMapped();
		return this.#mapped.subarray(firstRow, firstRow + rows);
	}

	#drawMapped(): Uint8Array {
		const mapped = new Uint8Array(this.table.rows);
		const rows = [...mapped.keys()].filter((row) => this.table.texts.response.isThere(row));
		const random = seededRandom(`map ${this.draw?.seed ?? 0}`);
		for (const row of rows.length <= mostMapped ? rows : sampled(rows, mostMapped, random)) mapped[row] = 1;
		return mapped;
	}
}
