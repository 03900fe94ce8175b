/** The teachers over all seeds, a row each; what is unknown is a dash. */
import { select } from "d3";
import type { ComparedTeacher, CompareMessage } from "../../server/core/generate/compare-message.ts";
import { whole } from "../shared/quantities.ts";
import { drawTableHead } from "../shared/table-head.ts";
import { smallMoney } from "./small-money.ts";

interface Column {
	readonly name: string;
	readonly text: (teacher: ComparedTeacher) => string;
}

const columns: readonly Column[] = [
	{ name: "answers", text: ({ answered }) => whole(answered) },
	{ name: "failed", text: ({ failed }) => whole(failed) },
	{ name: "with findings", text: ({ withFindings }) => whole(withFindings) },
	{ name: "accepted by you", text: ({ accepted }) => whole(accepted) },
	{ name: "mean time", text: ({ meanSeconds }) => (meanSeconds === null ? "–" : `${meanSeconds.toFixed(1)} s`) },
	{ name: "mean tokens", text: ({ meanTokens }) => (meanTokens === null ? "–" : whole(meanTokens)) },
	// With a price and no cost, nothing was paid: the answers were taken over.
	{
		name: "cost",
		text: ({ cost, currency, isPractice }) =>
			cost !== null && currency !== null
				? smallMoney(cost, currency)
				: isPractice || currency !== null
					? "–"
					: "unknown",
	},
];

export function drawTeachers(section: HTMLElement, { teachers }: CompareMessage, use: (teacher: string) => void): void {
	const table = select(section)
		.selectAll("div.scroll")
		.data([0])
		.join("div")
		.attr("class", "scroll")
		.selectAll<HTMLTableElement, number>("table")
		.data([0])
		.join("table");
	drawTableHead(table.node(), ["teacher", ...columns.map(({ name }) => name), "next"]);
	const row = table
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll<HTMLTableRowElement, ComparedTeacher>("tr")
		.data(teachers, ({ name }) => name)
		.join("tr");
	row
		.selectAll("th")
		.data(({ name, model }) => [{ name, model }])
		.join("th")
		.attr("scope", "row")
		.attr("data-tip", ({ model }) => model)
		.text(({ name }) => name);
	row
		.selectAll("td.figure")
		.data((teacher) => columns.map(({ text }) => text(teacher)))
		.join("td")
		.attr("class", "figure")
		.text(String);
	row
		.selectAll("td.use")
		.data(({ name }) => [name])
		.join("td")
		.attr("class", "use")
		.selectAll("button")
		.data((name) => [name])
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.attr("aria-label", (name) => `Use this teacher… (${name})`)
		.text("Use this teacher…")
		.on("click", (_, name) => use(name));
}
