/** Teachers and languages of dataset files, counted once for each version of a file. */
import { stat } from "node:fs/promises";
import { UserError } from "../core/problem.ts";
import { cellKey, type SweepCell } from "../core/trainer/sweep.ts";

export class CountedDatasets {
	readonly #count: (paths: readonly string[]) => Promise<SweepCell[]>;
	readonly #known = new Map<string, { readonly version: string; readonly cells: Promise<SweepCell[]> }>();

	constructor(count: (paths: readonly string[]) => Promise<SweepCell[]>) {
		this.#count = count;
	}

	/** The cells of all files together. */
	async of(paths: readonly string[]): Promise<SweepCell[]> {
		const sum = new Map<string, SweepCell>();
		for (const path of paths) {
			for (const cell of await this.#one(path)) {
				const known = sum.get(cellKey(cell));
				sum.set(cellKey(cell), { ...cell, rows: cell.rows + (known?.rows ?? 0) });
			}
		}
		return [...sum.values()];
	}

	async #one(path: string): Promise<SweepCell[]> {
		const version = await versionOf(path);
		const known = this.#known.get(path);
		if (known?.version === version) return known.cells;
		const cells = this.#count([path]);
		this.#known.set(path, { version, cells });
		return cells;
	}
}

async function versionOf(path: string): Promise<string> {
	const { size, mtimeMs } = await stat(path).catch((cause: unknown) => {
		throw new UserError("dataset-unreadable", `The dataset ${path} cannot be read: ${String(cause)}`, { cause });
	});
	return `${path} ${size} ${mtimeMs}`;
}
