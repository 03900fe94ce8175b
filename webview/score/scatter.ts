/** Points in the plane, labelled where there is room, with an optional line to compare with. */
import { axisBottom, axisLeft, extent, scaleLinear, scaleLog } from "d3";
import { svgIn } from "../shared/svg.ts";

export interface ScatterPoint {
	readonly x: number;
	readonly y: number;
	/** Shown beside the point; empty for none. */
	readonly label: string;
	readonly tip: string;
}

export interface Scatter {
	readonly points: readonly ScatterPoint[];
	readonly xTitle: string;
	readonly yTitle: string;
	readonly summary: string;
	readonly isLogX?: boolean;
	/** Draws y = x. */
	readonly hasDiagonal?: boolean;
}

const margin = { top: 26, right: 130, bottom: 38, left: 52 };

export function drawScatter(
	body: HTMLElement,
	{ points, xTitle, yTitle, summary, isLogX, hasDiagonal }: Scatter,
	room: number,
): void {
	const width = Math.min(room, 760);
	const height = Math.min(400, Math.max(260, width * 0.55));
	const [lowX = 0, highX = 1] = extent(points, ({ x }) => x);
	const [lowY = 0, highY = 1] = extent(points, ({ y }) => y);
	const pad = 0.06 * (highX - lowX);
	const x = (
		isLogX ? scaleLog([lowX / 1.3, highX * 1.15], [0, 1]) : scaleLinear([lowX - pad, highX + pad], [0, 1])
	).range([margin.left, width - margin.right]);
	const y = scaleLinear([Math.min(lowY, 0), highY], [height - margin.bottom, margin.top]).nice();
	const svg = svgIn(body).attr("role", "img").attr("aria-label", summary).attr("width", width).attr("height", height);
	const layer = (name: string, at: string) =>
		svg
			.selectAll<SVGGElement, number>(`g.${name}`)
			.data([0])
			.join("g")
			.attr("class", `axis ${name}`)
			.attr("transform", at);
	layer("x", `translate(0 ${height - margin.bottom})`).call((group) =>
		(isLogX
			? axisBottom(x)
					.tickValues([1, 2, 4, 8, 16, 32, 64, 128].filter(inside(x.domain())))
					.tickFormat(String)
			: axisBottom(x).ticks(6)
		).tickSizeOuter(0)(group),
	);
	layer("y", `translate(${margin.left} 0)`).call((group) =>
		axisLeft(y)
			.ticks(6)
			.tickSize(-(width - margin.left - margin.right))
			.tickPadding(6)(group),
	);
	const titles = [
		{ text: xTitle, x: width - margin.right, y: height - 6, anchor: "end" },
		{ text: yTitle, x: 0, y: 12, anchor: "start" },
	];
	svg
		.selectAll<SVGTextElement, (typeof titles)[number]>("text.axis-title")
		.data(titles)
		.join("text")
		.attr("class", "axis-title")
		.attr("x", (title) => title.x)
		.attr("y", (title) => title.y)
		.attr("text-anchor", ({ anchor }) => anchor)
		.text(({ text }) => text);
	const from = Math.max(x.domain()[0] ?? 0, y.domain()[0] ?? 0);
	const to = Math.min(x.domain()[1] ?? 1, y.domain()[1] ?? 1);
	svg
		.selectAll("line.diagonal")
		.data(hasDiagonal ? [0] : [])
		.join("line")
		.attr("class", "diagonal")
		.attr("x1", x(from))
		.attr("y1", y(from))
		.attr("x2", x(to))
		.attr("y2", y(to));
	const labelled = points.filter(({ label }) => label !== "");
	const placed = spread(labelled.map((point) => ({ point, at: y(point.y) + 4 })));
	svg
		.selectAll<SVGCircleElement, ScatterPoint>("circle")
		.data([...points])
		// What never changes is set once: of thousands of points every attribute counts.
		.join((enter) => enter.append("circle").attr("class", "point").attr("r", 4.5))
		.attr("cx", (point) => x(point.x))
		.attr("cy", (point) => y(point.y))
		.attr("data-tip", ({ tip }) => tip);
	svg
		.selectAll<SVGTextElement, (typeof placed)[number]>("text.label")
		.data(placed)
		.join("text")
		.attr("class", "label")
		.attr("x", ({ point }) => x(point.x) + 9)
		.attr("y", ({ at }) => at)
		.text(({ point }) => point.label);
}

const inside =
	([low = 0, high = 0]: readonly number[]) =>
	(value: number) =>
		value >= low && value <= high;

/** Moves labels apart where they would lie on each other, by columns of near x. */
function spread(labels: { point: ScatterPoint; at: number }[]): { point: ScatterPoint; at: number }[] {
	const sorted = labels.toSorted((a, b) => a.at - b.at);
	for (const [index, label] of sorted.entries()) {
		for (const earlier of sorted.slice(0, index)) {
			const isNear = Math.abs(Math.log(Math.abs(label.point.x / earlier.point.x))) < 0.45;
			if (isNear && label.at - earlier.at < 13) label.at = earlier.at + 13;
		}
	}
	return sorted;
}
