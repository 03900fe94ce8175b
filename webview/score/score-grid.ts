/** Teachers by languages as dots with intervals. Every language has a scale of its own: scores compare within a language only. */
import { max } from "d3";
import type { ScorePanelMessage } from "../../server/core/score/panel-message.ts";
import { isPress } from "../shared/press.ts";
import { type Svg, svgIn } from "../shared/svg.ts";
import { type Choices, type Choose, quantities } from "./choices.ts";
import { type Line, linesOf, sources } from "./lines.ts";
import { sourceLabel } from "./reading.ts";
import { drawCells, marksOf } from "./score-cells.ts";
import {
	type Facet,
	facetsOf,
	headHeight,
	labelWidth,
	meanWidth,
	rowHeight,
	type Source,
	topsOf,
} from "./score-facets.ts";
import { fixed } from "./units.ts";

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
	drawHeads(svg, facets, choices, choose);
	drawZeroLines(svg, facets, lines, tops);
	drawLines(svg, lines, tops, message);
	drawCells(svg, marksOf(lines, facets, tops, choices, message), choices, choose);
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

function shortened(text: string, length: number): string {
	const letters = [...text];
	return letters.length <= length ? text : `${letters.slice(0, length - 1).join("")}…`;
}
