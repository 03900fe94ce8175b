/** The learning curve: training and held-out loss by step, redrawn in place on every step. */
import { axisBottom, axisLeft, extent, line, pointer, scaleLinear, scaleLog, select } from "d3";
import type { PanelRun } from "../../server/core/trainer/panel-message.ts";
import { significant } from "./units.ts";

interface Point {
	readonly step: number;
	readonly loss: number;
}

interface Curve {
	readonly name: "training" | "held-out";
	readonly points: readonly Point[];
}

const height = 280;
const margin = { top: 16, right: 84, bottom: 36, left: 52 };
/** Which scale the user chose; a choice of the view, lost with the panel. */
const choice = { isLogarithmic: false };

export function drawLossChart(section: HTMLElement, view: PanelRun): void {
	if (view.kind === "eval") return;
	const root = select(section);
	root.selectAll("h2").data(["Learning curve"]).join("h2").text(String);
	const curves = curvesOf(view);
	drawToggle(section, view);
	const isEmpty = curves.every(({ points }) => points.length === 0);
	root
		.selectAll("p.empty")
		.data(isEmpty ? ["The curve begins with the first step."] : [])
		.join("p")
		.attr("class", "empty")
		.text(String);
	drawCurves(section, curves, view);
	drawTable(section, view);
}

function curvesOf({ metrics }: PanelRun): Curve[] {
	const pick = (value: (metric: PanelRun["metrics"][number]) => number | null | undefined): Point[] =>
		metrics.flatMap((metric) => {
			const loss = value(metric);
			return loss === null || loss === undefined ? [] : [{ step: metric.step, loss }];
		});
	return [
		{ name: "training", points: pick(({ loss }) => loss) },
		{ name: "held-out", points: pick(({ evalLoss }) => evalLoss) },
	];
}

function drawCurves(section: HTMLElement, curves: readonly Curve[], view: PanelRun): void {
	const width = Math.max(360, section.clientWidth);
	const all = curves.flatMap(({ points }) => points);
	const [low = 0, high = 1] = extent(all, ({ loss }) => loss);
	const last = Math.max(1, view.progress?.totalSteps ?? 1, ...all.map(({ step }) => step));
	const x = scaleLinear([0, last], [margin.left, width - margin.right]);
	const y = (choice.isLogarithmic && low > 0 ? scaleLog() : scaleLinear())
		.domain(low === high ? [low * 0.9, high * 1.1 || 1] : [low, high])
		.range([height - margin.bottom, margin.top])
		.nice();
	const unit = view.isPractice ? "nats per byte" : "nats per token";
	const svg = select(section)
		.selectAll<SVGSVGElement, number>("svg")
		.data(all.length > 0 ? [0] : [])
		.join("svg")
		.attr("viewBox", `0 0 ${width} ${height}`)
		.attr("width", width)
		.attr("height", height)
		.attr("role", "img")
		.attr("aria-label", `Learning curve: ${curves.map(summary).join("; ")}. The table below has the numbers.`);
	const group = (name: string) =>
		svg.selectAll<SVGGElement, number>(`g.${name}`).data([0]).join("g").attr("class", name);
	group("x-axis")
		.attr("transform", `translate(0,${height - margin.bottom})`)
		.call(
			axisBottom(x)
				.ticks(Math.min(10, last))
				.tickSizeOuter(0)
				.tickFormat((step) => String(step)),
		);
	group("y-axis")
		.attr("transform", `translate(${margin.left},0)`)
		.call(
			axisLeft(y)
				.ticks(5, ".3~g")
				.tickSize(-(width - margin.left - margin.right)),
		);
	svg
		.selectAll("text.label")
		.data([
			{ text: "step", x: width - margin.right, y: height - 4, anchor: "end" },
			{ text: unit, x: 4, y: 10, anchor: "start" },
		])
		.join("text")
		.attr("class", "label")
		.attr("x", (label) => label.x)
		.attr("y", (label) => label.y)
		.attr("text-anchor", (label) => label.anchor)
		.text((label) => label.text);
	const path = line<Point>(
		({ step }) => x(step),
		({ loss }) => y(loss),
	);
	svg
		.selectAll("path.curve")
		.data(curves)
		.join("path")
		.attr("class", ({ name }) => `curve ${name}`)
		.attr("d", ({ points }) => path([...points]));
	svg
		.selectAll("circle.end")
		.data(curves.filter(({ points }) => points.length > 0))
		.join("circle")
		.attr("class", ({ name }) => `end ${name}`)
		.attr("r", 3.5)
		.attr("cx", ({ points }) => x(points.at(-1)?.step ?? 0))
		.attr("cy", ({ points }) => y(points.at(-1)?.loss ?? low));
	svg
		.selectAll("text.name")
		.data(
			apart(
				curves
					.filter(({ points }) => points.length > 0)
					.map((curve) => ({ curve, y: y(curve.points.at(-1)?.loss ?? low) })),
			),
		)
		.join("text")
		.attr("class", ({ curve }) => `name ${curve.name}`)
		.attr("x", ({ curve }) => x(curve.points.at(-1)?.step ?? 0) + 8)
		.attr("y", (label) => label.y)
		.attr("dominant-baseline", "middle")
		.text(({ curve }) => curve.name);
	svg.each(function () {
		followPointer(this, curves, x, y);
	});
}

