/** What a measurement would take, for a terminal. */
import type { MeasureEstimate } from "./measure-progress.ts";

export function estimateText({ lines, rows, backends, calls, cost, unpriced, seconds }: MeasureEstimate): string {
	const asked = backends.map(
		(one) =>
			`  ${one.backend}: ${range(one.calls)} calls for ${one.missing} values, ${one.cached} more are known; ${range(one.promptTokens)} tokens there, ${range(one.completionTokens)} back; ${money(one.cost)}`,
	);
	const total = Object.entries(cost).map(([currency, amount]) => `${range(amount, 4)} ${currency}`);
	return `${[
		`${rows} of ${lines} lines would be measured; nobody was asked.`,
		...(asked.length > 0 ? asked : ["  Nothing would be asked: all of it is measured on this machine."]),
		`Calls: ${range(calls)}. Cost: ${total.join(", ") || "nothing with a price"}. Time: ${range(seconds)} s.`,
		...(unpriced.length > 0 ? [`Unknown price, not free: ${unpriced.join(", ")}.`] : []),
	].join("\n")}\n`;
}

function range([low, high]: readonly [number, number], digits = 0): string {
	const [from, to] = [low.toFixed(digits), high.toFixed(digits)];
	return from === to ? from : `${from} to ${to}`;
}

function money(cost: MeasureEstimate["backends"][number]["cost"]): string {
	return cost === null ? "no price" : `${range(cost.amount, 4)} ${cost.currency}`;
}
