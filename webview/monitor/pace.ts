/** Two small charts over one time axis: accepted samples per second, and each teacher's limit with its pauses. */
import { axisBottom, axisLeft, curveStepAfter, line, max, type ScaleLinear, scaleLinear, select } from "d3";
import type { MonitorLane, MonitorMessage } from "../../server/core/generate/monitor-message.ts";
import { duration } from "../shared/quantities.ts";

const height = 130;
const margin = { top: 10, right: 16, bottom: 22, left: 44 };
/** Colours repeat after so many teachers; the names in the legend stay apart. */
const colours = 6;

interface Frame {
	readonly svg: ReturnType<typeof frameOf>;
	readonly x: ScaleLinear<number, number>;
	readonly y: ScaleLinear<number, number>;
}

export function drawPace(section: HTMLElement, shown: MonitorMessage): void {
	const { lanes, rates } = shown;
	const end = Math.max(
		1,
		...rates.map(({ atS }) => atS),
		...lanes.flatMap(({ limits }) => limits.map(({ atS }) => atS)),
	);
	const x = scaleLinear([0, end], [margin.left, Math.max(300, section.clientWidth) - margin.right]);
	drawRate(section, shown, x);
	drawLimits(section, lanes, x, end);
	drawLegend(section, lanes);
}

function drawRate(section: HTMLElement, { rates }: MonitorMessage, x: Frame["x"]): void {
	const y = scaleLinear([0, max(rates, ({ perS }) => perS) || 1], [height - margin.bottom, margin.top]).nice();
	const newest = rates.at(-1);
	const label = newest
		? `Accepted samples per second, ${newest.perS.toFixed(1)} at the end`
		: "Accepted samples per second, none yet";
	const svg = frameOf(section, "rate", "Samples per second", label, { x, y });
	const path = line<MonitorMessage["rates"][number]>(
		({ atS }) => x(atS),
		({ perS }) => y(perS),
	);
	svg
		.selectAll("path.curve")
		.data([rates])
		.join("path")
		.attr("class", "curve rate")
		.attr("d", (points) => path(points));
}

function drawLimits(section: HTMLElement, lanes: readonly MonitorLane[], x: Frame["x"], end: number): void {
	const top = Math.max(1, ...lanes.flatMap(({ limits }) => limits.map(({ limit }) => limit)));
	const y = scaleLinear([0, top], [height - margin.bottom, margin.top]).nice();
	const now = lanes.map(({ teacher, limit }) => `${teacher} ${limit}`).join(", ");
	const svg = frameOf(section, "limit", "Requests at once, and pauses", `Limit over time, now ${now}`, { x, y });
	const pauses = lanes.flatMap(({ pauses: own, teacher }) => own.map((pause) => ({ ...pause, teacher })));
	svg
		.selectAll("rect.pause")
		.data(pauses)
		.join("rect")
		.attr("class", "pause")
		.attr("x", ({ atS }) => x(atS))
		.attr("width", ({ atS, seconds }) => Math.max(2, x(Math.min(end, atS + seconds)) - x(atS)))
		.attr("y", margin.top)
		.attr("height", height - margin.bottom - margin.top)
		.selectAll("title")
		.data((pause) => [pause])
		.join("title")
		.text(({ teacher, seconds, reason }) => `${teacher}, ${duration(seconds)}: ${reason}`);
	const path = line<MonitorLane["limits"][number]>(
		({ atS }) => x(atS),
		({ limit }) => y(limit),
	).curve(curveStepAfter);
	svg
		.selectAll("path.curve")
		.data(lanes)
		.join("path")
		.attr("class", (_, index) => `curve lane-${index % colours}`)
		.attr("d", ({ limits, limit }) => path([...limits, { atS: end, limit }]));
}

function frameOf(section: HTMLElement, name: string, title: string, label: string, { x, y }: Pick<Frame, "x" | "y">) {
	const figure = select(section).selectAll(`figure.${name}`).data([0]).join("figure").attr("class", name);
	figure.selectAll("figcaption").data([title]).join("figcaption").text(String);
	const width = Math.max(300, section.clientWidth);
	const svg = figure
		.selectAll<SVGSVGElement, number>("svg")
		.data([0])
		.join("svg")
		.attr("viewBox", `0 0 ${width} ${height}`)
		.attr("width", width)
		.attr("height", height)
		.attr("role", "img")
		.attr("aria-label", label);
	const group = (className: string) =>
		svg.selectAll<SVGGElement, number>(`g.${className}`).data([0]).join("g").attr("class", className);
	group("x-axis")
		.attr("transform", `translate(0,${height - margin.bottom})`)
		.call(
			axisBottom(x)
				.ticks(Math.min(6, Math.floor(x.domain()[1] ?? 1)))
				.tickSizeOuter(0)
				.tickFormat((seconds) => duration(Number(seconds))),
		);
	group("y-axis")
		.attr("transform", `translate(${margin.left},0)`)
		.call(
			axisLeft(y)
				.ticks(3)
				.tickSize(-(width - margin.left - margin.right)),
		);
	return svg;
}

function drawLegend(section: HTMLElement, lanes: readonly MonitorLane[]): void {
	const entry = select(section)
		.selectAll("ul.lanes")
		.data([0])
		.join("ul")
		.attr("class", "lanes")
		.selectAll("li")
		.data(lanes)
		.join("li");
	entry
		.selectAll("b")
		.data((lane, index) => [{ lane, index }])
		.join("b")
		.attr("class", ({ index }) => `lane-${index % colours}`)
		.text(({ lane }) => lane.teacher);
	entry
		.selectAll("span")
		.data((lane) => [lane])
		.join("span")
		.text(paceText);
}

/** Such as `12 of 16 at once`, or the reason for waiting. */
const paceText = ({ inFlight, limit, waiting }: MonitorLane): string =>
	`${inFlight} of ${limit} at once${waiting === null ? "" : `, waiting: ${waiting}`}`;
