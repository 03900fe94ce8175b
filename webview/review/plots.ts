/** Every metric's distribution: a brush over it filters the list, a point under it jumps to its sample. */
import { type BrushSelection, brushX, format, scaleLinear, scaleSqrt, select } from "d3";
import type { MetricPicture, MetricRange } from "../../server/core/review/messages.ts";
import { isPress } from "../shared/press.ts";
import { moveFocus } from "../shared/roving-focus.ts";
import { svgIn } from "../shared/svg.ts";
import { drawRangeInputs } from "./range-inputs.ts";

export interface PlotEvents {
	/** Null takes the metric's range away. */
	readonly brush: (metric: string, range: readonly [number, number] | null) => void;
	readonly jump: (line: number) => void;
}

const width = 252;
const barHeight = 54;
const pointHeight = 22;
const margin = { left: 6, right: 6, top: 4, bottom: 16 };
const height = margin.top + barHeight + pointHeight + margin.bottom;

export function drawPlots(
	section: HTMLElement,
	metrics: readonly MetricPicture[],
	ranges: readonly MetricRange[],
	chosen: number | null,
	events: PlotEvents,
): void {
	const figure = select(section)
		.selectAll<HTMLElement, MetricPicture>(":scope > figure")
		.data([...metrics], ({ metric }) => metric)
		.join((enter) => {
			const made = enter.append("figure");
			made.append("figcaption");
			made.append("div").attr("class", "chart");
			made.append("div").attr("class", "range");
			return made;
		});
	figure.select("figcaption").text(({ metric, missing }) => (missing > 0 ? `${metric} (${missing} without)` : metric));
	figure.each(function (picture) {
		const range = ranges.find(({ metric }) => metric === picture.metric) ?? null;
		const chart = this.querySelector<HTMLElement>(".chart");
		const inputs = this.querySelector<HTMLElement>(".range");
		if (chart) drawPlot(chart, picture, range, chosen, events);
		if (inputs) drawRangeInputs(inputs, picture, range, (next) => events.brush(picture.metric, next));
	});
}

function drawPlot(
	chart: HTMLElement,
	picture: MetricPicture,
	range: MetricRange | null,
	chosen: number | null,
	events: PlotEvents,
): void {
	const { from, to, all, matched } = picture;
	const x = scaleLinear([from, to], [margin.left, width - margin.right]);
	// By the square root, so that a few samples far out are still seen beside thousands.
	const y = scaleSqrt([0, Math.max(1, ...all)], [0, barHeight]);
	const step = (width - margin.left - margin.right) / all.length;
	const svg = svgIn(chart).attr("viewBox", `0 0 ${width} ${height}`).attr("role", "group");
	svg.attr("aria-label", `Distribution of ${picture.metric}`);
	for (const [name, counts] of [
		["all", all],
		["matched", matched],
	] as const) {
		svg
			.selectAll<SVGRectElement, number>(`rect.${name}`)
			.data(counts)
			.join("rect")
			.attr("class", name)
			.attr("x", (_, index) => margin.left + index * step + 0.5)
			.attr("width", Math.max(1, step - 1))
			.attr("y", (count) => margin.top + barHeight - y(count))
			.attr("height", (count) => y(count));
	}
	drawAxis(chart, picture, x);
	drawBrush(chart, picture, range, x, events);
	drawPoints(chart, picture, chosen, x, events);
}

function drawAxis(chart: HTMLElement, { from, to, unit }: MetricPicture, x: (value: number) => number): void {
	const text = unit === "share" ? format(".1~%") : format(".3~s");
	svgIn(chart)
		.selectAll<SVGTextElement, number>("text.tick")
		.data([from, to])
		.join("text")
		.attr("class", "tick")
		.attr("x", (value) => x(value))
		.attr("y", height - 3)
		.attr("text-anchor", (_, index) => (index === 0 ? "start" : "end"))
		.text((value) => text(value).replace("%", " %"));
}

/** Left alone while a hand moves it, whatever is drawn meanwhile. */
function drawBrush(
	chart: HTMLElement,
	picture: MetricPicture,
	range: MetricRange | null,
	x: { (value: number): number; invert(pixel: number): number },
	events: PlotEvents,
): void {
	if (chart.dataset.isBrushing) return;
	const brush = brushX<number>()
		.extent([
			[margin.left, margin.top],
			[width - margin.right, margin.top + barHeight],
		])
		.on("start", ({ sourceEvent }: { sourceEvent: unknown }) => {
			if (sourceEvent) chart.dataset.isBrushing = "true";
		})
		.on("end", (event: { sourceEvent: unknown; selection: BrushSelection | null }) => {
			delete chart.dataset.isBrushing;
			if (!event.sourceEvent) return;
			const [first, last] = (event.selection as [number, number] | null) ?? [];
			const isRange = first !== undefined && last !== undefined;
			// Within a pixel of its ends the scale's own numbers: a hand that means all of them misses the last by a hair.
			const at = (pixel: number) =>
				pixel <= margin.left + 1 ? picture.from : pixel >= width - margin.right - 1 ? picture.to : x.invert(pixel);
			events.brush(picture.metric, isRange ? [at(first), at(last)] : null);
		});
	const holder = svgIn(chart).selectAll<SVGGElement, number>("g.brush").data([0]).join("g").attr("class", "brush");
	// Without a source event: moving it here is no wish of the user.
	holder.call(brush).call(brush.move, range ? [x(clamp(range.from, picture)), x(clamp(range.to, picture))] : null);
}

const clamp = (value: number, { from, to }: MetricPicture) => Math.max(from, Math.min(to, value));

/** One tab stop a plot; the arrow keys go from point to point. */
function drawPoints(
	chart: HTMLElement,
	{ metric, unit, points }: MetricPicture,
	chosen: number | null,
	x: (value: number) => number,
	events: PlotEvents,
): void {
	const top = margin.top + barHeight + 5;
	const shown = unit === "share" ? format(".1~%") : format(",.4~r");
	svgIn(chart)
		.selectAll<SVGCircleElement, MetricPicture["points"][number]>("circle.point")
		.data(points, ({ line }) => line)
		.join("circle")
		.attr("class", ({ isWeak, line }) => `point${isWeak ? " weak" : ""}${line === chosen ? " chosen" : ""}`)
		.attr("cx", ({ value }) => x(value))
		// Points of one value would hide each other; the line number spreads them, the same each time.
		.attr("cy", ({ line }) => top + ((line * 7) % 5) * 3)
		.attr("r", ({ line }) => (line === chosen ? 4 : 2.5))
		.attr("role", "button")
		.attr("tabindex", (_, index) => (index === 0 ? 0 : -1))
		.attr("data-row", 0)
		.attr("data-column", (_, index) => index)
		.attr("data-tip", ({ line, value }) => `Line ${line + 1}: ${shown(value)}`)
		.attr("aria-label", ({ line, value }) => `Line ${line + 1}, ${metric} ${shown(value)}`)
		.order()
		.on("click", (_event, { line }) => events.jump(line))
		.on("keydown", (event: KeyboardEvent, { line }) => {
			if (moveFocus(event)) event.stopPropagation();
			else if (isPress(event)) {
				event.preventDefault();
				events.jump(line);
			}
		});
}
