/** Teachers by languages as bars. Every language has a scale of its own: scores compare within a language only. */
import { max, min, type ScaleLinear, type Selection, scaleLinear } from "d3";
import type { ScoreCell, ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { type Choices, type Choose, isDoubtful, publishedAlpha, quantities, quantityOf } from "./choices.ts";
import { drawHatches, sources } from "./hatch.ts";
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
const rankWidth = 36;
const leastFacet = 124;
const groupGap = 10;

interface Facet {
	readonly language: string;
	readonly name: string;
	readonly left: number;
	readonly width: number;
	/** One scale per source: practice models and real students do not share one. */
	readonly scales: ReadonlyMap<Source, ScaleLinear<number, number>>;
}

type Source = ScoreCell["source"];

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
	const tops = topsOf(lines);
	const svg = svgIn(figure);
	svg
		.attr("role", "group")
		.attr(
			"aria-label",
			`${quantities[choices.quantity].label} of ${lines.length} teachers in ${facets.length} languages`,
		)
		.attr("width", last ? last.left + last.width : width)
		.attr("height", (tops.at(-1) ?? headHeight) + rowHeight + 4);
	drawHatches(svg);
	drawHeads(svg, facets, choices, choose);
	drawZeroLines(svg, facets, lines, tops);
	drawLines(svg, lines, tops, message);
	drawCells(svg, marksOf(lines, facets, tops, choices, message), choices, choose);
}

function facetsOf(message: ScorePanelMessage, choices: Choices, lines: readonly Line[], width: number): Facet[] {
	const languages = shownLanguages(message, choices);
	const names = new Map(message.languages.map(({ code, name }) => [code, name]));
	const left = labelWidth + meanWidth;
	const each = Math.max(leastFacet, Math.min(220, (width - left) / Math.max(1, languages.length)));
	return languages.map((language, index) => {
		const scales = new Map(
			sources.map((source) => [
				source,
				scaleOf(lines, language, source, choices).range([rankWidth, each - numberWidth - 10]),
			]),
		);
		return { language, name: names.get(language) ?? language, left: left + index * each, width: each - 4, scales };
	});
}

/** From the lowest to the highest value, zero included; intervals widen it by as much again at most. */
function scaleOf(lines: readonly Line[], language: string, source: Source, choices: Choices) {
	const cells = lines.filter((line) => line.source === source).flatMap((line) => line.cells.get(language) ?? []);
	const known = cells.map((cell) => quantityOf(cell, choices));
	const values = [0, ...known.flatMap(({ value }) => value ?? [])];
	const [low, high] = [min(values) ?? 0, max(values) ?? 0];
	const reach = known.flatMap(({ value, stderr }) =>
		value === null || stderr === null ? [] : [value - 1.96 * stderr, value + 1.96 * stderr],
	);
	const span = high - low || 1;
	const from = Math.max(min([low, ...reach]) ?? low, low - span / 2);
	const to = Math.min(max([high, ...reach]) ?? high, high + span / 2);
	return scaleLinear()
		.domain(from === to ? [0, 1] : [from, to])
		.clamp(true);
}

