/** An estimate in words, with what it rests on. */
import type { Estimate, Range } from "./estimate.ts";

/** What each range rests on; no server was asked. */
export const estimateAssumptions =
	"Rests on assumptions: 1 to 1.5 requests a sample, answers 0.6 to 2.5 times as long as the seeds', our own token counts, 15 to 100 tokens a second for each answer.";

export function estimateText(estimate: Estimate): string {
	const { requests, promptTokens, completionTokens, cost, time } = estimateFigures(estimate);
	const parts = [`${requests} requests`, `${promptTokens} prompt and ${completionTokens} answer tokens`];
	const assumptions = [estimateAssumptions, ...batchAssumptions(estimate)].join(" ");
	return `Expected: ${[...parts, `cost ${cost}`, time].join(", ")}.\n${assumptions}`;
}

/** What the cost of batch files rests on. */
function batchAssumptions({ batched = [] }: Estimate): string[] {
	return batched.map(({ teacher, priceShare, isAssumed }) => {
		const origin = isAssumed ? "an assumption; set batch.priceShare in polyglot.json" : "as polyglot.json says";
		return `${teacher} is asked by batch files at ${Math.round(100 * priceShare)} % of its price (${origin}), within 24 hours a round.`;
	});
}

/** Each range in words. */
export function estimateFigures({ requests, promptTokens, completionTokens, cost, unpriced, seconds }: Estimate) {
	const money = Object.entries(cost).map(([currency, range]) => `${span(range, amount)} ${currency}`);
	const unknown = unpriced.length > 0 ? [`unknown for ${unpriced.join(", ")} (no price in polyglot.json)`] : [];
	return {
		requests: span(requests, whole),
		promptTokens: span(promptTokens, whole),
		completionTokens: span(completionTokens, whole),
		cost: [...money, ...unknown].join(" and ") || "0 (practice)",
		time: span(seconds, duration),
	};
}

function span([low, high]: Range, text: (value: number) => string): string {
	return text(low) === text(high) ? text(low) : `${text(low)} to ${text(high)}`;
}

/** Two digits are more than an estimate knows. */
const whole = (value: number) => Number(value.toPrecision(2)).toLocaleString("en");
const amount = (value: number) => (value === 0 ? "0" : Number(value.toPrecision(2)).toString());

function duration(seconds: number): string {
	if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
	return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
