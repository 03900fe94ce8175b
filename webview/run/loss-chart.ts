/** The learning curve: training and held-out loss by step, other runs beside it, redrawn in place on every step. */
import { axisBottom, axisLeft, extent, line, type ScaleContinuousNumeric, scaleLinear, scaleLog, select } from "d3";
import type { OtherRun, PanelRun } from "../../server/core/trainer/panel-message.ts";
import { significant } from "../shared/quantities.ts";
import { apart, type Curve, curvesOf, endOf, holesOf, type Point } from "./loss-curves.ts";
import { followPointer } from "./loss-pointer.ts";
import { drawLossTable } from "./loss-table.ts";
import "./loss.css";

const height = 290;
const margin = { top: 26, right: 96, bottom: 36, left: 46 };
const marginWithOthers = 190;

/** What the user chose; choices of the view, lost with the panel. */
const choice = { isLogarithmic: false, isInBits: false, others: new Set<string>() };

export function drawLossChart(section: HTMLElement, view: PanelRun, others: readonly OtherRun[]): void {
	if (view.kind === "eval") return;
	const redraw = () => drawLossChart(section, view, others);
	const root = select(section);
	root.selectAll("h2").data(["Learning curve"]).join("h2").text(String);
	drawChoices(section, view, redraw);
	const compared = others.filter(({ runId }) => choice.others.has(runId));
	const curves = curvesOf(view, compared, choice.isInBits ? 1 / Math.LN2 : 1);
	const isEmpty = curves.every((curve) => endOf(curve) === undefined);
	root
		.selectAll("p.empty")
		.data(isEmpty ? ["The curve begins with the first step."] : [])
		.join("p")
		.attr("class", "empty")
		.text(String);
	drawCurves(section, curves, view, isEmpty);
	drawComparison(section, others, redraw);
	drawLossTable(section, view);
}

interface Scales {
	readonly x: ScaleContinuousNumeric<number, number>;
	readonly y: ScaleContinuousNumeric<number, number>;
	readonly right: number;
}

function scalesOf(width: number, curves: readonly Curve[], view: PanelRun): Scales {
	const losses = curves.flatMap(({ points }) => points.flatMap(({ loss }) => (loss === null ? [] : [loss])));
	const [low = 0, high = 1] = extent(losses);
	const steps = curves.flatMap(({ points }) => points.at(-1)?.step ?? 0);
	const right = width - (curves.some(({ kind }) => kind === "other") ? marginWithOthers : margin.right);
	return {
		right,
		x: scaleLinear([0, Math.max(1, view.progress?.totalSteps ?? 1, ...steps)], [margin.left, right]),
		y: (choice.isLogarithmic && low > 0 ? scaleLog() : scaleLinear())
			.domain(low === high ? [low * 0.9, high * 1.1 || 1] : [low, high])
			.range([height - margin.bottom, margin.top])
			.nice(),
	};
}

function drawCurves(section: HTMLElement, curves: readonly Curve[], view: PanelRun, isEmpty: boolean): void {
	const width = Math.max(360, section.clientWidth);
	const scales = scalesOf(width, curves, view);
	const svg = select(section)
		.selectAll<SVGSVGElement, number>("svg")
		.data(isEmpty ? [] : [0])
		.join("svg")
		.attr("viewBox", `0 0 ${width} ${height}`)
		.attr("width", width)
		.attr("height", height)
		.attr("role", "img")
		.attr("aria-label", `Learning curve: ${curves.flatMap(summary).join("; ")}. The table below has the numbers.`);
	svg.each(function () {
		drawAxes(this, scales, view);
		drawLines(this, curves, scales);
		drawEnds(this, curves, scales);
		drawHoles(this, view, scales);
		followPointer(this, curves, scales.x, scales.y);
	});
}

function drawAxes(svg: SVGSVGElement, { x, y, right }: Scales, view: PanelRun): void {
	const group = (name: string) =>
		select(svg).selectAll<SVGGElement, number>(`g.${name}`).data([0]).join("g").attr("class", name);
	const [, last = 1] = x.domain();
	const room = Math.max(2, Math.floor((right - margin.left) / 70));
	group("x-axis")
		.attr("transform", `translate(0,${height - margin.bottom})`)
		.call(
			axisBottom(x)
				.ticks(Math.min(room, last))
				.tickSizeOuter(0)
				.tickFormat((step) => String(step)),
		);
	group("y-axis")
		.attr("transform", `translate(${margin.left},0)`)
		.call(
			axisLeft(y)
				.ticks(5, ".3~g")
				.tickSize(margin.left - right),
		);
	const unit = `${choice.isInBits ? "bits" : "nats"} per ${view.isPractice ? "byte" : "token"}`;
	select(svg)
		.selectAll("text.label")
		.data([
			{ text: "step", x: right, y: height - 4, anchor: "end" },
			{ text: unit, x: 0, y: 10, anchor: "start" },
		])
		.join("text")
		.attr("class", "label")
		.attr("x", (label) => label.x)
		.attr("y", (label) => label.y)
		.attr("text-anchor", (label) => label.anchor)
		.text((label) => label.text);
}

