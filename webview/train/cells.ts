/** The grid of a sweep before it is launched: which teachers in which languages, and how many rows each has. */
import { select } from "d3";
import { cellKey, type SweepCell } from "../../server/core/trainer/sweep.ts";
import type { TrainDraft } from "../../server/core/trainer/train-draft.ts";
import { whole } from "../shared/quantities.ts";
import { drawTableHead } from "../shared/table-head.ts";

export function drawCells(
	parent: Element,
	cells: readonly SweepCell[],
	draft: TrainDraft,
	change: (draft: TrainDraft) => void,
): void {
	const skipped = new Set(draft.skipped);
	const teachers = [...new Set(cells.map(({ teacher }) => teacher))];
	const codes = [...new Set(cells.map(({ language }) => language))].sort();
	const found = new Map(cells.map((cell) => [cellKey(cell), cell]));
	const taken = cells.filter((cell) => !skipped.has(cellKey(cell)));
	const root = select(parent);
	root
		.selectAll("p.count")
		.data(draft.datasets.length === 0 ? [] : [countText(taken)])
		.join("p")
		.attr("class", "count")
		.attr("role", "status")
		.text(String);
	const table = root
		.selectAll<HTMLTableElement, number>("table")
		.data(cells.length > 0 ? [0] : [])
		.join("table");
	drawTableHead(table.node(), ["teacher", ...codes], "Students: teachers by languages");
	const row = table.selectAll("tbody").data([0]).join("tbody").selectAll("tr").data(teachers).join("tr");
	row
		.selectAll("th")
		.data((teacher) => [teacher])
		.join("th")
		.attr("scope", "row")
		.text(String);
	row
		.selectAll<HTMLTableCellElement, SweepCell | undefined>("td")
		.data((teacher) => codes.map((language) => found.get(cellKey({ teacher, language }))))
		.join("td")
		.each(function (cell) {
			drawCell(this, cell, skipped, (next) => change({ ...draft, skipped: next }));
		});
}

function drawCell(
	target: HTMLElement,
	cell: SweepCell | undefined,
	skipped: ReadonlySet<string>,
	skip: (keys: string[]) => void,
): void {
	const label = select(target)
		.selectAll("label")
		.data(cell ? [cell] : [])
		.join("label");
	label
		.selectAll<HTMLInputElement, SweepCell>("input")
		.data((one) => [one])
		.join("input")
		.attr("type", "checkbox")
		.attr("aria-label", ({ teacher, language, rows }) => `${teacher}, ${language}: ${rows} rows`)
		.property("checked", (one) => !skipped.has(cellKey(one)))
		.on("change", (event: Event, one) => {
			const others = [...skipped].filter((key) => key !== cellKey(one));
			skip((event.target as HTMLInputElement).checked ? others : [...others, cellKey(one)]);
		});
	label
		.selectAll("span")
		.data((one) => [one])
		.join("span")
		.text(({ rows }) => `${whole(rows)} rows`);
}

function countText(taken: readonly SweepCell[]): string {
	if (taken.length === 0) return "No student: the rows need a model and a language.";
	const rows = taken.reduce((sum, cell) => sum + cell.rows, 0);
	return `${taken.length} student${taken.length === 1 ? "" : "s"}, ${whole(rows)} rows in all.`;
}
