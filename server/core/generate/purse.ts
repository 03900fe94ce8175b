/** A run's budget as it is held: nothing is sent unless all that is on the wire could cost its most and still fit. */
import { priceShare } from "./batch-price.ts";
import type { CellProgress } from "./cell-progress.ts";
import type { ChatRequest } from "./reply.ts";
import type { RunTeacher } from "./run-records.ts";
import { type Budget, costOf, firstTokens, spentByCurrency } from "./spending.ts";

/** Tokens a chat template may put around a request and around each of its messages; assumptions, on the high side. */
const aroundRequest = 64;
const aroundMessage = 16;
/** Longest answer of a teacher without a token limit, in usual first answers and in the longest it gave; assumptions. */
const firstAnswers = 4;
const longestAnswers = 2;
/** Share of the budget that sums of many small amounts may be off by. */
const rounding = 1e-9;

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).length;

/** No tokenizer of bytes makes more tokens of a text than it has bytes. */
export function mostPromptTokens({ messages, answer }: Pick<ChatRequest, "messages" | "answer">): number {
	const texts = messages.reduce((sum, { content }) => sum + bytesOf(content) + aroundMessage, aroundRequest);
	return texts + (answer ? bytesOf(JSON.stringify(answer.schema)) : 0);
}

export class Purse {
	readonly #budget: Budget | undefined;
	readonly #cells: readonly CellProgress[];
	readonly #teachers: readonly RunTeacher[];
	/** Longest answer so far by the teacher's name, in tokens. */
	readonly #longest = new Map<string, number>();
	#onTheWire = 0;
	#requests = 0;

	constructor(budget: Budget | undefined, cells: readonly CellProgress[], teachers: readonly RunTeacher[]) {
		this.#budget = budget;
		this.#cells = cells;
		this.#teachers = teachers;
	}

	/** Whether a teacher's requests are paid out of it. */
	pays({ price }: RunTeacher): boolean {
		return this.#budget !== undefined && price?.currency === this.#budget.currency;
	}

	/** Money a request can cost at most; 0 where it is not paid out of this budget. */
	most(teacher: RunTeacher, request: ChatRequest): number {
		if (!teacher.price || !this.pays(teacher)) return 0;
		const completion = this.#mostAnswerTokens(teacher.name, request.maxTokens);
		return costOf(teacher.price, mostPromptTokens(request), completion) * priceShare(teacher);
	}

	/** Puts money aside for a request; false, and nothing changed, where the rest of the budget may be too little. */
	setAside(money: number): boolean {
		if (!this.#budget || money === 0) return true;
		const all = this.#spent(this.#budget) + this.#onTheWire + money;
		if (all > this.#budget.amount * (1 - rounding)) return false;
		this.take(money);
		return true;
	}

	/** For a request that an earlier session sent. */
	take(money: number): void {
		if (money === 0) return;
		this.#onTheWire += money;
		this.#requests += 1;
	}

	/** What was put aside for requests is free: answers are counted as spent, or nothing was sent. True where it was any. */
	putBack(moneys: readonly number[]): boolean {
		const paid = moneys.filter((money) => money > 0);
		this.#requests -= paid.length;
		const left = paid.reduce((sum, money) => sum - money, this.#onTheWire);
		// From nothing again, so that rounding does not add up.
		this.#onTheWire = this.#requests === 0 ? 0 : left;
		return paid.length > 0;
	}

	/** Nothing on the wire can come back cheaper than it was reckoned. */
	get isIdle(): boolean {
		return this.#requests === 0;
	}

	answered(teacher: string, completionTokens: number): void {
		this.#longest.set(teacher, Math.max(completionTokens, this.#longest.get(teacher) ?? 0));
	}

	/** Why the run pauses where the next request may cost so much. */
	usedUp(next: number): string {
		const { amount, currency } = this.#budget ?? { amount: 0, currency: "" };
		const spent = this.#spent({ currency }).toFixed(4);
		return `The budget of ${amount} ${currency} is used up: ${spent} spent, and the next request may cost up to ${next.toFixed(4)}. Raise it to go on.`;
	}

	#spent({ currency }: Pick<Budget, "currency">): number {
		return spentByCurrency(this.#cells, this.#teachers)[currency] ?? 0;
	}

	/** A server that went over its limit once may do so again. */
	#mostAnswerTokens(teacher: string, limit: number | undefined): number {
		const longest = this.#longest.get(teacher) ?? 0;
		if (limit !== undefined) return Math.max(limit, longest);
		return Math.max(firstAnswers * firstTokens.completion, longestAnswers * longest);
	}
}
