/** The same scores as a table, for reading aloud and for copying. */
import { select } from "d3";
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import type { Choices, Choose } from "./choices.ts";
import { cellKey, linesOf, shownLanguages } from "./lines.ts";
import { shortDoubt, sourceLabel } from "./reading.ts";
import type { Sheet } from "./sheet.ts";
import { fixed, unknown, withInterval } from "./units.ts";

interface Row {
	readonly cell: ScoreCell;
	readonly teacher: string;
	readonly language: string;
	readonly base: string;
}

const columns: readonly { readonly head: string; readonly isNumber: boolean; readonly text: (row: Row) => string }[] = [
	{ head: "Language", isNumber: false, text: ({ language }) => language },
	{ head: "Student base", isNumber: false, text: ({ base }) => base },
	{ head: "Source", isNumber: false, text: ({ cell }) => sourceLabel(cell.source) },
	{ head: "PG-Score", isNumber: true, text: ({ cell }) => withInterval(cell.pg, cell.pgStderr, 3) },
	{ head: "PGR", isNumber: true, text: ({ cell }) => withInterval(cell.pgr, cell.pgrStderr, 3) },
	{ head: "z", isNumber: true, text: ({ cell }) => fixed(cell.z, 3) },
	{ head: "z in language", isNumber: true, text: ({ cell }) => fixed(cell.zWithinLanguage, 3) },
	{ head: "Result", isNumber: true, text: ({ cell }) => withInterval(cell.result, cell.resultStderr, 4) },
	{ head: "Gain", isNumber: true, text: ({ cell }) => withInterval(cell.gain, cell.gainStderr, 4) },
	{ head: "PGR interpretable", isNumber: false, text: ({ cell }) => (cell.pgrInterpretable ? "yes" : "† no") },
	{ head: "Why not", isNumber: false, text: ({ cell }) => shortDoubt(cell) ?? unknown },
];

export function drawScoreTable(
	figure: HTMLElement,
	message: ScorePanelMessage,
	choices: Choices,
	choose: Choose,
): void {
	const table = select(figure).selectAll<HTMLTableElement, number>("table").data([0]).join("table");
	table.selectAll("caption").data(["Scores, one row per teacher and language"]).join("caption").text(String);
	const head = table.selectAll<HTMLTableSectionElement, number>("thead").data([0]).join("thead");
	head
		.selectAll<HTMLTableRowElement, number>("tr")
		.data([0])
		.join("tr")
		.selectAll("th")
		.data(["Teacher", ...columns.map((column) => column.head)])
		.join("th")
		.attr("scope", "col")
		.classed("number", (_head, index) => columns[index - 1]?.isNumber ?? false)
		.text(String);
	const rows = table
		.selectAll<HTMLTableSectionElement, number>("tbody")
		.data([0])
		.join("tbody")
		.selectAll<HTMLTableRowElement, Row>("tr")
		.data(rowsOf(message, choices), ({ cell }) => cellKey(cell))
		.join((enter) => {
			const row = enter.append("tr");
			row.append("th").attr("scope", "row").append("button").attr("type", "button").attr("class", "link");
			return row;
		})
		.order()
		.classed("chosen", ({ cell }) => cellKey(cell) === choices.chosen);
	rows
		.select("button")
		.text(({ teacher }) => teacher)
		.on("click", (_event, { cell }) => choose({ chosen: cellKey(cell) }));
	rows
		.selectAll<HTMLTableCellElement, { text: string; isNumber: boolean }>("td")
		.data((row) => columns.map(({ text, isNumber }) => ({ text: text(row), isNumber })))
		.join("td")
		.classed("number", ({ isNumber }) => isNumber)
		.text(({ text }) => text);
}

/** Every number of the shown cells, for the CSV. */
export function scoreSheet(message: ScorePanelMessage, choices: Choices): Sheet {
	const numbers = [
		"pg",
		"pgStderr",
		"pgr",
		"pgrStderr",
		"z",
		"zWithinLanguage",
		"result",
		"resultStderr",
		"gain",
		"gainStderr",
	] as const;
	const heads = [
		"teacher_model",
		"target_lang",
		"student_base",
		"source",
		...numbers,
		"rank_low",
		"rank_high",
		"pgr_interpretable",
		"reasons",
	];
	return {
		caption: "Scores, one row per teacher and language",
		columns: heads,
		rows: rowsOf(message, choices).map(({ cell }) => [
			cell.teacher,
			cell.language,
			cell.studentBase,
			cell.source,
			...numbers.map((column) => cell[column]),
			cell.comparison?.low ?? null,
			cell.comparison?.high ?? null,
			String(cell.pgrInterpretable),
			cell.reasons.join(";"),
		]),
	};
}

function rowsOf(message: ScorePanelMessage, choices: Choices): Row[] {
	const languages = shownLanguages(message, choices);
	const names = new Map(message.languages.map(({ code, name }) => [code, name]));
	const bases = new Map(message.studentBases.map(({ name, label }) => [name, label]));
	return linesOf(message, choices).flatMap((line) =>
		languages.flatMap((language) => {
			const cell = line.cells.get(language);
			if (!cell) return [];
			const base = bases.get(cell.studentBase) ?? cell.studentBase;
			return [{ cell, teacher: line.label, language: names.get(language) ?? language, base }];
		}),
	);
}
