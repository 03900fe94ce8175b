/** The grid of counts: a row for each teacher and language, a column for each strategy, accepted samples in each cell. */
import { select } from "d3";
import { cellName, draftGrid, type GenerationDraft } from "../../server/core/generate/draft.ts";
import { languageName } from "../../server/core/generate/system-prompts.ts";
import { type Strategy, strategies } from "../../server/core/sample-row.ts";
import { whole } from "../shared/quantities.ts";
import { drawProblem, markInput } from "./field.ts";
import { type Change, type FormState, shownProblem } from "./form-state.ts";

type Counted = ReturnType<typeof draftGrid>[number];

interface Row {
	readonly teacher: string;
	readonly language: string;
	readonly cells: readonly Counted[];
}

export function drawCounts(section: HTMLElement, state: FormState, change: Change): void {
	const root = select(section);
	root.selectAll("h2").data(["Accepted samples"]).join("h2").text(String);
	drawEach(section, state, change);
	drawProblem(section, "each", shownProblem(state, "each"));
	const grid = draftGrid(state.draft);
	const rows = rowsOf(grid);
	const table = root
		.selectAll("div.scroll")
		.data(grid.length === 0 ? [] : [0])
		.join("div")
		.attr("class", "scroll")
		.attr("tabindex", null)
		.selectAll("table")
		.data([0])
		.join("table");
	drawHead(table, state.draft);
	drawRows(table, rows, state, change);
	drawTotals(table, grid, state.draft.strategies);
	const wrong = grid.map((cell) => shownProblem(state, cellName(cell))).find((problem) => problem !== undefined);
	drawProblem(section, "cells", wrong);
}

function drawEach(section: HTMLElement, state: FormState, change: Change): void {
	const { draft } = state;
	const problem = shownProblem(state, "each");
	const line = select(section).selectAll("div.each").data([0]).join("div").attr("class", "each line");
	const label = line.selectAll("label").data([0]).join("label");
	label.selectAll("span").data(["Of each teacher in each language"]).join("span").text(String);
	const input = label
		.selectAll<HTMLInputElement, string>("input")
		.data([draft.each])
		.join("input")
		.attr("type", "text")
		.attr("inputmode", "numeric")
		.attr("size", 8)
		.property("value", String)
		.on("input", (event: Event) => change("each", { each: typedIn(event) }));
	markInput(
		input,
		() => "each",
		() => problem,
	);
	const isPaperMix = draft.strategies.length === strategies.length && Object.keys(draft.own).length === 0;
	const presets = [
		{
			label: "Paper mix: equal thirds",
			isOff: isPaperMix,
			edit: { strategies: [...strategies], own: {} },
		},
		{ label: "Equal shares in every cell", isOff: Object.keys(draft.own).length === 0, edit: { own: {} } },
	];
	line
		.selectAll<HTMLButtonElement, (typeof presets)[number]>("button")
		.data(presets)
		.join("button")
		.attr("type", "button")
		.attr("class", "secondary")
		.property("disabled", ({ isOff }) => isOff)
		.text(({ label: text }) => text)
		.on("click", (_, { edit }) => change("each", edit));
}

type Table = ReturnType<ReturnType<typeof select<HTMLElement, unknown>>["selectAll"]>;

function drawHead(table: unknown, { strategies: chosen }: GenerationDraft): void {
	(table as Table)
		.selectAll("thead")
		.data([0])
		.join("thead")
		.selectAll("tr")
		.data([0])
		.join("tr")
		.selectAll("th")
		.data(["teacher", "language", ...chosen, "all"])
		.join("th")
		.attr("scope", "col")
		.text(String);
}

function drawRows(table: unknown, rows: readonly Row[], state: FormState, change: Change): void {
	const row = (table as Table)
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll<HTMLTableRowElement, Row>("tr")
		.data(rows, ({ teacher, language }) => `${teacher}/${language}`)
		.join("tr");
	row
		.selectAll("th")
		.data(({ teacher, language }) => [teacher, languageName(language)])
		.join("th")
		.attr("scope", "row")
		.text(String);
	const input = row
		.selectAll<HTMLTableCellElement, Counted>("td.count")
		.data(({ cells }) => cells, cellName)
		.join("td")
		.attr("class", "count")
		.selectAll<HTMLInputElement, Counted>("input")
		.data((cell) => [cell])
		.join("input")
		.attr("type", "text")
		.attr("inputmode", "numeric")
		.attr("size", 6)
		.attr("aria-label", (cell) => `${cell.teacher}, ${languageName(cell.language)}, ${cell.strategy}`)
		.property("value", ({ count }) => count)
		.on("input", (event: Event, cell) =>
			change(cellName(cell), { own: { ...state.draft.own, [cellName(cell)]: typedIn(event) } }),
		);
	markInput(input, cellName, (cell) => shownProblem(state, cellName(cell)), "problem-cells");
	row
		.selectAll("td.sum")
		.data(({ cells }) => [total(cells)])
		.join("td")
		.attr("class", "sum")
		.text(whole);
	row.each(function () {
		// Rows keep their cells in the order of the columns after a strategy was added.
		const sum = this.querySelector("td.sum");
		if (sum) this.append(sum);
	});
}

function drawTotals(table: unknown, grid: readonly Counted[], chosen: readonly Strategy[]): void {
	const sums = [...chosen.map((strategy) => total(grid.filter((cell) => cell.strategy === strategy))), total(grid)];
	const row = (table as Table).selectAll("tfoot").data([0]).join("tfoot").selectAll("tr").data([0]).join("tr");
	row.selectAll("th").data(["all"]).join("th").attr("scope", "row").attr("colspan", 2).text(String);
	row.selectAll("td").data(sums).join("td").text(whole);
}

/** Counts that are no numbers are named elsewhere and add nothing. */
const total = (cells: readonly Counted[]): number =>
	cells.reduce((sum, { count }) => sum + (/^\s*\d{1,7}\s*$/.test(count) ? Number(count) : 0), 0);

function rowsOf(grid: readonly Counted[]): Row[] {
	const rows = new Map<string, Counted[]>();
	for (const cell of grid) {
		const name = `${cell.teacher}/${cell.language}`;
		rows.set(name, [...(rows.get(name) ?? []), cell]);
	}
	return [...rows.values()].map((cells) => ({
		teacher: cells[0]?.teacher ?? "",
		language: cells[0]?.language ?? "",
		cells,
	}));
}

const typedIn = (event: Event): string => (event.target instanceof HTMLInputElement ? event.target.value : "");
