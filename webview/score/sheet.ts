/** The table behind a chart: what the table view shows and what the CSV holds. */
import { select } from "d3";
import { toCsv } from "../../server/core/score/csv.ts";
import { fixed, unknown } from "./units.ts";

export interface Sheet {
	readonly caption: string;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly (string | number | null)[])[];
}

export function drawSheet(body: HTMLElement, { caption, columns, rows }: Sheet): void {
	const table = select(body).selectAll<HTMLTableElement, number>("table").data([0]).join("table");
	const section = (name: "thead" | "tbody") => table.selectAll<HTMLElement, number>(name).data([0]).join(name);
	table.selectAll("caption").data([caption]).join("caption").text(String);
	section("thead")
		.selectAll<HTMLTableRowElement, number>("tr")
		.data([0])
		.join("tr")
		.selectAll("th")
		.data(columns)
		.join("th")
		.attr("scope", "col")
		.classed("number", (_column, index) => typeof rows[0]?.[index] === "number")
		.text(String);
	section("tbody")
		.selectAll<HTMLTableRowElement, Sheet["rows"][number]>("tr")
		.data(rows)
		.join("tr")
		.selectAll("td")
		.data((row) => [...row])
		.join("td")
		.classed("number", (value) => typeof value === "number")
		.text((value) => (typeof value === "number" ? fixed(value, 3) : (value ?? unknown)));
}

export function sheetCsv({ columns, rows }: Sheet): string {
	const records = rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
	return toCsv(columns, records);
}
