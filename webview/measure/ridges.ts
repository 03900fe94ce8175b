/** How one value is distributed in each group: a histogram a line, on one axis, with median and middle half. */
import { axisBottom, max, scaleLinear, select } from "d3";
import { type Distribution, type MeasurePicture, sampleMetrics } from "../../server/core/measure/measure-picture.ts";
import { svgIn } from "../shared/svg.ts";
import { drawSwitch } from "../shared/switch.ts";
import { groupName, type MeasureState } from "./measure-state.ts";

const row = { height: 34, bar: 26 };
const margin = { left: 210, right: 24, top: 8, bottom: 40 };
const width = 760;

type Turn = (edit: Pick<MeasureState, "metric"> | Pick<MeasureState, "group">) => void;

export function drawRidges(section: HTMLElement, picture: MeasurePicture, state: MeasureState, turn: Turn): void {
	const { distributions } = picture;
	select(section).selectAll(":scope > h2").data(["Distributions"]).join("h2").text(String);
	const current = distributions.find(({ metric }) => metric === state.metric) ?? distributions[0];
	const options = distributions.map(({ metric }) => ({ value: metric, label: sampleMetrics[metric].name }));
	drawSwitch(section, "Value", options, current?.metric ?? "tokens", (metric) => turn({ metric }));
	const chart = select(section)
		.selectAll<HTMLElement, number>(":scope > div.chart")
		.data([0])
		.join("div")
		.attr("class", "chart")
		.node();
	if (chart && current) drawChart(chart, picture, current, state.group, turn);
}

function drawChart(chart: HTMLElement, picture: MeasurePicture, shown: Distribution, chosen: number, turn: Turn): void {
	const { from, to, groups, metric } = shown;
	const { name, unit } = sampleMetrics[metric];
	const height = margin.top + groups.length * row.height + margin.bottom;
	const x = scaleLinear([from, to], [margin.left, width - margin.right]);
	const svg = svgIn(chart)
		.attr("viewBox", `0 0 ${width} ${height}`)
		.attr("role", "img")
		.attr("aria-label", summaryOf(picture, shown));
	const line = svg
		.selectAll<SVGGElement, (typeof groups)[number]>("g.ridge")
		.data(groups, ({ group }) => group)
		.join("g")
		.attr("class", ({ group }) => (group === chosen ? "ridge chosen" : "ridge"))
		.attr("transform", (_, index) => `translate(0 ${margin.top + index * row.height})`)
		.attr(
			"data-tip",
			({ group, n, median, quartiles: [low, high] }) =>
				`${groupName(picture, group)}: median ${short(median)}, middle half ${short(low)} to ${short(high)} ${unit}, ${n} samples`,
		)
		.on("click", (_event, { group }) => turn({ group }));
	// The whole line can be pressed, not only its bars.
	line
		.selectAll("rect.line")
		.data([0])
		.join("rect")
		.attr("class", "line")
		.attr("width", width)
		.attr("height", row.height);
	line
		.selectAll("text.name")
		.data(({ group }) => [groupName(picture, group)])
		.join("text")
		.attr("class", "name")
		.attr("x", margin.left - 12)
		.attr("y", row.bar - 6)
		.attr("text-anchor", "end")
		.text((text) => (text.length > 32 ? `${text.slice(0, 31)}…` : text));
	line.each(function ({ counts }) {
		const most = max(counts) ?? 1;
		const step = (width - margin.left - margin.right) / counts.length;
		select(this)
			.selectAll<SVGRectElement, number>("rect.bar")
			.data(counts)
			.join("rect")
			.attr("class", "bar")
			.attr("x", (_, index) => margin.left + index * step + 0.5)
			.attr("width", Math.max(1, step - 1))
			.attr("y", (count) => row.bar - (row.bar - 4) * (count / most))
			.attr("height", (count) => (row.bar - 4) * (count / most));
	});
	line
		.selectAll<SVGLineElement, [number, number]>("line.half")
		.data(({ quartiles }) => [quartiles])
		.join("line")
		.attr("class", "half")
		.attr("x1", ([low]) => x(clamped(low, shown)))
		.attr("x2", ([, high]) => x(clamped(high, shown)))
		.attr("y1", row.bar + 2.5)
		.attr("y2", row.bar + 2.5);
	line
		.selectAll<SVGCircleElement, number>("circle.median")
		.data(({ median }) => [median])
		.join("circle")
		.attr("class", "median")
		.attr("r", 3.5)
		.attr("cx", (median) => x(clamped(median, shown)))
		.attr("cy", row.bar + 2.5);
	svg
		.selectAll<SVGGElement, number>("g.axis")
		.data([0])
		.join("g")
		.attr("class", "axis")
		.attr("transform", `translate(0 ${height - margin.bottom + 4})`)
		.call((group) => axisBottom(x).ticks(6).tickSizeOuter(0)(group));
	svg
		.selectAll("text.title")
		.data([`${name}, ${unit}`])
		.join("text")
		.attr("class", "title")
		.attr("x", width - margin.right)
		.attr("y", height - 4)
		.attr("text-anchor", "end")
		.text(String);
}

const clamped = (value: number, { from, to }: Distribution) => Math.max(from, Math.min(to, value));
const short = (value: number) => Number(value.toPrecision(3)).toString();

function summaryOf(picture: MeasurePicture, { groups, metric }: Distribution): string {
	const words = groups.map(({ group, median }) => `${groupName(picture, group)} ${short(median)}`);
	return `Distribution of ${sampleMetrics[metric].name} by group. Medians: ${words.join(", ")}.`;
}