/** Labels of lines that end close together are pushed apart, so that both can be read. */
function apart(labels: { curve: Curve; y: number }[]): { curve: Curve; y: number }[] {
	const sorted = labels.toSorted((a, b) => a.y - b.y);
	for (let index = 1; index < sorted.length; index++) {
		const above = sorted[index - 1];
		const label = sorted[index];
		if (above && label) label.y = Math.max(label.y, above.y + 15);
	}
	return sorted;
}

/** The nearest point to the pointer, marked and named. */
function followPointer(
	svg: SVGSVGElement,
	curves: readonly Curve[],
	x: (step: number) => number,
	y: (loss: number) => number,
): void {
	const target = select(svg);
	const show = (nearest: { curve: Curve; point: Point } | undefined) => {
		const shown = nearest ? [nearest] : [];
		target
			.selectAll("circle.mark")
			.data(shown)
			.join("circle")
			.attr("class", ({ curve }) => `mark ${curve.name}`)
			.attr("r", 4.5)
			.attr("cx", ({ point }) => x(point.step))
			.attr("cy", ({ point }) => y(point.loss));
		target
			.selectAll("text.value")
			.data(shown)
			.join("text")
			.attr("class", "value")
			.attr("x", ({ point }) => x(point.step))
			.attr("y", ({ point }) => y(point.loss) - 10)
			.attr("text-anchor", "middle")
			.text(({ curve, point }) => `${curve.name} ${significant(point.loss)} at step ${point.step}`);
	};
	target
		.on("pointermove", (event) => show(nearestTo(pointer(event, svg), curves, x, y)))
		.on("pointerleave", () => show(undefined));
}

function nearestTo(
	[px, py]: [number, number],
	curves: readonly Curve[],
	x: (step: number) => number,
	y: (loss: number) => number,
) {
	let best: { curve: Curve; point: Point; distance: number } | undefined;
	for (const curve of curves) {
		for (const point of curve.points) {
			const distance = Math.hypot(x(point.step) - px, (y(point.loss) - py) / 2);
			if (!best || distance < best.distance) best = { curve, point, distance };
		}
	}
	return best && best.distance < 60 ? best : undefined;
}

function summary({ name, points }: Curve): string {
	const [first, last] = [points[0], points.at(-1)];
	if (!first || !last) return `no ${name} loss yet`;
	return `${name} loss from ${significant(first.loss)} to ${significant(last.loss)} at step ${last.step}`;
}

function drawToggle(section: HTMLElement, view: PanelRun): void {
	const label = select(section)
		.selectAll<HTMLLabelElement, number>("label.scale")
		.data([0])
		.join("label")
		.attr("class", "scale");
	label
		.selectAll<HTMLInputElement, number>("input")
		.data([0])
		.join("input")
		.attr("type", "checkbox")
		.property("checked", choice.isLogarithmic)
		.on("change", (event: Event) => {
			choice.isLogarithmic = (event.target as HTMLInputElement).checked;
			drawLossChart(section, view);
		});
	label.selectAll("span").data(["logarithmic"]).join("span").text(String);
}

function drawTable(section: HTMLElement, { metrics }: PanelRun): void {
	const details = select(section).selectAll("details").data([0]).join("details");
	details.selectAll("summary").data(["Numbers as a table"]).join("summary").text(String);
	const table = details.selectAll("table").data([0]).join("table");
	table
		.selectAll("thead")
		.data([0])
		.join("thead")
		.selectAll("tr")
		.data([0])
		.join("tr")
		.selectAll("th")
		.data(["step", "loss", "held-out loss"])
		.join("th")
		.attr("scope", "col")
		.text(String);
	const newestFirst = metrics.toReversed().slice(0, 500);
	table
		.selectAll("tbody")
		.data([0])
		.join("tbody")
		.selectAll("tr")
		.data(newestFirst)
		.join("tr")
		.selectAll("td")
		.data(({ step, loss, evalLoss }) => [String(step), significant(loss), significant(evalLoss)])
		.join("td")
		.text(String);
}
