/** What the measurement would take, how far it is, and its two buttons. */
import { select } from "d3";
import type { MeasureEstimate, MeasureProgress } from "../../server/core/measure/measure-progress.ts";
import { drawFacts, type Fact } from "../shared/facts.ts";
import { duration, money, whole } from "../shared/quantities.ts";
import type { MeasureState } from "./measure-state.ts";

export interface ExpectedActions {
	measure(): void;
	stop(): void;
}

export function drawExpected(section: HTMLElement, state: MeasureState, actions: ExpectedActions): void {
	const { progress, estimate, isEstimating } = state;
	const root = select(section);
	const title = progress
		? "Measuring"
		: estimate
			? "Expected"
			: isEstimating
				? "Expected: …"
				: "Nothing to estimate yet";
	root.selectAll("h2").data([title]).join("h2").text(String);
	drawBar(section, progress);
	const rows = progress ? progressRows(progress) : estimate ? estimateRows(estimate) : [];
	drawFacts(section, rows, isEstimating && !progress);
	root
		.selectAll("p.alert")
		.data([state.problem ?? ""])
		.join("p")
		.attr("class", "alert")
		.attr("role", "alert")
		.attr("hidden", state.problem === null ? "" : null)
		.text(String);
	const button = progress
		? { label: "Stop", press: () => actions.stop() }
		: { label: state.picture ? "Measure again" : "Measure", press: () => actions.measure() };
	root
		.selectAll("div.buttons")
		.data([button])
		.join("div")
		.attr("class", "buttons")
		.selectAll<HTMLButtonElement, typeof button>("button")
		.data([button])
		.join("button")
		.attr("type", "button")
		.attr("class", "start")
		.text(({ label }) => label)
		.on("click", (_event, { press }) => press());
}

function drawBar(section: HTMLElement, progress: MeasureProgress | null): void {
	const bar = select(section)
		.selectAll<HTMLProgressElement, MeasureProgress>("progress")
		.data(progress ? [progress] : [])
		.join("progress")
		.attr("aria-label", "Progress of this phase");
	bar.each(function ({ done, total }) {
		if (total === null || total === 0) this.removeAttribute("value");
		else this.value = Math.min(1, done / total);
	});
}

const phases: Readonly<Record<MeasureProgress["phase"], string>> = {
	counting: "reading the rows",
	learning: "learning the spelling",
	asking: "asking endpoints",
	comparing: "comparing texts",
	mapping: "drawing the map",
};

function progressRows({ phase, done, total, calls, spent, waiting, etaS }: MeasureProgress): Fact[] {
	const costs = Object.entries(spent).map(([currency, amount]) => money(amount, currency));
	return [
		{ name: "now", value: phases[phase] },
		{ name: "rows", value: total === null ? whole(done) : `${whole(done)} of ${whole(total)}` },
		...(calls > 0 ? [{ name: "calls", value: whole(calls) }] : []),
		...(costs.length > 0 ? [{ name: "spent", value: costs.join(", ") }] : []),
		...(waiting === null ? [] : [{ name: "waiting", value: waiting }]),
		...(etaS === null ? [] : [{ name: "left", value: duration(etaS) }]),
	];
}

function estimateRows({ rows, lines, backends, calls, cost, unpriced, seconds }: MeasureEstimate): Fact[] {
	const costs = Object.entries(cost).map(
		([currency, [low, high]]) => `${money(low, currency)} to ${money(high, currency)}`,
	);
	const cached = backends.reduce((sum, { cached: known }) => sum + known, 0);
	return [
		{ name: "rows", value: rows === lines ? whole(rows) : `${whole(rows)} of ${whole(lines)} lines` },
		{ name: "calls", value: calls[1] === 0 ? "none, all on this machine" : `${whole(calls[0])} to ${whole(calls[1])}` },
		...(cached > 0 ? [{ name: "known already", value: `${whole(cached)} values` }] : []),
		...(costs.length > 0 ? [{ name: "cost", value: costs.join(", ") }] : []),
		...(unpriced.length > 0 ? [{ name: "cost unknown", value: unpriced.join(", ") }] : []),
		{ name: "time", value: `${duration(seconds[0])} to ${duration(seconds[1])}` },
	];
}
