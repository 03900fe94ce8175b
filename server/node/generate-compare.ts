/** Reads a run as a comparison: for each seed, in the order it was drawn, what every teacher answered so far. Writes nothing. */
import { join } from "node:path";
import { type Draw, drawer, PlanLine } from "../core/generate/plan.ts";
import { JournalLine, type Manifest } from "../core/generate/run-records.ts";
import type { SampleRow, SeedRow } from "../core/sample-row.ts";
import { readManifest, runFolder } from "./generate-folder.ts";
import { RunPlans } from "./generate-plans.ts";
import { readLines } from "./generate-read.ts";
import { rowAgain } from "./generate-recover.ts";
import { readSeeds } from "./generate-seeds.ts";

/** A larger run is for the monitor, not for reading side by side. */
const mostSeeds = 100;

/** One teacher's attempts at one seed. */
export interface SeedAttempts {
	readonly teacher: string;
	/** The attempt that counts: an accepted one, else the last; undefined before any came back. */
	readonly last: JournalLine | undefined;
	/** Whether no attempt follows any more. */
	readonly isSettled: boolean;
	/** The sample, where the answer can be read. */
	readonly row: SampleRow | undefined;
	/** Tokens of all attempts that were sent; null where a server did not tell them. */
	readonly used: { readonly prompt: number; readonly completion: number } | null;
}

export interface SeedComparison {
	readonly seed: SeedRow;
	/** In the order of the manifest's teachers. */
	readonly attempts: readonly SeedAttempts[];
}

export class ComparisonReader {
	readonly manifest: Manifest;
	readonly #path: string;
	readonly #plans: RunPlans;
	readonly #seeds: readonly SeedRow[];

	private constructor(path: string, manifest: Manifest, seeds: readonly SeedRow[]) {
		this.#path = path;
		this.manifest = manifest;
		this.#seeds = seeds;
		this.#plans = new RunPlans(manifest, seeds);
	}

	static async open(folder: string, runId: string): Promise<ComparisonReader> {
		const manifest = await readManifest(folder, runId);
		const paths = manifest.seedFiles.map(({ path }) => path);
		const { rows } = await readSeeds(paths, manifest.cells[0]?.language ?? "");
		return new ComparisonReader(runFolder(folder, runId), manifest, rows);
	}

	/** What is on disk now. A torn last line counts at the next reading. */
	async read(): Promise<SeedComparison[]> {
		const lines = await this.#planLines();
		const attempts = await this.#journalLines();
		return this.#draws().map((draw, index) => ({
			seed: this.#seed(draw.seed),
			attempts: this.manifest.cells.map((_, cell) => this.#attempts(cell, lines.get(placeOf(cell, index)), attempts)),
		}));
	}

	/** All teachers are asked about the same seeds in the same order, so the first cell's draws are everybody's. */
	#draws(): Draw[] {
		const [cell] = this.manifest.cells;
		if (!cell) return [];
		const draw = drawer(this.#seeds, cell, this.manifest.seed);
		return Array.from({ length: Math.min(mostSeeds, cell.draws ?? cell.target) }, (_, index) => draw(index));
	}

	#seed(id: string): SeedRow {
		const found = this.#seeds.find((seed) => seed.id === id);
		if (!found) throw new Error(`The seed ${id} is not in the seed files of this run.`);
		return found;
	}

	#attempts(
		cell: number,
		plan: PlanLine | undefined,
		journal: ReadonlyMap<string, readonly JournalLine[]>,
	): SeedAttempts {
		const teacher = this.manifest.cells[cell]?.teacher ?? "";
		const lines = (plan && journal.get(plan.key)) ?? [];
		const accepted = lines.find(({ verdict }) => verdict === "accepted");
		const last = accepted ?? lines.at(-1);
		return {
			teacher,
			last,
			isSettled: accepted !== undefined || last?.verdict === "dropped",
			row: plan && last && last.answer !== null ? rowAgain(this.manifest, this.#plans, plan, last) : undefined,
			used: usedBy(lines),
		};
	}

	/** By cell and index. */
	async #planLines(): Promise<Map<string, PlanLine>> {
		const lines = new Map<string, PlanLine>();
		await eachLine(join(this.#path, "plan.jsonl"), PlanLine, (line) => lines.set(placeOf(line.cell, line.index), line));
		return lines;
	}

	async #journalLines(): Promise<Map<string, JournalLine[]>> {
		const lines = new Map<string, JournalLine[]>();
		await eachLine(join(this.#path, "journal.jsonl"), JournalLine, (line) =>
			lines.set(line.key, [...(lines.get(line.key) ?? []), line]),
		);
		return lines;
	}
}

const placeOf = (cell: number, index: number): string => `${cell}/${index}`;

function usedBy(lines: readonly JournalLine[]): SeedAttempts["used"] {
	const sent = lines.filter(({ reusedFrom, answer }) => reusedFrom === undefined && answer !== null);
	if (sent.length === 0 || sent.some(({ usage }) => usage === null)) return null;
	const sum = (field: "promptTokens" | "completionTokens") =>
		sent.reduce((total, { usage }) => total + (usage?.[field] ?? 0), 0);
	return { prompt: sum("promptTokens"), completion: sum("completionTokens") };
}

/** A file that is not there yet has no lines. */
async function eachLine<S extends Parameters<typeof readLines>[1]>(
	path: string,
	schema: S,
	take: (line: LineOf<S>) => unknown,
): Promise<void> {
	try {
		for await (const line of readLines(path, schema)) take(line as LineOf<S>);
	} catch (cause) {
		if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
	}
}

type LineOf<S> = S extends { readonly _zod: { readonly output: infer Line } } ? Line : never;
