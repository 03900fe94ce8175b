/** Why samples did not count, with bars to compare. */
import { select } from "d3";
import type { MonitorMessage } from "../../server/core/generate/monitor-message.ts";
import { whole } from "../shared/quantities.ts";

export function drawReasons(section: HTMLElement, { reasons, rejected }: MonitorMessage): void {
	section.hidden = reasons.length === 0;
	const root = select(section);
	root
		.selectAll("h2")
		.data([`${whole(rejected)} rejected, by reason`])
		.join("h2")
		.text(String);
	const most = Math.max(1, ...reasons.map(({ count }) => count));
	const row = root
		.selectAll("table")
		.data([0])
		.join("table")
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll("tr")
		.data(reasons)
		.join("tr");
	row
		.selectAll("td.count")
		.data(({ count }) => [count])
		.join("td")
		.attr("class", "count")
		.text(whole);
	row
		.selectAll("td.bar")
		.data(({ count }) => [count])
		.join("td")
		.attr("class", "bar")
		.selectAll("meter")
		.data((count) => [count])
		.join("meter")
		.attr("max", most)
		.attr("value", (count) => count)
		.attr("aria-label", (count) => `${count} of ${rejected}`);
	row
		.selectAll("td.reason")
		.data(({ reason }) => [reason])
		.join("td")
		.attr("class", "reason")
		.text(String);
}