/** `other` curves are told apart by colour and dashes, in the order they are listed. */
const classOf = (curves: readonly Curve[]) => (curve: Curve) =>
	curve.kind === "other" ? `other other-${curves.indexOf(curve) % 4}` : curve.kind;

function drawLines(svg: SVGSVGElement, curves: readonly Curve[], { x, y }: Scales): void {
	const path = line<Point>(
		({ step }) => x(step),
		({ loss }) => y(loss ?? 0),
	).defined(({ loss }) => loss !== null);
	const className = classOf(curves);
	select(svg)
		.selectAll("path.curve")
		.data(curves)
		.join("path")
		.attr("class", (curve) => `curve ${className(curve)}`)
		.attr("d", ({ points }) => path([...points]));
}

/** A dot where each line ends, and its name beyond the plot, where no line runs through it. */
function drawEnds(svg: SVGSVGElement, curves: readonly Curve[], { x, y }: Scales): void {
	const className = classOf(curves);
	const ends = curves.flatMap((curve) => {
		const end = curve.kind === "raw" ? undefined : endOf(curve);
		return end ? [{ curve, x: x(end.step), y: y(end.loss) }] : [];
	});
	select(svg)
		.selectAll("circle.end")
		.data(ends)
		.join("circle")
		.attr("class", ({ curve }) => `end ${className(curve)}`)
		.attr("r", 3.5)
		.attr("cx", (end) => end.x)
		.attr("cy", (end) => end.y);
	const left = Math.max(...ends.map((end) => end.x)) + 10;
	select(svg)
		.selectAll("text.name")
		.data(apart(ends, height - margin.bottom))
		.join("text")
		.attr("class", ({ curve }) => `name ${className(curve)}`)
		.attr("x", left)
		.attr("y", (label) => label.y)
		.attr("dominant-baseline", "middle")
		.text(({ curve }) => curve.name);
}

/** A loss that was not finite has no height: it is marked at the upper edge. */
function drawHoles(svg: SVGSVGElement, view: PanelRun, { x }: Scales): void {
	const hole = select(svg)
		.selectAll<SVGTextElement, number>("text.hole")
		.data(holesOf(view))
		.join("text")
		.attr("class", "hole")
		.attr("text-anchor", "middle")
		.attr("x", (step) => x(step))
		.attr("y", margin.top + 4)
		.text("×");
	hole
		.selectAll("title")
		.data((step) => [step])
		.join("title")
		.text((step) => `loss was not finite at step ${step}`);
}

function summary(curve: Curve): string[] {
	if (curve.kind === "raw") return [];
	const [first, last] = [curve.points.find(({ loss }) => loss !== null), endOf(curve)];
	if (!first || !last) return [`no ${curve.name} loss yet`];
	return [`${curve.name} loss from ${significant(first.loss)} to ${significant(last.loss)} at step ${last.step}`];
}

function drawChoices(section: HTMLElement, view: PanelRun, redraw: () => void): void {
	const offered: { readonly key: "isLogarithmic" | "isInBits"; readonly label: string }[] = [
		...(view.isPractice ? [{ key: "isInBits", label: "bits" } as const] : []),
		{ key: "isLogarithmic", label: "logarithmic" },
	];
	const label = select(section)
		.selectAll("div.choices")
		.data([offered])
		.join("div")
		.attr("class", "choices")
		.selectAll<HTMLLabelElement, (typeof offered)[number]>("label")
		.data(
			(all) => all,
			({ key }) => key,
		)
		.join("label");
	label
		.selectAll<HTMLInputElement, (typeof offered)[number]>("input")
		.data((one) => [one])
		.join("input")
		.attr("type", "checkbox")
		.property("checked", ({ key }) => choice[key])
		.on("change", (event: Event, { key }) => {
			choice[key] = (event.target as HTMLInputElement).checked;
			redraw();
		});
	label
		.selectAll("span")
		.data((one) => [one.label])
		.join("span")
		.text(String);
}

/** Other runs of the same base and language, each a switch. */
function drawComparison(section: HTMLElement, others: readonly OtherRun[], redraw: () => void): void {
	const details = select(section)
		.selectAll<HTMLDetailsElement, number>("details.comparison")
		.data(others.length > 0 ? [0] : [])
		.join("details")
		.attr("class", "comparison");
	details
		.selectAll("summary")
		.data(["Compare with other students of this base and language"])
		.join("summary")
		.text(String);
	const label = details
		.selectAll<HTMLLabelElement, OtherRun>("label")
		.data([...others], ({ runId }) => runId)
		.join("label");
	label
		.selectAll<HTMLInputElement, OtherRun>("input")
		.data((other) => [other])
		.join("input")
		.attr("type", "checkbox")
		.property("checked", ({ runId }) => choice.others.has(runId))
		.on("change", (event: Event, { runId }) => {
			if ((event.target as HTMLInputElement).checked) choice.others.add(runId);
			else choice.others.delete(runId);
			redraw();
		});
	label
		.selectAll("span")
		.data(({ title, runId }) => [title || runId])
		.join("span")
		.attr("dir", "auto")
		.text(String);
}