/** Column heads are buttons that order the teachers by that column. */
function drawHeads(svg: Svg, facets: readonly Facet[], choices: Choices, choose: Choose): void {
	const mean = { order: "mean", text: "Mean", x: labelWidth + meanWidth - 12 };
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

/** Top of each line; a gap parts the sources. */
function topsOf(lines: readonly Line[]): number[] {
	let top = headHeight - rowHeight;
	return lines.map((line, index) => {
		top += rowHeight + (index > 0 && lines[index - 1]?.source !== line.source ? groupGap : 0);
		return top;
	});
}

function drawZeroLines(svg: Svg, facets: readonly Facet[], lines: readonly Line[], tops: readonly number[]): void {
	const groups = sources.flatMap((source) => {
		const first = lines.findIndex((line) => line.source === source);
		const last = lines.findLastIndex((line) => line.source === source);
		if (first === -1) return [];
		return facets
			.filter(({ language }) => lines.some((line) => line.source === source && line.cells.has(language)))
			.map(({ left, scales }) => ({
				x: left + (scales.get(source)?.(0) ?? 0),
				top: tops[first] ?? 0,
				bottom: (tops[last] ?? 0) + rowHeight,
			}));
	});
	svg
		.selectAll("line.zero")
		.data(groups)
		.join("line")
		.attr("class", "zero")
		.attr("x1", ({ x }) => x)
		.attr("x2", ({ x }) => x)
		.attr("y1", ({ top }) => top)
		.attr("y2", ({ bottom }) => bottom);
}

function drawLines(svg: Svg, lines: readonly Line[], tops: readonly number[], message: ScorePanelMessage): void {
	const baseLabels = new Map(message.studentBases.map(({ name, label }) => [name, label]));
	const most = (source: Source) =>
		max(
			lines.filter((line) => line.source === source),
			({ n }) => n,
		);
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
		return line;
	});
	joined
		.attr("class", ({ source }) => `line ${source}`)
		.attr("transform", (_line, index) => `translate(0 ${tops[index] ?? 0})`);
	joined.selectAll("text").attr("y", 16);
	joined.select(".name").text(({ label }) => shortened(label, 22));
	joined.select(".source").text(({ source }) => (source === "published" ? "" : sourceLabel(source)));
	joined.select(".mean").text(({ mean, n, source }) => `${n === most(source) ? "" : `n ${n}  `}${fixed(mean, 3)}`);
	joined
		.select(".teacher")
		.attr("data-tip", (line) => `${line.label}, ${sourceLabel(line.source)}, ${baseLabels.get(line.studentBase)}`);
}

interface Mark {
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

function drawCells(svg: Svg, marks: readonly Mark[], choices: Choices, choose: Choose): void {
	const first = marks.find(({ cell }) => cellKey(cell) === choices.chosen) ?? marks[0];
	const joined = svg
		.selectAll<SVGGElement, Mark>("g.cell")
		.data([...marks], ({ cell }) => cellKey(cell))
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
	cells
		.select(".bar")
		.attr("x", (mark) => Math.min(zero(mark), end(mark)))
		.attr("width", (mark) => Math.abs(end(mark) - zero(mark)));
	cells
		.select(".interval")
		.attr("visibility", ({ cell }) => (quantityOf(cell, choices).stderr === null ? "hidden" : null))
		.attr("x1", (mark) => spread(mark, -1))
		.attr("x2", (mark) => spread(mark, 1));
	cells
		.select(".rank")
		.attr("x", 2)
		.classed("leading", ({ cell }) => (cell.comparison?.isLeading ?? false) && isPublishedScore(choices))
		.text(({ cell, rank, move }) => rankText(cell, rank, move, choices));
	cells
		.select(".value")
		.attr("x", ({ facet }) => facet.width - 14)
		.attr("text-anchor", "end")
		.text((mark) => fixed(value(mark), choices.quantity === "gain" ? 4 : 3));
	cells
		.select(".doubt")
		.attr("x", ({ facet }) => facet.width - 12)
		.text(({ cell }) => (isDoubtful(cell, choices) ? "†" : ""));
}

function marksOf(
	lines: readonly Line[],
	facets: readonly Facet[],
	tops: readonly number[],
	choices: Choices,
	message: ScorePanelMessage,
): Mark[] {
	const ranks = ranksOf(lines, choices);
	const published = ranksOf(lines, { ...choices, alpha: publishedAlpha });
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

function isPublishedScore({ quantity, alpha }: Choices): boolean {
	return quantity === "pg" && alpha === publishedAlpha;
}

/** The rank with its interval where known; after a change of weight, how far it moved. */
function rankText({ comparison }: ScoreCell, rank: number | undefined, move: number, choices: Choices): string {
	if (rank === undefined) return "";
	if (isPublishedScore(choices) && comparison) return `${comparison.low}–${comparison.high}`;
	return move === 0 ? `${rank}` : `${rank}${move > 0 ? "▲" : "▼"}${Math.abs(move)}`;
}

function isPress(event: KeyboardEvent): boolean {
	return event.key === "Enter" || event.key === " ";
}

function shortened(text: string, length: number): string {
	const letters = [...text];
	return letters.length <= length ? text : `${letters.slice(0, length - 1).join("")}…`;
}
