/** The learning curve's numbers, for reading instead of looking. */
import { select } from "d3";
import type { PanelRun } from "../../server/core/trainer/panel-message.ts";
import { significant } from "../shared/quantities.ts";

const shownRows = 500;

/** Newest first; in nats, as the trainer sent them. */
export function drawLossTable(section: HTMLElement, { metrics }: PanelRun): void {
	const details = select(section)
		.selectAll<HTMLDetailsElement, number>("details.numbers")
		.data([0])
		.join("details")
		.attr("class", "numbers");
	details.selectAll("summary").data(["Numbers as a table"]).join("summary").text(String);
	const table = details.selectAll("table").data([0]).join("table");
	table
		.selectAll("thead")
		.data([0])
		.join("thead")
		.selectAll("tr")
		.data([0])
		.join("tr")
		.selectAll("th")
		.data(["step", "loss", "held-out loss"])
		.join("th")
		.attr("scope", "col")
		.text(String);
	table
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll("tr")
		.data(metrics.toReversed().slice(0, shownRows))
		.join("tr")
		.selectAll("td")
		.data(({ step, loss, evalLoss, nonFinite }) => [
			String(step),
			loss === null ? (nonFinite?.loss ?? "–") : significant(loss),
			significant(evalLoss),
		])
		.join("td")
		.text(String);
}
