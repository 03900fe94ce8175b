/** An estimate in words, with what it rests on. */
import type { Estimate, Range } from "./estimate.ts";

export function estimateText({ requests, promptTokens, completionTokens, cost, unpriced, seconds }: Estimate): string {
	const money = Object.entries(cost).map(([currency, range]) => `${span(range, amount)} ${currency}`);
	const unknown = unpriced.length > 0 ? [`unknown for ${unpriced.join(", ")} (no price in polyglot.json)`] : [];
	const parts = [
		`${span(requests, whole)} requests`,
		`${span(promptTokens, whole)} prompt and ${span(completionTokens, whole)} answer tokens`,
		`cost ${[...money, ...unknown].join(" and ") || "0 (practice)"}`,
		span(seconds, duration),
	];
	return `Expected: ${parts.join(", ")}.\nRests on assumptions: 1 to 1.5 requests a sample, answers 0.6 to 2.5 times as long as the seeds', our own token counts, 15 to 100 tokens a second for each answer.`;
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
