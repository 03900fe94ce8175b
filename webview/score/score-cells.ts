/** The cells of the score chart: a button with a dot on a stem each, and the figures beside it. */
import type { ScaleLinear, Selection } from "d3";
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { isPress } from "../shared/press.ts";
import { moveFocus } from "../shared/roving-focus.ts";
import type { Svg } from "../shared/svg.ts";
import {
	type Choices,
	type Choose,
	comparisonOf,
	isDoubtful,
	isPublishedScore,
	publishedAlpha,
	quantityOf,
} from "./choices.ts";
import { cellKey, type Line, ranksOf } from "./lines.ts";
import { describe } from "./reading.ts";
import { type Facet, rowHeight } from "./score-facets.ts";
import { fixed, unknown } from "./units.ts";

const dotRadius = 4;

export interface Mark {
	readonly cell: ScoreCell;
	readonly facet: Facet;
	readonly column: number;
	readonly top: number;
	readonly scale: ScaleLinear<number, number>;
	readonly row: number;
	readonly rank: number | undefined;
	/** Places gained against the published weight. */
	readonly move: number;
	readonly label: string;
}

export function drawCells(svg: Svg, marks: readonly Mark[], choices: Choices, choose: Choose): void {
	const first = marks.find(({ cell }) => cellKey(cell) === choices.chosen) ?? marks[0];
	const joined = svg
		.selectAll<SVGGElement, Mark>("g.cell")
		.data([...marks], ({ cell }) => cellKey(cell))
		.join((enter) => {
			const cell = enter.append("g").attr("role", "button");
			cell.append("rect").attr("class", "field").attr("height", rowHeight);
			for (const name of ["stem", "interval"])
				cell
					.append("line")
					.attr("class", name)
					.attr("y1", rowHeight / 2)
					.attr("y2", rowHeight / 2);
			cell
				.append("circle")
				.attr("class", "value-dot")
				.attr("cy", rowHeight / 2)
				.attr("r", dotRadius);
			return cell;
		});
	joined
		.attr("class", ({ cell }) => `cell ${cell.source}`)
		.classed("doubtful", ({ cell }) => isDoubtful(cell, choices))
		.classed("chosen", ({ cell }) => cellKey(cell) === choices.chosen)
		.attr("data-row", ({ row }) => row)
		.attr("data-column", ({ column }) => column)
		.attr("tabindex", (mark) => (mark === first ? 0 : -1))
		.attr("aria-label", ({ label }) => label)
		.attr("data-tip", ({ label }) => label)
		.attr("aria-pressed", ({ cell }) => `${cellKey(cell) === choices.chosen}`)
		.attr("transform", ({ facet, top }) => `translate(${facet.left} ${top})`)
		.on("click", (_event, { cell }) => choose({ chosen: cellKey(cell) }))
		.on("keydown", (event: KeyboardEvent, { cell }) => {
			if (moveFocus(event)) return;
			if (isPress(event)) choose({ chosen: cellKey(cell) });
			else if (event.key === "Escape") choose({ chosen: null });
			else return;
			event.preventDefault();
		});
	shapeCells(joined, choices);
	drawNumbers(svg, marks, choices);
}

function shapeCells(cells: Selection<SVGGElement, Mark, SVGSVGElement, unknown>, choices: Choices): void {
	const value = ({ cell }: Mark) => quantityOf(cell, choices).value;
	const end = (mark: Mark) => mark.scale(value(mark) ?? 0);
	const zero = ({ scale }: Mark) => scale(0);
	const spread = ({ cell, scale }: Mark, side: -1 | 1) => {
		const known = quantityOf(cell, choices);
		return scale((known.value ?? 0) + side * 1.96 * (known.stderr ?? 0));
	};
	cells.select(".field").attr("width", ({ facet }) => facet.width);
	// What is not known has no dot: 0 would be a value.
	const seen = (mark: Mark) => (value(mark) === null ? "hidden" : null);
	cells.select(".stem").attr("x1", zero).attr("x2", end).attr("visibility", seen);
	cells.select(".value-dot").attr("cx", end).attr("visibility", seen);
	cells
		.select(".interval")
		.attr("visibility", ({ cell }) => (quantityOf(cell, choices).stderr === null ? "hidden" : null))
		.attr("x1", (mark) => spread(mark, -1))
		.attr("x2", (mark) => spread(mark, 1));
}

/** The printed figures, apart from the buttons: a button says all of them in its own words. */
function drawNumbers(svg: Svg, marks: readonly Mark[], choices: Choices): void {
	const numbers = svg
		.selectAll<SVGGElement, Mark>("g.numbers")
		.data([...marks], ({ cell }) => cellKey(cell))
		.join((enter) => {
			const group = enter.append("g").attr("class", "numbers").attr("aria-hidden", "true");
			for (const name of ["rank", "value", "doubt"]) group.append("text").attr("class", name).attr("y", 16);
			return group;
		})
		.attr("transform", ({ facet, top }) => `translate(${facet.left} ${top})`);
	numbers
		.select(".rank")
		.attr("x", 2)
		.classed("leading", ({ cell }) => comparisonOf(cell, choices)?.isLeading ?? false)
		.text(({ cell, rank, move }) => rankText(cell, rank, move, choices));
	numbers
		.select(".value")
		.attr("x", ({ facet }) => facet.width - 14)
		.attr("text-anchor", "end")
		.text(({ cell }) => fixed(quantityOf(cell, choices).value, choices.quantity === "gain" ? 4 : 3));
	numbers
		.select(".doubt")
		.attr("x", ({ facet }) => facet.width - 12)
		.text(({ cell }) => (isDoubtful(cell, choices) ? "†" : ""));
}

export function marksOf(
	lines: readonly Line[],
	facets: readonly Facet[],
	tops: readonly number[],
	choices: Choices,
	message: ScorePanelMessage,
): Mark[] {
	const ranks = ranksOf(lines, choices);
	const published = ranksOf(lines, { ...choices, alpha: publishedAlpha, population: "published" });
	const baseLabels = new Map(message.studentBases.map(({ name, label }) => [name, label]));
	return lines.flatMap((line, row) =>
		facets.flatMap((facet, column) => {
			const cell = line.cells.get(facet.language);
			const scale = facet.scales.get(line.source);
			if (!cell || !scale) return [];
			const names = { teacher: line.label, language: facet.name, base: baseLabels.get(cell.studentBase) ?? unknown };
			const label = describe(cell, names, choices);
			const key = cellKey(cell);
			const rank = ranks.get(key);
			const move = (published.get(key) ?? 0) - (rank ?? published.get(key) ?? 0);
			return [{ cell, facet, column, row, top: tops[row] ?? 0, scale, rank, move, label }];
		}),
	);
}

/** The rank with its interval where known; after a change of weight, how far it moved. */
function rankText(cell: ScoreCell, rank: number | undefined, move: number, choices: Choices): string {
	if (rank === undefined) return "";
	const comparison = comparisonOf(cell, choices);
	if (comparison) {
		const { low, high } = comparison;
		return low === high ? `${low}` : `${low}–${high}`;
	}
	// Ranks by z or gain alone have no published weight to be compared with.
	return move === 0 || choices.quantity !== "pg" || isPublishedScore(choices)
		? `${rank}`
		: `${rank}${move > 0 ? "▲" : "▼"}${Math.abs(move)}`;
}
