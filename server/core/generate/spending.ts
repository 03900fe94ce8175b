/** What a run has cost and may still cost. Unknown prices stay unknown. */
import type { Price } from "../project.ts";
import { assumedPriceShare, priceShare } from "./batch-price.ts";
import type { CellProgress } from "./cell-progress.ts";
import type { RunTeacher } from "./run-records.ts";

export interface Budget {
	readonly amount: number;
	readonly currency: string;
}

/** Money for these tokens. */
export function costOf(
	price: Pick<Price, "inputPerMillion" | "outputPerMillion">,
	promptTokens: number,
	completionTokens: number,
): number {
	return (promptTokens * price.inputPerMillion + completionTokens * price.outputPerMillion) / 1_000_000;
}

/** Before any attempt came back. An assumption: three examples and an answer of a few sentences. */
export const firstTokens = { prompt: 700, completion: 400 };

/** Spent so far by currency, over the teachers that have a price. */
export function spentByCurrency(
	cells: readonly CellProgress[],
	teachers: readonly RunTeacher[],
): Record<string, number> {
	const spent: Record<string, number> = {};
	for (const cell of cells) {
		const teacher = teachers.find(({ name }) => name === cell.cell.teacher);
		if (!teacher?.price) continue;
		const { currency } = teacher.price;
		spent[currency] = (spent[currency] ?? 0) + cellCost(cell, teacher.price, priceShare(teacher));
	}
	return spent;
}

/** Batched tokens cost their share of the price; a teacher that is no longer batched has used both. */
function cellCost(cell: CellProgress, price: Price, batchShare: number): number {
	const full = costOf(price, cell.promptTokens, cell.completionTokens);
	const share = batchShare === 1 ? assumedPriceShare : batchShare;
	return full - (1 - share) * costOf(price, cell.batchPromptTokens, cell.batchCompletionTokens);
}

/** Why a budget cannot be held; undefined where it can. Practice teachers cost nothing. */
export function budgetProblem({ currency }: Budget, teachers: readonly RunTeacher[]): string | undefined {
	const unpriced = teachers.filter(({ price, isPractice }) => !isPractice && price?.currency !== currency);
	if (unpriced.length === 0) return undefined;
	const names = unpriced.map(({ name }) => name).join(", ");
	return `A budget in ${currency} cannot be held: ${names} has no price in ${currency}. Add \`price\` to the teacher in polyglot.json.`;
}
