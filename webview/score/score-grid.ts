/** Teachers by languages as bars. Every language has a scale of its own: scores compare within a language only. */
import { max, min, type ScaleLinear, type Selection, scaleLinear } from "d3";
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, type Choose, isDoubtful, quantities, quantityOf } from "./choices.ts";
import { drawHatches } from "./hatch.ts";
import { cellKey, type Line, linesOf, ranksOf, shownLanguages } from "./lines.ts";
import { describe, sourceLabel } from "./reading.ts";
import { moveFocus } from "./roving-focus.ts";
import { type Svg, svgIn } from "./svg.ts";
import { fixed, unknown } from "./units.ts";

const rowHeight = 24;
const headHeight = 30;
const labelWidth = 176;
const meanWidth = 76;
const numberWidth = 56;
const rankWidth = 20;
const leastFacet = 112;

interface Facet {
	readonly language: string;
	readonly name: string;
	readonly left: number;
	readonly width: number;
	readonly scale: ScaleLinear<number, number>;
}

/** Draws, or redraws, the chart into `figure`, `width` pixels wide. */
export function drawScoreGrid(
	figure: HTMLElement,
	message: ScorePanelMessage,
	choices: Choices,
	choose: Choose,
	width: number,
): void {
	const lines = linesOf(message, choices);
	const facets = facetsOf(message, choices, lines, width);
	const last = facets.at(-1);
	const svg = svgIn(figure);
	svg
		.attr("role", "group")
		.attr(
			"aria-label",
			`${quantities[choices.quantity].label} of ${lines.length} teachers in ${facets.length} languages`,
		)
		.attr("width", last ? last.left + last.width : width)
		.attr("height", headHeight + lines.length * rowHeight + 4);
	drawHatches(svg);
	drawHeads(svg, facets, choices, choose);
	drawZeroLines(svg, facets, lines.length);
	drawLines(svg, lines, choices, message);
	drawCells(svg, lines, facets, choices, choose, message);
}

function facetsOf(message: ScorePanelMessage, choices: Choices, lines: readonly Line[], width: number): Facet[] {
	const languages = shownLanguages(message, choices);
	const names = new Map(message.languages.map(({ code, name }) => [code, name]));
	const left = labelWidth + meanWidth;
	const each = Math.max(leastFacet, Math.min(220, (width - left) / Math.max(1, languages.length)));
	return languages.map((language, index) => {
		const values = lines.flatMap((line) => reachOf(line.cells.get(language), choices));
		const domain = [min([0, ...values]) ?? 0, max([0, ...values]) ?? 1];
		const scale = scaleLinear(domain[0] === domain[1] ? [0, 1] : domain, [rankWidth, each - numberWidth - 6]);
		return { language, name: names.get(language) ?? language, left: left + index * each, width: each, scale };
	});
}

/** The values a cell's mark covers: the number and the ends of its interval. */
function reachOf(cell: ScoreCell | undefined, { quantity }: Choices): number[] {
	if (!cell) return [];
	const { value, stderr } = quantityOf(cell, quantity);
	if (value === null) return [];
	return stderr === null ? [value] : [value, value - 1.96 * stderr, value + 1.96 * stderr];
}

/** Column heads are buttons that order the teachers by that column. */
function drawHeads(svg: Svg, facets: readonly Facet[], choices: Choices, choose: Choose): void {
	const mean = { order: "mean", text: `Mean of ${facets.length}`, x: labelWidth + meanWidth - 12 };
	const columns = facets.map(({ language, name, left, width }) => ({
		order: language,
		text: name,
		x: left + width - 14,
	}));
	svg
		.selectAll<SVGTextElement, typeof mean>("text.head")
		.data([mean, ...columns], ({ order }) => order)
		.join("text")
		.attr("class", "head")
		.attr("role", "button")
		.attr("tabindex", 0)
		.attr("aria-pressed", ({ order }) => `${order === choices.order}`)
		.attr("aria-label", ({ text, order }) => (order === "mean" ? "Order by mean" : `Order by ${text}`))
		.attr("text-anchor", "end")
		.attr("x", ({ x }) => x)
		.attr("y", 17)
		.text(({ text, order }) => (order === choices.order ? `↓ ${text}` : text))
		.on("click", (_event, { order }) => choose({ order }))
		.on("keydown", (event: KeyboardEvent, { order }) => {
			if (!isPress(event)) return;
			event.preventDefault();
			choose({ order });
		});
}

function drawZeroLines(svg: Svg, facets: readonly Facet[], rows: number): void {
	svg
		.selectAll("line.zero")
		.data(facets)
		.join("line")
		.attr("class", "zero")
		.attr("x1", ({ left, scale }) => left + scale(0))
		.attr("x2", ({ left, scale }) => left + scale(0))
		.attr("y1", headHeight - 4)
		.attr("y2", headHeight + rows * rowHeight);
}

function drawLines(svg: Svg, lines: readonly Line[], choices: Choices, message: ScorePanelMessage): void {
	const baseLabels = new Map(message.studentBases.map(({ name, label }) => [name, label]));
	const languages = shownLanguages(message, choices).length;
	const rows = svg.selectAll<SVGGElement, Line>("g.line").data([...lines], ({ key }) => key);
	const joined = rows.join((enter) => {
		const line = enter.append("g");
		line.append("text").attr("class", "teacher").append("tspan").attr("class", "name");
		line.select("text").append("tspan").attr("class", "source").attr("dx", 6);
		line
			.append("text")
			.attr("class", "mean")
			.attr("x", labelWidth + meanWidth - 12)
			.attr("text-anchor", "end");
		line.append("title");
		return line;
	});
	joined
		.attr("class", ({ source }) => `line ${source}`)
		.attr("transform", (_line, index) => `translate(0 ${headHeight + index * rowHeight})`);
	joined.selectAll("text").attr("y", 16);
	joined.select(".name").text(({ label }) => shortened(label, 22));
	joined.select(".source").text(({ source }) => (source === "published" ? "" : sourceLabel(source)));
	joined.select(".mean").text(({ mean, n }) => `${fixed(mean, 3)}${n === languages ? "" : ` /${n}`}`);
	joined
		.select("title")
		.text((line) => `${line.label}, ${sourceLabel(line.source)}, ${baseLabels.get(line.studentBase)}`);
}

