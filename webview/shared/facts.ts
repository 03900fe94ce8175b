/** A list of names with their values, such as what a run would take; made where missing, kept over redraws. */
import { select } from "d3";

export interface Fact {
	readonly name: string;
	readonly value: string;
}

/** Draws the one `dl` of the holder; without facts it is hidden, not lost. `isStale`: others are on their way. */
export function drawFacts(holder: HTMLElement, facts: readonly Fact[], isStale: boolean): void {
	const row = select(holder)
		.selectAll(":scope > dl")
		.data([0])
		.join("dl")
		.attr("aria-live", "polite")
		.attr("hidden", facts.length === 0 ? "" : null)
		.classed("stale", isStale)
		.selectAll<HTMLDivElement, Fact>("div")
		.data(facts, ({ name }) => name)
		.join("div")
		.order();
	for (const [tag, part] of [
		["dt", "name"],
		["dd", "value"],
	] as const)
		row
			.selectAll(tag)
			.data((fact) => [fact[part]])
			.join(tag)
			.text(String);
}
