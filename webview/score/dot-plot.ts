/** Named rows with one dot per series on a shared axis; series differ by shape as well as by colour. */
import {
	axisTop,
	extent,
	scaleLinear,
	symbol,
	symbolCircle,
	symbolDiamond2,
	symbolSquare2,
	symbolTriangle2,
	symbolWye,
} from "d3";
import { svgIn } from "../shared/svg.ts";
import { fixed } from "./units.ts";

export interface DotRow {
	readonly label: string;
	readonly dots: readonly { readonly series: string; readonly value: number | null }[];
}

const rowHeight = 23;
const top = 46;
const shapes = [symbolCircle, symbolDiamond2, symbolSquare2, symbolTriangle2, symbolWye];

export interface DotPlot {
	readonly rows: readonly DotRow[];
	readonly series: readonly string[];
	readonly axis: string;
	readonly summary: string;
	/** Values that are always in view, such as 0. */
	readonly include?: readonly number[];
}

export function drawDotPlot(
	body: HTMLElement,
	{ rows, series, axis, summary, include = [] }: DotPlot,
	room: number,
): void {
	const left = Math.min(390, 16 + 7.1 * Math.max(...rows.map(({ label }) => [...label].length)));
	const width = Math.min(room, 860);
	const values = rows.flatMap(({ dots }) => dots.flatMap(({ value }) => value ?? []));
	const [low = 0, high = 1] = extent([...values, ...include]);
	const x = scaleLinear([low, high], [left + 10, width - 24]).nice();
	const svg = svgIn(body).attr("role", "img").attr("aria-label", summary);
	svg.attr("width", width).attr("height", top + rows.length * rowHeight + 6);
	drawKey(svg, series, left);
	const ticks = axisTop(x)
		.ticks(6)
		.tickSize(-rows.length * rowHeight)
		.tickPadding(4);
	svg
		.selectAll<SVGGElement, number>("g.axis")
		.data([0])
		.join("g")
		.attr("class", "axis")
		.attr("transform", `translate(0 ${top})`)
		.call((group) => ticks(group));
	svg
		.selectAll("text.axis-title")
		.data([axis])
		.join("text")
		.attr("class", "axis-title")
		.attr("x", 0)
		.attr("y", top - 8)
		.text(String);
	const joined = svg
		.selectAll<SVGGElement, DotRow>("g.row")
		.data([...rows])
		.join("g")
		.attr("class", "row")
		.attr("transform", (_row, index) => `translate(0 ${top + (index + 0.5) * rowHeight})`);
	joined
		.selectAll("text")
		.data(({ label }) => [label])
		.join("text")
		.attr("y", 4)
		.text(String);
	joined
		.selectAll<SVGPathElement, { series: string; value: number; row: string }>("path")
		.data(({ label, dots }) =>
			dots.flatMap((dot) => (dot.value === null ? [] : [{ ...dot, value: dot.value, row: label }])),
		)
		.join("path")
		.attr("class", ({ series: name }) => `dot series-${series.indexOf(name)}`)
		.attr("d", ({ series: name }) => symbol(shapeOf(series, name), 62)())
		.attr("transform", ({ value }) => `translate(${x(value)} 0)`)
		.attr("data-tip", ({ row, series: name, value }) => `${row}, ${name}: ${fixed(value, 3)}`);
}

function drawKey(svg: ReturnType<typeof svgIn>, series: readonly string[], left: number): void {
	let at = left + 10;
	const entries = series.map((name) => {
		const x = at;
		at += 30 + 6.6 * [...name].length;
		return { name, x };
	});
	const key = svg
		.selectAll<SVGGElement, (typeof entries)[number]>("g.key")
		.data(entries)
		.join("g")
		.attr("class", "key");
	key.attr("transform", ({ x }) => `translate(${x} 10)`);
	key
		.selectAll("path")
		.data(({ name }) => [name])
		.join("path")
		.attr("class", (name) => `dot series-${series.indexOf(name)}`)
		.attr("d", (name) => symbol(shapeOf(series, name), 62)());
	key
		.selectAll("text")
		.data(({ name }) => [name])
		.join("text")
		.attr("x", 10)
		.attr("y", 4)
		.text(String);
}

export function shapeOf(series: readonly string[], name: string) {
	return shapes[series.indexOf(name) % shapes.length] ?? symbolCircle;
}