interface Mark {
	readonly cell: ScoreCell;
	readonly facet: Facet;
	readonly row: number;
	readonly rank: number | undefined;
	readonly label: string;
}

function drawCells(
	svg: Svg,
	lines: readonly Line[],
	facets: readonly Facet[],
	choices: Choices,
	choose: Choose,
	message: ScorePanelMessage,
): void {
	const marks = marksOf(lines, facets, choices, message);
	const first = marks.find(({ cell }) => cellKey(cell) === choices.chosen) ?? marks[0];
	const joined = svg
		.selectAll<SVGGElement, Mark>("g.cell")
		.data(marks, ({ cell }) => cellKey(cell))
		.join((enter) => {
			const cell = enter.append("g").attr("role", "button");
			cell.append("rect").attr("class", "field").attr("height", rowHeight);
			cell
				.append("rect")
				.attr("class", "bar")
				.attr("y", 6)
				.attr("height", rowHeight - 12);
			cell
				.append("line")
				.attr("class", "interval")
				.attr("y1", rowHeight / 2)
				.attr("y2", rowHeight / 2);
			for (const name of ["rank", "value", "doubt"]) cell.append("text").attr("class", name).attr("y", 16);
			cell.append("title");
			return cell;
		});
	joined
		.attr("class", ({ cell }) => `cell ${cell.source}`)
		.classed("doubtful", ({ cell }) => isDoubtful(cell, choices.quantity))
		.classed("chosen", ({ cell }) => cellKey(cell) === choices.chosen)
		.attr("data-row", ({ row }) => row)
		.attr("data-column", ({ facet }) => facets.indexOf(facet))
		.attr("tabindex", (mark) => (mark === first ? 0 : -1))
		.attr("aria-label", ({ label }) => label)
		.attr("aria-pressed", ({ cell }) => `${cellKey(cell) === choices.chosen}`)
		.attr("transform", ({ facet, row }) => `translate(${facet.left} ${headHeight + row * rowHeight})`)
		.on("click", (_event, { cell }) => choose({ chosen: cellKey(cell) }))
		.on("keydown", (event: KeyboardEvent, { cell }) => {
			if (moveFocus(event)) return;
			if (isPress(event)) choose({ chosen: cellKey(cell) });
			else if (event.key === "Escape") choose({ chosen: null });
			else return;
			event.preventDefault();
		});
	shapeCells(joined, choices);
}

function shapeCells(cells: Selection<SVGGElement, Mark, SVGSVGElement, unknown>, choices: Choices): void {
	const value = ({ cell }: Mark) => quantityOf(cell, choices.quantity).value;
	const end = (mark: Mark) => mark.facet.scale(value(mark) ?? 0);
	const zero = ({ facet }: Mark) => facet.scale(0);
	const spread = ({ cell, facet }: Mark, side: -1 | 1) => {
		const known = quantityOf(cell, choices.quantity);
		return facet.scale((known.value ?? 0) + side * 1.96 * (known.stderr ?? 0));
	};
	cells.select(".field").attr("width", ({ facet }) => facet.width - 4);
	cells
		.select(".bar")
		.attr("x", (mark) => Math.min(zero(mark), end(mark)))
		.attr("width", (mark) => Math.abs(end(mark) - zero(mark)));
	cells
		.select(".interval")
		.attr("visibility", ({ cell }) => (quantityOf(cell, choices.quantity).stderr === null ? "hidden" : null))
		.attr("x1", (mark) => spread(mark, -1))
		.attr("x2", (mark) => spread(mark, 1));
	cells
		.select(".rank")
		.attr("x", 2)
		.text(({ rank }) => rank ?? "");
	cells
		.select(".value")
		.attr("x", ({ facet }) => facet.width - 14)
		.attr("text-anchor", "end")
		.text((mark) => fixed(value(mark), choices.quantity === "gain" ? 4 : 3));
	cells
		.select(".doubt")
		.attr("x", ({ facet }) => facet.width - 12)
		.text(({ cell }) => (isDoubtful(cell, choices.quantity) ? "†" : ""));
	cells.select("title").text(({ label }) => label);
}

function marksOf(
	lines: readonly Line[],
	facets: readonly Facet[],
	choices: Choices,
	message: ScorePanelMessage,
): Mark[] {
	const ranks = ranksOf(lines, choices);
	const baseLabels = new Map(message.studentBases.map(({ name, label }) => [name, label]));
	return lines.flatMap((line, row) =>
		facets.flatMap((facet) => {
			const cell = line.cells.get(facet.language);
			if (!cell) return [];
			const names = { teacher: line.label, language: facet.name, base: baseLabels.get(cell.studentBase) ?? unknown };
			return [{ cell, facet, row, rank: ranks.get(cellKey(cell)), label: describe(cell, names, choices.quantity) }];
		}),
	);
}

function isPress(event: KeyboardEvent): boolean {
	return event.key === "Enter" || event.key === " ";
}

function shortened(text: string, length: number): string {
	const letters = [...text];
	return letters.length <= length ? text : `${letters.slice(0, length - 1).join("")}…`;
}
