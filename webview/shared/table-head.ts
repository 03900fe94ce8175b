/** The row of column titles of a table, and its caption where it has one; made where missing, kept over redraws. */
import { select } from "d3";

export function drawTableHead(table: HTMLTableElement | null, columns: readonly string[], caption?: string): void {
	const root = select(table);
	root
		.selectAll("caption")
		.data(caption === undefined ? [] : [caption])
		.join("caption")
		.text(String);
	root
		.selectAll("thead")
		.data([0])
		.join("thead")
		.selectAll("tr")
		.data([0])
		.join("tr")
		.selectAll("th")
		.data(columns)
		.join("th")
		.attr("scope", "col")
		.text(String);
}
