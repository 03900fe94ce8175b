/** Results by number of training rows, one line a student, with 95 % intervals; rows on a log scale. */
import { axisBottom, axisLeft, extent, line, scaleLinear, scaleLog, symbol } from "d3";
import { svgIn } from "../shared/svg.ts";
import { shapeOf } from "./dot-plot.ts";
import { withInterval } from "./units.ts";

interface CurvePoint {
	readonly rows: number;
	readonly result: number;
	readonly stderr: number | null;
}

export interface CurveSeries {
	readonly label: string;
	readonly points: readonly CurvePoint[];
}

const margin = { top: 26, right: 190, bottom: 38, left: 52 };
const mostColours = 7;

export function drawCurveChart(body: HTMLElement, series: readonly CurveSeries[], room: number): void {
	const points = series.flatMap((one) => one.points);
	if (points.length === 0) {
		body.replaceChildren();
		return;
	}
	const width = Math.min(room, 760);
	const height = Math.min(360, Math.max(240, width * 0.48));
	const [fewest = 1, most = 1] = extent(points, ({ rows }) => rows);
	const reach = points.flatMap((point) => [low(point), high(point)]);
	const [bottom = 0, top = 1] = extent(reach);
	const x = scaleLog([fewest / 1.15, most * 1.15], [margin.left, width - margin.right]);
	const y = scaleLinear([bottom, top], [height - margin.bottom, margin.top]).nice();
	const svg = svgIn(body).attr("role", "img").attr("width", width).attr("height", height);
	svg.attr("aria-label", `Learning curves: ${series.map(summaryOf).join("; ")}`);
	const layer = (name: string, at: string) =>
		svg
			.selectAll<SVGGElement, number>(`g.${name}`)
			.data([0])
			.join("g")
			.attr("class", `axis ${name}`)
			.attr("transform", at);
	const sizes = [...new Set(points.map(({ rows }) => rows))].sort((a, b) => a - b);
	layer("x", `translate(0 ${height - margin.bottom})`).call((group) =>
		axisBottom(x)
			.tickValues(sizes)
			.tickFormat((rows) => Number(rows).toLocaleString("en"))
			.tickSizeOuter(0)(group),
	);
	layer("y", `translate(${margin.left} 0)`).call((group) =>
		axisLeft(y)
			.ticks(5)
			.tickSize(-(width - margin.left - margin.right))
			.tickPadding(6)(group),
	);
	const titles = [
		{ text: "training rows, log scale", x: width - margin.right, y: height - 6, anchor: "end" },
		{ text: "result, mean accuracy", x: 0, y: 12, anchor: "start" },
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
	const path = line<CurvePoint>(
		({ rows }) => x(rows),
		({ result }) => y(result),
	);
	const drawn = series.map((one, index) => ({ ...one, index, at: y(one.points.at(-1)?.result ?? 0) + 4 }));
	const joined = svg
		.selectAll<SVGGElement, (typeof drawn)[number]>("g.curve")
		.data(drawn)
		.join((enter) => {
			const curve = enter.append("g");
			curve.append("path").attr("class", "course");
			curve.append("text").attr("class", "label");
			return curve;
		})
		.attr("class", ({ index }) => `curve colour-${index % mostColours}`);
	joined.select(".course").attr("d", (one) => path(one.points));
	const last = ({ points: own }: CurveSeries) => x(own.at(-1)?.rows ?? most);
	const places = apart(drawn.map(({ at }) => at));
	joined
		.select(".label")
		.attr("x", (one) => last(one) + 10)
		.attr("y", ({ index }) => places[index] ?? 0)
		.text(({ label }) => label);
	joined
		.selectAll<SVGLineElement, CurvePoint>("line.interval")
		.data((one) => one.points.filter(({ stderr }) => stderr !== null))
		.join("line")
		.attr("class", "interval")
		.attr("x1", ({ rows }) => x(rows))
		.attr("x2", ({ rows }) => x(rows))
		.attr("y1", (point) => y(low(point)))
		.attr("y2", (point) => y(high(point)));
	const names = series.map(({ label }) => label);
	joined
		.selectAll<SVGPathElement, CurvePoint & { name: string }>("path.mark")
		.data((one) => one.points.map((point) => ({ ...point, name: one.label })))
		.join("path")
		.attr("class", "mark")
		.attr("d", ({ name }) => symbol(shapeOf(names, name), 62)())
		.attr("transform", ({ rows, result }) => `translate(${x(rows)} ${y(result)})`)
		.attr("data-tip", ({ name, rows, result, stderr }) => {
			return `${name}, ${rows.toLocaleString("en")} rows: ${withInterval(result, stderr, 4)}`;
		});
}

const low = ({ result, stderr }: CurvePoint) => result - 1.96 * (stderr ?? 0);
const high = ({ result, stderr }: CurvePoint) => result + 1.96 * (stderr ?? 0);

const summaryOf = ({ label, points }: CurveSeries) =>
	`${label}: ${points.map(({ rows, result, stderr }) => `${rows} rows ${withInterval(result, stderr, 3)}`).join(", ")}`;

/** Places of labels that would lie on each other, moved down until they do not. */
function apart(places: readonly number[]): number[] {
	const moved = [...places];
	const order = places.map((_, index) => index).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
	let free = Number.NEGATIVE_INFINITY;
	for (const index of order) {
		moved[index] = Math.max(moved[index] ?? 0, free);
		free = (moved[index] ?? 0) + 14;
	}
	return moved;
}
