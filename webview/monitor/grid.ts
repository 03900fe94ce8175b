/** Accepted samples per teacher and language, with a bar for each; strategies are told in the cell's text. */
import { select } from "d3";
import type { MonitorCell, MonitorMessage } from "../../server/core/generate/monitor-message.ts";
import { whole } from "../shared/quantities.ts";
import { drawTableHead } from "../shared/table-head.ts";

interface Filled {
	readonly accepted: number;
	readonly target: number;
	readonly strategies: string;
}

export function drawGrid(section: HTMLElement, { cells }: MonitorMessage): void {
	const root = select(section);
	root.selectAll("h2").data(["Progress by teacher and language"]).join("h2").text(String);
	const languages = [...new Set(cells.map(({ language }) => language))];
	const teachers = [...new Set(cells.map(({ teacher }) => teacher))];
	const table = root
		.selectAll("div.scroll")
		.data([0])
		.join("div")
		.attr("class", "scroll")
		.selectAll<HTMLTableElement, number>("table")
		.data([0])
		.join("table");
	drawTableHead(table.node(), ["teacher", ...languages]);
	const row = table.selectAll("tbody").data([0]).join("tbody").selectAll("tr").data(teachers).join("tr");
	row
		.selectAll("th")
		.data((teacher) => [teacher])
		.join("th")
		.attr("scope", "row")
		.text(String);
	const cell = row
		.selectAll("td")
		.data((teacher) =>
			languages.map((language) =>
				filledOf(cells.filter((one) => one.teacher === teacher && one.language === language)),
			),
		)
		.join("td");
	cell
		.selectAll("progress")
		.data((filled) => (filled.target > 0 ? [filled] : []))
		.join("progress")
		.attr("max", ({ target }) => target)
		.attr("value", ({ accepted }) => accepted)
		.attr("aria-label", ({ accepted, target }) => `${accepted} of ${target}`);
	cell
		.selectAll("span")
		.data((filled) => [filled])
		.join("span")
		.text(({ accepted, target }) => (target > 0 ? `${whole(accepted)} / ${whole(target)}` : "–"));
	cell
		.selectAll("small")
		.data(({ strategies }) => [strategies])
		.join("small")
		.text(String);
}

function filledOf(cells: readonly MonitorCell[]): Filled {
	const sum = (value: (cell: MonitorCell) => number) => cells.reduce((total, cell) => total + value(cell), 0);
	return {
		accepted: sum(({ accepted }) => accepted),
		target: sum(({ target }) => target),
		strategies: cells.map(({ strategy, accepted, target }) => `${strategy} ${accepted}/${target}`).join(" · "),
	};
}
