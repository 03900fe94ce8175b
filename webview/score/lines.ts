/** The lines of the score chart and table: one per teacher, source and student base, in the chosen order. */
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, quantityOf } from "./choices.ts";

/** In the order they are drawn. */
export const sources = ["published", "own", "practice"] as const;

export interface Line {
	readonly key: string;
	readonly teacher: string;
	readonly label: string;
	readonly source: ScoreCell["source"];
	readonly studentBase: string;
	readonly cells: ReadonlyMap<string, ScoreCell>;
	/** Mean over the shown languages that have a value; null without any. */
	readonly mean: number | null;
	readonly n: number;
}

export function linesOf(message: ScorePanelMessage, choices: Choices): Line[] {
	const languages = shownLanguages(message, choices);
	const labels = new Map(message.teachers.map((teacher) => [teacher.name, teacher.label]));
	const cells = message.cells.filter((cell) => isShown(cell, choices));
	const groups = Map.groupBy(cells, (cell) => JSON.stringify([cell.source, cell.studentBase, cell.teacher]));
	return [...groups].map(([key, group]) => lineOf(key, group, labels, languages, choices)).sort(by(choices));
}

/** Languages in code order that are not switched off and have a row to show. */
export function shownLanguages(message: ScorePanelMessage, choices: Choices): string[] {
	const present = new Set(message.cells.filter((cell) => isShown(cell, choices)).map((cell) => cell.language));
	return message.languages
		.map((language) => language.code)
		.filter((code) => present.has(code) && !choices.hiddenLanguages.has(code));
}

export function isShown(cell: ScoreCell, { shown, studentBase }: Choices): boolean {
	if (cell.source !== "published") return shown !== "published";
	return shown !== "own" && cell.studentBase === studentBase;
}

export const cellKey = (cell: Pick<ScoreCell, "source" | "studentBase" | "teacher" | "language">) =>
	JSON.stringify([cell.source, cell.studentBase, cell.teacher, cell.language]);

/** Rank of each cell among all shown cells of its language, source and student base; 1 is the highest. */
export function ranksOf(lines: readonly Line[], choices: Choices): ReadonlyMap<string, number> {
	const cells = lines.flatMap((line) => [...line.cells.values()]);
	const groups = Map.groupBy(cells, (cell) => JSON.stringify([cell.source, cell.studentBase, cell.language]));
	const ranks = new Map<string, number>();
	for (const group of groups.values()) {
		const values = group.flatMap((cell) => quantityOf(cell, choices).value ?? []);
		for (const cell of group) {
			const own = quantityOf(cell, choices).value;
			if (own !== null) ranks.set(cellKey(cell), 1 + values.filter((value) => value > own).length);
		}
	}
	return ranks;
}

function lineOf(
	key: string,
	group: readonly ScoreCell[],
	labels: ReadonlyMap<string, string>,
	languages: readonly string[],
	choices: Choices,
): Line {
	const { teacher, source, studentBase } = group[0] ?? { teacher: "", source: "own", studentBase: "" };
	const cells = new Map(group.map((cell) => [cell.language, cell]));
	const values = languages.flatMap((language) => {
		const cell = cells.get(language);
		return cell ? (quantityOf(cell, choices).value ?? []) : [];
	});
	const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
	return { key, teacher, label: labels.get(teacher) ?? teacher, source, studentBase, cells, mean, n: values.length };
}

function by(choices: Choices): (a: Line, b: Line) => number {
	const { order } = choices;
	const value = (line: Line) => {
		const cell = line.cells.get(order);
		const chosen = order === "mean" ? line.mean : cell ? quantityOf(cell, choices).value : null;
		return chosen ?? Number.NEGATIVE_INFINITY;
	};
	return (a, b) =>
		sources.indexOf(a.source) - sources.indexOf(b.source) ||
		value(b) - value(a) ||
		a.label.localeCompare(b.label, "en");
}
