/** How far each cell of a teacher is, and which one asks next. */
import type { Cell } from "./plan.ts";

export class CellProgress {
	readonly cell: Cell;
	/** Position in the manifest. */
	readonly index: number;
	accepted = 0;
	/** Given up, for whatever reason. */
	dropped = 0;
	/** Planned and not yet settled. */
	outstanding = 0;
	/** Draws made; the next draw has this index. */
	planned = 0;
	/** Attempts that came back, and what they used; failed ones cost as well. */
	attempts = 0;
	promptTokens = 0;
	completionTokens = 0;
	/** How many of these were batched, which is cheaper. */
	batchPromptTokens = 0;
	batchCompletionTokens = 0;
	/** Answers whose usage the server did not tell; their tokens are estimated. */
	estimated = 0;

	constructor(cell: Cell, index: number) {
		this.cell = cell;
		this.index = index;
	}

	/** Requests a cell may use up for its target; after that it ends short and says so. */
	get cap(): number {
		return this.cell.draws ?? 3 * this.cell.target + 20;
	}

	get isDone(): boolean {
		return this.accepted >= this.cell.target;
	}

	/** No draw is left and none is under way. */
	get isExhausted(): boolean {
		return !this.isDone && this.planned >= this.cap && this.outstanding === 0;
	}

	/** One more may be asked: never more are under way than are still wanted. */
	get wantsMore(): boolean {
		return this.accepted + this.outstanding < this.cell.target && this.planned < this.cap;
	}

	/** Share of the target that is accepted or under way. */
	get share(): number {
		return this.cell.target === 0 ? 1 : (this.accepted + this.outstanding) / this.cell.target;
	}
}

/** The cell that is furthest behind, so that all grow evenly. */
export function nextCell(cells: readonly CellProgress[]): CellProgress | undefined {
	let chosen: CellProgress | undefined;
	for (const cell of cells) if (cell.wantsMore && (!chosen || cell.share < chosen.share)) chosen = cell;
	return chosen;
}
